/** Moves the moment by dragging and by keys. */
import { dayMs } from '../clocks/instants.ts';
import type { LaneGroup } from './lanes.ts';
import type { Window } from './scale.ts';

/** The distance within which the moment snaps to the begin or the end of a bar. */
const snapPx = 5;

/** The distinct instants at which a bar begins, ends or becomes overdue, in order. */
export const changesOf = (groups: ReadonlyArray<LaneGroup>): ReadonlyArray<number> => {
  const bars = groups.flatMap(({ lanes }) => lanes.flatMap(({ rows }) => rows.flat()));
  const instants = bars.flatMap(({ from, to, overdueFrom }) => [from, to, overdueFrom]);
  const known = instants.filter((ms): ms is number => ms !== null && Number.isFinite(ms));
  return [...new Set(known)].sort((a, b) => a - b);
};

/** Where a dragged moment comes to rest: at a nearby change, otherwise at a round time. */
export const settled = (
  ms: number,
  window: Window,
  width: number,
  changes: ReadonlyArray<number>,
): number => {
  const msPerPx = (window.to - window.from) / Math.max(1, width);
  let best: number | undefined;
  for (const change of changes) {
    if (best === undefined || Math.abs(change - ms) < Math.abs(best - ms)) best = change;
  }
  if (best !== undefined && Math.abs(best - ms) <= snapPx * msPerPx) return best;
  const unit = msPerPx > 2 * 3_600_000 ? dayMs : msPerPx > 120_000 ? 3_600_000 : 60_000;
  return Math.round(ms / unit) * unit;
};

/** The same day of another month, or the last day of a shorter month. */
const monthsFrom = (at: number, months: number): number => {
  const first = new Date(at);
  first.setUTCMonth(first.getUTCMonth() + months, 1);
  const lastDay = new Date(first);
  lastDay.setUTCMonth(first.getUTCMonth() + 1, 0);
  first.setUTCDate(Math.min(new Date(at).getUTCDate(), lastDay.getUTCDate()));
  return first.getTime();
};

/** The change before an instant, and the one after it. */
export const earlier = (changes: ReadonlyArray<number>, at: number): number | undefined =>
  changes.findLast((ms) => ms < at);
export const later = (changes: ReadonlyArray<number>, at: number): number | undefined =>
  changes.find((ms) => ms > at);

/** The target of a key for the moment; `undefined` for any other key. */
export const stepOf = (
  { key, shiftKey }: { readonly key: string; readonly shiftKey: boolean },
  at: number,
  changes: ReadonlyArray<number>,
): number | undefined => {
  const day = Math.floor(at / dayMs) * dayMs;
  const dayBefore = at > day ? day : day - dayMs;
  switch (key) {
    case 'ArrowRight':
      return shiftKey ? monthsFrom(at, 1) : day + dayMs;
    case 'ArrowUp':
      return day + dayMs;
    case 'ArrowLeft':
      return shiftKey ? monthsFrom(at, -1) : dayBefore;
    case 'ArrowDown':
      return dayBefore;
    case 'PageUp':
      return monthsFrom(at, 12);
    case 'PageDown':
      return monthsFrom(at, -12);
    case 'Home':
      return changes[0];
    case 'End':
      return changes.at(-1);
    case 'n':
      return later(changes, at);
    case 'p':
      return earlier(changes, at);
    default:
      return undefined;
  }
};
