/**
 * Where events name a data subject: so that identifiers can be swapped for pseudonyms on the way in and back on the
 * way out (R21), and so that an event is found by the subjects it concerns.
 *
 * The data of a correction is not yet known to fit a type (R4), so the places of subjects are looked for in any data.
 */

import type * as E from 'fp-ts/lib/Either.js';
import { catalogue, eventTypes } from './catalogue.ts';
import type { Event } from './event.ts';
import { Identifier } from './identifier.ts';
import type { JsonObject } from './json-object.ts';
import { listPlace, placesOf } from './places.ts';

const asObject = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

/** The fields that lead to each place where a subject stands. */
const subjectPaths = placesOf('subject').map((place) => ({
  fields: place.split('.'),
  isList: place === listPlace,
}));

/** Replaces a subject that is not an identifier. It fits no event either. */
const withheld = '(not an identifier)';

/** The replacement for a correction's data that fits no event type: such a correction never has an effect (R4). */
const nothingKept = (_data: JsonObject): JsonObject => ({ withheld: true });

/** Whether data fits any type. Data that fits no type may name a person anywhere, so it is not kept. */
const fitsSome = (data: JsonObject): boolean =>
  eventTypes.some(
    (type) => (catalogue[type].data.decode(data) as E.Either<unknown, unknown>)._tag === 'Right',
  );

const dataOf = (event: Event): JsonObject =>
  event.type !== 'EventCorrected'
    ? (event.data as JsonObject)
    : event.data.data !== undefined && fitsSome(event.data.data)
      ? event.data.data
      : {};

/**
 * The subjects in the data, some of them repeatedly.
 *
 * @param isDecoded whether the data comes from a decoded event and so contains only valid identifiers, which saves
 *   checking an event of ten thousand people again.
 */
const collected = (data: JsonObject, isDecoded: boolean): ReadonlyArray<string> => {
  const subjects: string[] = [];
  for (const { fields, isList } of subjectPaths) {
    let value: unknown = data[fields[0]!];
    for (let depth = 1; value !== undefined && depth < fields.length; depth++)
      value = asObject(value)?.[fields[depth]!];
    if (value === undefined) continue;
    if (!isList) {
      if (isDecoded || Identifier.is(value)) subjects.push(value as string);
    } else if (Array.isArray(value))
      for (const each of value) if (isDecoded || Identifier.is(each)) subjects.push(each);
  }
  return subjects;
};

/** The subjects that the data of an event names. */
export const subjectsIn = (data: unknown): ReadonlySet<string> =>
  new Set(collected(asObject(data) ?? {}, false));

/**
 * The subjects that an event names, some of them repeatedly, those in the data of a correction included. A set of ten thousand
 * people takes milliseconds to make, a list does not.
 */
export const subjectListOf = (event: Event): ReadonlyArray<string> =>
  collected(dataOf(event), event.type !== 'EventCorrected');

/** The subjects that an event names, those in the data of a correction included. */
export const subjectsOf = (event: Event): ReadonlySet<string> => new Set(subjectListOf(event));

const swapAt = (
  data: JsonObject,
  fields: ReadonlyArray<string>,
  depth: number,
  swapped: (value: unknown) => unknown,
): JsonObject => {
  const field = fields[depth]!;
  const value = data[field];
  if (value === undefined) return data;
  if (depth === fields.length - 1)
    return { ...data, [field]: Array.isArray(value) ? value.map(swapped) : swapped(value) };
  const inner = asObject(value);
  return inner === undefined ? data : { ...data, [field]: swapAt(inner, fields, depth + 1, swapped) };
};

const swapIn = (data: JsonObject, swap: (subject: string) => string, isDecoded: boolean): JsonObject => {
  const swapped = (value: unknown): unknown =>
    typeof value === 'string' ? (isDecoded || Identifier.is(value) ? swap(value) : withheld) : value;
  return subjectPaths.reduce((each, { fields }) => swapAt(each, fields, 0, swapped), data);
};

/**
 * The same event with each subject swapped.
 *
 * @param withhold what to put in place of the data of a correction that fits no event type.
 */
export const withSubjects = (
  event: Event,
  swap: (subject: string) => string,
  withhold: (data: JsonObject) => JsonObject = nothingKept,
): Event => {
  if (event.type !== 'EventCorrected')
    return { ...event, data: swapIn(event.data as JsonObject, swap, true) } as unknown as Event;
  const { data } = event.data;
  if (data === undefined) return event;
  return {
    ...event,
    data: { ...event.data, data: fitsSome(data) ? swapIn(data, swap, false) : withhold(data) },
  };
};
