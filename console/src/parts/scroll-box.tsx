/**
 * What may be wider or higher than its place: then it scrolls, and is reachable by keyboard to be scrolled.
 */
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';

/** Whether the element is larger within than it is; it is looked at whenever either changes. */
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
