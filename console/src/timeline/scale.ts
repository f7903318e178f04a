/** Converts instants to places on a line, with the marks below it. */
import { scaleUtc } from 'd3-scale';
import { dayMs, shortMonth } from '../clocks/instants.ts';

/** The visible period, half-open. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Instants of the window as numbers from 0 to 1. */
const scaleOf = ({ from, to }: Window) => scaleUtc([from, to], [0, 1]);

/** The place of an instant, from 0 to 1 within the window. */
export const place = (window: Window, ms: number): number => scaleOf(window)(ms);

/** The instant at a place. */
export const instantAt = (window: Window, x: number): number => scaleOf(window).invert(x).getTime();

/** A place as a CSS length. */
export const percent = (x: number): string => `${(x * 100).toFixed(4)}%`;

/** The place of an interval's bar, clipped to the window; `undefined` if it is outside. */
export const barWithin = (window: Window, from: number, to: number) => {
  if (to <= window.from || from >= window.to) return undefined;
  const left = place(window, Math.max(from, window.from));
  const right = place(window, Math.min(to, window.to));
  return {
    style: { left: percent(left), width: percent(right - left) },
    cutLeft: from < window.from,
    cutRight: to > window.to,
  };
};

/** The window around some instants, with space at both ends. */
export const around = (instants: ReadonlyArray<number>, now: number): Window => {
  const known = instants.filter(Number.isFinite);
  const first = known.reduce((a, b) => Math.min(a, b), now);
  const last = known.reduce((a, b) => Math.max(a, b), now);
  const room = Math.max((last - first) * 0.03, dayMs);
  return { from: first - room, to: last + room };
};

const windowMsMin = 6 * 3_600_000;

/** The window enlarged or reduced by a factor around an instant, which keeps its place. */
export const zoomed = (window: Window, factor: number, at: number): Window => {
  const length = Math.max(windowMsMin, (window.to - window.from) * factor);
  const x = Math.min(1, Math.max(0, place(window, at)));
  const from = Math.round(at - x * length);
  return { from, to: Math.round(from + length) };
};

/** A mark on the scale. */
export interface Tick {
  readonly at: number;
  readonly label: string;
  /** Whether a larger unit begins here, such as a year among months. */
  readonly major: boolean;
}

/** The labels of marks, by their unit. */
interface Labelling {
  readonly label: (at: Date) => string;
  /** The larger unit, which the label leaves out. */
  readonly larger: (at: Date) => string;
  /** The label of the first mark within a larger unit. */
  readonly first: (at: Date) => string;
}

const year = (at: Date): string => String(at.getUTCFullYear());
const month = (at: Date): string => shortMonth(at.getTime());
const monthAndYear = (at: Date): string => `${month(at)} ${year(at)}`;
const dayAndMonth = (at: Date): string => `${at.getUTCDate()} ${month(at)}`;

const byYears: Labelling = { label: year, larger: year, first: year };

const byMonths: Labelling = { label: month, larger: year, first: year };

const byDays: Labelling = {
  label: (at) => String(at.getUTCDate()),
  larger: monthAndYear,
  first: (at) => (at.getUTCDate() === 1 ? monthAndYear(at) : dayAndMonth(at)),
};

const byTimeOfDay: Labelling = {
  label: (at) => at.toISOString().slice(11, 16),
  larger: dayAndMonth,
  first: dayAndMonth,
};

/** @param gapMs the time from one mark to the next. */
const labellingFor = (gapMs: number): Labelling => {
  if (gapMs < dayMs) return byTimeOfDay;
  if (gapMs < 28 * dayMs) return byDays;
  return gapMs < 365 * dayMs ? byMonths : byYears;
};

/** Round instants in the window: at most `count`, unless `count` is very small. */
const roundInstants = (window: Window, count: number): ReadonlyArray<Date> => {
  const scale = scaleOf(window);
  // The scale treats the count as a hint, so fewer are requested until they fit.
  for (let wanted = count; wanted > 1; wanted--) {
    const instants = scale.ticks(wanted);
    if (instants.length <= count) return instants;
  }
  return scale.ticks(1);
};

/** As many marks as fit. */
export const ticksOf = (window: Window, count: number): ReadonlyArray<Tick> => {
  const instants = roundInstants(window, count);
  const [one, two] = instants;
  const gapMs =
    one === undefined || two === undefined ? window.to - window.from : two.getTime() - one.getTime();
  const { label, larger, first } = labellingFor(gapMs);
  return instants.map((at, index) => {
    const before = instants[index - 1] ?? new Date(at.getTime() - 1);
    const major = larger(before) !== larger(at);
    if (major) return { at: at.getTime(), label: first(at), major };
    // The first mark includes the larger unit that the others omit.
    return { at: at.getTime(), label: index === 0 ? `${label(at)} ${larger(at)}` : label(at), major };
  });
};
