/**
 * From instants to places on a line, and the marks beneath it.
 */
import { dayMs } from '../clocks/instants.ts';

/** A stretch of time that is shown, half-open. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Where an instant is, from 0 to 1 within the window. */
export const place = ({ from, to }: Window, ms: number): number => (ms - from) / (to - from);

/** A place as a length of style sheets. */
export const percent = (x: number): string => `${(x * 100).toFixed(4)}%`;

/** Where a stretch of time is drawn, cut off at the window; nothing where it is outside. */
export const stretch = (window: Window, from: number, to: number) => {
  const a = place(window, from);
  const b = place(window, to);
  if (b <= 0 || a >= 1) return undefined;
  const left = Math.max(0, a);
  const right = Math.min(1, b);
  return { style: { left: percent(left), width: percent(right - left) }, cutLeft: a < 0, cutRight: b > 1 };
};

/** The instant at a place. */
export const instantAt = ({ from, to }: Window, x: number): number => from + x * (to - from);

/** The window that shows all of some instants, with room at both ends. */
export const around = (instants: ReadonlyArray<number>, now: number): Window => {
  const known = instants.filter(Number.isFinite);
  const first = known.reduce((a, b) => Math.min(a, b), now);
  const last = known.reduce((a, b) => Math.max(a, b), now);
  const room = Math.max((last - first) * 0.03, dayMs);
  return { from: first - room, to: last + room };
};

/** The window, wider or narrower by a factor, around an instant that stays where it is. */
export const zoomed = (window: Window, factor: number, at: number, leastMs = 6 * 3_600_000): Window => {
  const length = Math.max(leastMs, (window.to - window.from) * factor);
  const x = Math.min(1, Math.max(0, place(window, at)));
  const from = Math.round(at - x * length);
  return { from, to: Math.round(from + length) };
};

/** A mark on the scale. */
export interface Tick {
  readonly at: number;
  readonly label: string;
  /** The beginning of a larger unit: a year among months. */
  readonly major: boolean;
}

interface Step {
  readonly ms: number;
  readonly next: (date: Date) => Date;
  readonly floor: (date: Date) => Date;
  readonly label: (date: Date) => string;
  readonly major: (date: Date) => boolean;
  /** The larger unit that the label leaves out. */
  readonly larger: (date: Date) => string;
}

const utc = (year: number, month = 0, day = 1, hour = 0): Date => {
  const date = new Date(Date.UTC(2000, month, day, hour));
  date.setUTCFullYear(year + (date.getUTCFullYear() - 2000));
  return date;
};
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const years = (n: number): Step => ({
  ms: n * 365.25 * dayMs,
  floor: (d) => utc(Math.floor(d.getUTCFullYear() / n) * n),
  next: (d) => utc(d.getUTCFullYear() + n),
  label: (d) => String(d.getUTCFullYear()),
  major: () => true,
  larger: () => '',
});
const monthly = (n: number): Step => ({
  ms: n * 30.4 * dayMs,
  floor: (d) => utc(d.getUTCFullYear(), Math.floor(d.getUTCMonth() / n) * n),
  next: (d) => utc(d.getUTCFullYear(), d.getUTCMonth() + n),
  label: (d) => (d.getUTCMonth() === 0 ? String(d.getUTCFullYear()) : months[d.getUTCMonth()]!),
  major: (d) => d.getUTCMonth() === 0,
  larger: (d) => String(d.getUTCFullYear()),
});
const daily = (n: number): Step => ({
  ms: n * dayMs,
  floor: (d) => utc(d.getUTCFullYear(), d.getUTCMonth(), Math.floor((d.getUTCDate() - 1) / n) * n + 1),
  next: (d) => {
    const next = utc(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate() + n);
    // The last days of a month are no step of their own.
    return next.getUTCMonth() !== d.getUTCMonth() || (n > 1 && next.getUTCDate() > 31 - n / 2)
      ? utc(d.getUTCFullYear(), d.getUTCMonth() + 1)
      : next;
  },
  label: (d) =>
    d.getUTCDate() === 1 ? `${months[d.getUTCMonth()]} ${d.getUTCFullYear()}` : String(d.getUTCDate()),
  major: (d) => d.getUTCDate() === 1,
  larger: (d) => `${months[d.getUTCMonth()]} ${d.getUTCFullYear()}`,
});
const hourly = (n: number): Step => ({
  ms: n * 3_600_000,
  floor: (d) => utc(d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), Math.floor(d.getUTCHours() / n) * n),
  next: (d) => new Date(d.getTime() + n * 3_600_000),
  label: (d) =>
    d.getUTCHours() === 0
      ? `${d.getUTCDate()} ${months[d.getUTCMonth()]}`
      : `${String(d.getUTCHours()).padStart(2, '0')}:00`,
  major: (d) => d.getUTCHours() === 0,
  larger: (d) => `${d.getUTCDate()} ${months[d.getUTCMonth()]}`,
});

const steps: ReadonlyArray<Step> = [
  hourly(1),
  hourly(3),
  hourly(6),
  daily(1),
  daily(2),
  daily(7),
  monthly(1),
  monthly(3),
  monthly(6),
  ...[1, 2, 5, 10, 50, 100, 500, 1_000].map(years),
];

/** Marks, no more than fit. */
export const ticksOf = (window: Window, count: number): ReadonlyArray<Tick> => {
  const length = window.to - window.from;
  const step = steps.find(({ ms }) => length / ms <= count) ?? steps.at(-1)!;
  const ticks: Tick[] = [];
  for (let date = step.floor(new Date(window.from)); date.getTime() < window.to; date = step.next(date)) {
    const at = date.getTime();
    if (at < window.from) continue;
    const major = step.major(date);
    // The first mark says what the others leave out.
    const first = ticks.length === 0 && !major;
    ticks.push({ at, label: first ? `${step.label(date)} ${step.larger(date)}` : step.label(date), major });
  }
  return ticks;
};
