/**
 * The size of a map on the page.
 */
import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';

/** The approximate width of a sheet of paper without margins. */
const paperPx = 690;

/** The size of an element in pixels, on screen and in print. */
export const useBox = () => {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 640, height: 320 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = (): void => {
      if (element.clientWidth > 0) setSize({ width: element.clientWidth, height: element.clientHeight });
    };
    // Drawn at the width of the paper, so that names keep their size.
    const toPaper = (): void =>
      flushSync(() =>
        setSize(({ width, height }) => ({ width: paperPx, height: (height / width) * paperPx })),
      );
    const observer = new ResizeObserver(look);
    observer.observe(element);
    window.addEventListener('beforeprint', toPaper);
    window.addEventListener('afterprint', look);
    return () => {
      observer.disconnect();
      window.removeEventListener('beforeprint', toPaper);
      window.removeEventListener('afterprint', look);
    };
  }, []);
  return { box, size };
};
