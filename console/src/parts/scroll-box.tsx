/** Boxes that scroll when their content is too large, also by keyboard. */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';

/** Whether the content of an element overflows it, updated live. */
export const useScrolls = (box: RefObject<HTMLElement | null>, there: boolean): boolean => {
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!there || element === null) return;
    const observer = new ResizeObserver(() =>
      setScrolls(element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight),
    );
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, [box, there]);
  return scrolls;
};

export const ScrollBox = ({
  className,
  label,
  children,
}: {
  className: string;
  label: string;
  children: ReactNode;
}) => {
  const box = useRef<HTMLElement>(null);
  const scrolls = useScrolls(box, true);
  return (
    <section
      className={className}
      ref={box}
      tabIndex={scrolls ? 0 : undefined}
      aria-label={scrolls ? label : undefined}
    >
      {children}
    </section>
  );
};
