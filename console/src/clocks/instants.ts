/** Instants in the form in which users write and read them: in UTC, with the local time beside it. */
import * as E from 'fp-ts/lib/Either.js';
import { parseInstant } from '../../../src/domain/time/instant.ts';

export const dayMs = 86_400_000;

/** A moment of an address in milliseconds; `undefined` if there is none. The router has validated it. */
export const instantOf = (moment: string | undefined): number | undefined => {
  if (moment === undefined) return undefined;
  const read = parseInstant(moment);
  return E.isRight(read) ? read.right : undefined;
};

const typedPattern =
  /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:[ T](\d{2}:\d{2})(?::(\d{2})(\.\d{1,9})?)?\s*(Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * Parses typed text to RFC 3339. A year or a month means its first day; a time without an offset is UTC. The left
 * says what is expected.
 */
export const readMoment = (typed: string): E.Either<string, string> => {
  const wanted = 'a date such as 2022-06-30 or 2022-06, or a time such as 2022-06-30 14:05 (UTC)';
  const match = typedPattern.exec(typed.trim());
  if (match === null) return E.left(`Not understood. Expected ${wanted}.`);
  const [, year, month, day, time, seconds, fraction, offset] = match;
  if (time !== undefined && day === undefined) return E.left(`The day is missing. Expected ${wanted}.`);
  const date = `${year}-${month ?? '01'}-${day ?? '01'}`;
  const text =
    time === undefined ? date : `${date}T${time}:${seconds ?? '00'}${fraction ?? ''}${offset ?? 'Z'}`;
  return E.isRight(parseInstant(text))
    ? E.right(text)
    : E.left(`This day or time does not exist. Expected ${wanted}.`);
};

/** The shortest text for an instant: a date for midnight UTC. */
export const writeMoment = (ms: number): string => {
  const text = new Date(ms).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace('.000Z', 'Z');
};

/** The date and the time of day in UTC, for tables; the time is empty at midnight. */
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

/** `30 June 2022, 14:05 UTC`; without the time at midnight. */
export const wordedMoment = (ms: number): string => {
  const { time } = tableMoment(ms);
  return `${inWords.format(ms)}${time === '' ? '' : `, ${time}`} UTC`;
};

/** `30 Jun 2022`. */
export const shortDay = (ms: number): string => inShort.format(ms);

const monthName = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });

/** `Jun`. */
export const shortMonth = (ms: number): string => monthName.format(ms);

const inLocalTime = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

/** An instant in the reader's time zone. */
export const localMoment = (ms: number): string => inLocalTime.format(ms);

/** Whether the reader's time zone differs from UTC at that instant. */
export const localDiffers = (ms: number): boolean => new Date(ms).getTimezoneOffset() !== 0;
