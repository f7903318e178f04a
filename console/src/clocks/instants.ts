/**
 * Instants as people write and read them: UTC first, the time of the reader's place beside it.
 */
import * as E from 'fp-ts/lib/Either.js';

export const dayMs = 86_400_000;

const dateOrTime =
  /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?::(\d{2})(\.\d{1,9})?)?\s*(Z|[+-]\d{2}:\d{2})?)?$/i;

/** What was typed, as RFC 3339; without an offset it is UTC. Left says what would be right. */
export const readMoment = (typed: string): E.Either<string, string> => {
  const wanted = 'a date such as 2022-06-30, or 2022-06-30 14:05 (UTC)';
  const match = dateOrTime.exec(typed.trim());
  if (match === null) return E.left(`Not understood. Expected ${wanted}.`);
  const [, date, time, seconds, fraction, offset] = match;
  const text =
    time === undefined ? date! : `${date}T${time}:${seconds ?? '00'}${fraction ?? ''}${offset ?? 'Z'}`;
  const ms = Date.parse(text);
  // The parser of the browser lets 31 February be 3 March.
  const exists = !Number.isNaN(ms) && new Date(`${date}T00:00:00Z`).toISOString().startsWith(date!);
  return exists ? E.right(text) : E.left(`There is no such day or time. Expected ${wanted}.`);
};

/** The shortest text that names an instant: a date where it is midnight UTC. */
export const writeMoment = (ms: number): string => {
  const text = new Date(ms).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace('.000Z', 'Z');
};

/** The date and the time of day, UTC, as in a table; no time of day where it is midnight. */
export const tableMoment = (ms: number): { readonly day: string; readonly time: string } => {
  const text = new Date(ms).toISOString();
  const seconds = text.slice(17, 23);
  const time = text.slice(11, 16) + (seconds === '00.000' ? '' : `:${seconds.replace(/\.000$/, '')}`);
  return { day: text.slice(0, 10), time: time === '00:00' ? '' : time };
};

const inWords = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const inShort = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** `30 June 2022, 14:05 UTC`; the time only where it is not midnight. */
export const wordedMoment = (ms: number): string => {
  const { time } = tableMoment(ms);
  return `${inWords.format(ms)}${time === '' ? '' : `, ${time}`} UTC`;
};

/** `30 Jun 2022`. */
export const shortDay = (ms: number): string => inShort.format(ms);

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });

/** `Jun`. */
export const shortMonth = (ms: number): string => monthName.format(ms);

const inPlace = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** The same instant where the reader is. */
export const localMoment = (ms: number): string => inPlace.format(ms);

/** Whether the reader's clock shows something else than UTC at that instant. */
export const localDiffers = (ms: number): boolean => new Date(ms).getTimezoneOffset() !== 0;
