/**
 * Instants and how they are written.
 *
 * An instant is a whole number of milliseconds since 1970-01-01T00:00:00Z; finer digits are cut off on the way in. On
 * the wire an instant is RFC 3339 in UTC with milliseconds. This module reads no clock.
 */
import * as E from 'fp-ts/lib/Either.js';

/** Milliseconds since the epoch, UTC. Timelines also use -Infinity (from the beginning) and Infinity (still so). */
export type Instant = number;

/** Before every event: what holds from here holds from the beginning of time (R5). */
export const beginning: Instant = Number.NEGATIVE_INFINITY;
/** After every event: what ends here has not ended; on the wire it is `null`. */
export const never: Instant = Number.POSITIVE_INFINITY;

const dateTimePattern =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?([Zz]|[+-]\d{2}:\d{2})$/;
const datePattern = /^(\d{4})-(\d{2})-(\d{2})$/;

const firstInstant = new Date(0).setUTCFullYear(0, 0, 1);
/** The first instant of a year that is written in four digits without a zero in front. */
const firstCommonInstant = Date.UTC(1000, 0, 1);
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
};

/** The first instant of a day that there is, UTC. */
export const startOfDay = (year: number, month: number, day: number): Instant =>
  year < 100 ? new Date(0).setUTCFullYear(year, month - 1, day) : Date.UTC(year, month - 1, day);

/** Whether there is such a day. */
export const validDate = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);

/** The number that digits of a text write; NaN where something else stands among them. */
const numberAt = (text: string, at: number, digits: number): number => {
  let number = 0;
  for (let place = at; place < at + digits; place++) {
    const digit = text.charCodeAt(place) - 0x30;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    number = number * 10 + digit;
  }
  return number;
};

/**
 * Reads a date-time in the form that `formatInstant` writes, which nearly all have, in a fraction of the time.
 *
 * @returns the instant, or undefined for any other text, whether it is a date-time or not.
 */
const parseFormatted = (text: string): Instant | undefined => {
  if (text.length !== 24 || text[4] !== '-' || text[7] !== '-' || text[10] !== 'T') return undefined;
  if (text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return undefined;
  const [hour, minute, second] = [numberAt(text, 11, 2), numberAt(text, 14, 2), numberAt(text, 17, 2)];
  const [year, month, day] = [numberAt(text, 0, 4), numberAt(text, 5, 2), numberAt(text, 8, 2)];
  if (!(hour <= 23 && minute <= 59 && second <= 59 && year >= 1_000 && validDate(year, month, day)))
    return undefined;
  const ms = hour * 3_600_000 + minute * 60_000 + second * 1_000 + numberAt(text, 20, 3);
  return Number.isNaN(ms) ? undefined : startOfDay(year, month, day) + ms;
};

/**
 * Reads an RFC 3339 date-time, offset required. Digits finer than a millisecond are cut off.
 *
 * @returns the instant, or a sentence that says what would be right.
 */
export const parseDateTime = (text: string): E.Either<string, Instant> => {
  const formatted = parseFormatted(text);
  if (formatted !== undefined) return E.right(formatted);
  const match = dateTimePattern.exec(text);
  if (match === null) {
    return E.left('an RFC 3339 date-time with an offset, such as "2022-06-17T00:00:00Z"');
  }
  const [, y, mo, d, h, mi, s, fraction, offset] = match as unknown as string[];
  const [year, month, day] = [Number(y), Number(mo), Number(d)];
  const [hour, minute, second] = [Number(h), Number(mi), Number(s)];
  if (!validDate(year, month, day)) return E.left('a date that exists in the calendar');
  if (hour > 23 || minute > 59 || second > 60)
    return E.left('a time of day that exists (00:00:00 to 23:59:60)');
  const millisecond = fraction === undefined ? 0 : Number(fraction.slice(0, 3).padEnd(3, '0'));
  let instant =
    startOfDay(year, month, day) + hour * 3_600_000 + minute * 60_000 + second * 1_000 + millisecond;
  if (offset !== 'Z' && offset !== 'z') {
    const [offsetHour, offsetMinute] = [Number(offset!.slice(1, 3)), Number(offset!.slice(4, 6))];
    if (offsetHour > 23 || offsetMinute > 59) return E.left('an offset between -23:59 and +23:59');
    instant -= (offset![0] === '-' ? -1 : 1) * (offsetHour * 3_600_000 + offsetMinute * 60_000);
  }
  if (instant < firstInstant || instant > lastInstant)
    return E.left('an instant in the years 0000 to 9999, UTC');
  return E.right(instant);
};

/** Reads what questions take: an RFC 3339 date-time, or a date, which is its first instant, UTC. */
export const parseInstant = (text: string): E.Either<string, Instant> => {
  const match = datePattern.exec(text);
  if (match === null) {
    return /^\d{4}-\d{2}-\d{2}/.test(text)
      ? parseDateTime(text)
      : E.left('an RFC 3339 date-time such as "2022-06-17T00:00:00Z", or a date such as "2022-06-17"');
  }
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return validDate(year, month, day)
    ? E.right(startOfDay(year, month, day))
    : E.left('a date that exists in the calendar');
};

const twoDigits = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));
const threeDigits = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

const dayMs = 86_400_000;
/** Days from 1 March of the year 0 to 1 January 1970. */
const daysToEpoch = 719_468;
const daysOf400Years = 146_097;

/**
 * RFC 3339, UTC, with milliseconds. Defined for finite instants. What `Date` writes, in a fraction of the time: every
 * event that is recorded comes by here.
 */
export const formatInstant = (instant: Instant): string => {
  if (instant < firstCommonInstant || instant > lastInstant || !Number.isInteger(instant))
    return new Date(instant).toISOString();
  const day = Math.floor(instant / dayMs);
  const ms = instant - day * dayMs;
  // Years begin in March here, so that the day of a leap year is the last of its year.
  const days = day + daysToEpoch;
  const era = Math.floor(days / daysOf400Years);
  const dayOfEra = days - era * daysOf400Years;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const hour = Math.floor(ms / 3_600_000);
  const minute = Math.floor(ms / 60_000) % 60;
  const second = Math.floor(ms / 1_000) % 60;
  return `${year}-${twoDigits[month]}-${twoDigits[dayOfMonth]}T${twoDigits[hour]}:${twoDigits[minute]}:${twoDigits[second]}.${threeDigits[ms % 1_000]}Z`;
};

/** An end of an interval as it is written: `null` for the beginning of time and for "still so". */
export const formatBound = (instant: Instant): string | null =>
  Number.isFinite(instant) ? formatInstant(instant) : null;
