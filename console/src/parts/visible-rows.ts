/**
 * Renders only the visible rows of a long table, each as high as its content. A row's height is measured once it
 * has been rendered, and estimated before.
 */
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { offsetsOf, rowsBetween } from './row-offsets.ts';

/** Tables with more rows render only the visible ones. */
const renderedWholeMax = 150;
/** Smaller differences in height are rounding errors. */
const sameHeightPx = 0.5;
/**
 * Measurements after one scroll. The rendered rows determine the widths of columns, these the heights of rows, and
 * these the rendered rows, so the process need not converge.
 */
const measurementsMax = 8;

/**
 * Determines the rows of a scrolling box to render. Rows carry their key as `data-line`.
 *
 * @param estimatePx the height of a row that was never rendered.
 * @returns the range of rows, half-open, and the space above and below it, in pixels.
 */
export const useVisibleRows = (
  box: RefObject<HTMLElement | null>,
  keys: ReadonlyArray<string>,
  estimatePx: number,
) => {
  const long = keys.length > renderedWholeMax;
  const heights = useRef(new Map<string, number>());
  const [measurement, setMeasurement] = useState(0);
  const measured = useRef({ sight: {}, times: 0 });
  const [sight, setSight] = useState({ top: 0, bottom: renderedWholeMax * estimatePx });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the heights change with each measurement.
  const offsets = useMemo(
    () => offsetsOf(long ? keys : [], heights.current, estimatePx),
    [long, keys, estimatePx, measurement],
  );

  useEffect(() => {
    const element = box.current;
    if (!long || element === null) return;
    const look = (): void => {
      const { scrollTop: top, clientHeight } = element;
      setSight((before) =>
        before.top === top && before.bottom === top + clientHeight
          ? before
          : { top, bottom: top + clientHeight },
      );
    };
    let width = element.clientWidth;
    const resized = new ResizeObserver(() => {
      if (element.clientWidth !== width) {
        width = element.clientWidth;
        heights.current.clear();
        setMeasurement((before) => before + 1);
      }
      look();
    });
    // Paper cannot be scrolled.
    const all = (): void => flushSync(() => setSight({ top: 0, bottom: Number.POSITIVE_INFINITY }));
    look();
    element.addEventListener('scroll', look, { passive: true });
    resized.observe(element);
    window.addEventListener('beforeprint', all);
    window.addEventListener('afterprint', look);
    return () => {
      element.removeEventListener('scroll', look);
      resized.disconnect();
      window.removeEventListener('beforeprint', all);
      window.removeEventListener('afterprint', look);
    };
  }, [box, long]);

  useLayoutEffect(() => {
    if (!long) return;
    let changed = false;
    for (const row of box.current?.querySelectorAll<HTMLElement>('[data-line]') ?? []) {
      const key = row.dataset.line ?? '';
      const { height } = row.getBoundingClientRect();
      if (Math.abs((heights.current.get(key) ?? estimatePx) - height) < sameHeightPx) continue;
      heights.current.set(key, height);
      changed = true;
    }
    if (measured.current.sight !== sight) measured.current = { sight, times: 0 };
    if (!changed || measured.current.times >= measurementsMax) return;
    measured.current.times += 1;
    setMeasurement((before) => before + 1);
  });

  if (!long) return { long, start: 0, end: keys.length, abovePx: 0, belowPx: 0 };
  const { start, end } = rowsBetween(offsets, sight.top, sight.bottom);
  return { long, start, end, abovePx: offsets[start]!, belowPx: offsets.at(-1)! - offsets[end]! };
};
