/**
 * Where events name a data subject: so that identifiers can be swapped for pseudonyms on the way in and back on the
 * way out (R21), and so that an event is found by the subjects it concerns.
 *
 * A subject stands in `subject`, `subjects`, `scope.subject` or `over.scope.subject` of the data, in no other place.
 * The data of a correction is not yet known to fit a type (R4), so the same places are looked at in whatever is there.
 */
import type * as E from 'fp-ts/lib/Either.js';
import { Identifier } from './codec.ts';
import type { Event } from './event.ts';
import { eventData, eventTypes } from './catalogue.ts';

type Json = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

/** What stands in place of a subject that is no identifier: it fits no event, just as what it replaces. */
const withheld = '(not an identifier)';

/** What is kept of the data of a correction that fits no event type whatever: it never does anything (R4). */
const nothingKept = (_data: Json): Json => ({ withheld: true });

/** Whether data fits any type. What fits none may name a person in any place, and is not kept. */
const fitsSome = (data: Json): boolean =>
  eventTypes.some((type) => (eventData[type].decode(data) as E.Either<unknown, unknown>)._tag === 'Right');

const placesOf = (event: Event): Json =>
  event.type !== 'EventCorrected'
    ? (event.data as Json)
    : event.data.data !== undefined && fitsSome(event.data.data)
      ? event.data.data
      : {};

const collect = (data: Json, into: Set<string>): void => {
  const add = (value: unknown): void => {
    if (Identifier.is(value)) into.add(value);
  };
  add(data.subject);
  if (Array.isArray(data.subjects)) for (const subject of data.subjects) add(subject);
  const scope = asObject(data.scope);
  if (scope !== undefined) add(scope.subject);
  const over = asObject(data.over);
  if (over !== undefined) {
    const inner = asObject(over.scope);
    if (inner !== undefined) add(inner.subject);
  }
};

/** The subjects that the data of an event names. */
export const subjectsIn = (data: unknown): ReadonlySet<string> => {
  const subjects = new Set<string>();
  collect(asObject(data) ?? {}, subjects);
  return subjects;
};

/** The subjects that an event names, those in the data of a correction included. */
export const subjectsOf = (event: Event): ReadonlySet<string> => subjectsIn(placesOf(event));

const swapIn = (data: Json, swap: (subject: string) => string): Json => {
  const swapped = (value: unknown): unknown =>
    typeof value === 'string' ? (Identifier.is(value) ? swap(value) : withheld) : value;
  const out: Record<string, unknown> = { ...data };
  if ('subject' in data) out.subject = swapped(data.subject);
  if (Array.isArray(data.subjects)) out.subjects = data.subjects.map(swapped);
  const scope = asObject(data.scope);
  if (scope !== undefined && 'subject' in scope) out.scope = { ...scope, subject: swapped(scope.subject) };
  const over = asObject(data.over);
  const inner = over === undefined ? undefined : asObject(over.scope);
  if (over !== undefined && inner !== undefined && 'subject' in inner) {
    out.over = { ...over, scope: { ...inner, subject: swapped(inner.subject) } };
  }
  return out;
};

/**
 * The same event with each subject swapped.
 *
 * @param withhold what to put in place of the data of a correction that fits no event type.
 */
export const withSubjects = (
  event: Event,
  swap: (subject: string) => string,
  withhold: (data: Json) => Json = nothingKept,
): Event => {
  if (event.type !== 'EventCorrected')
    return { ...event, data: swapIn(event.data as Json, swap) } as unknown as Event;
  const { data } = event.data;
  if (data === undefined) return event;
  return { ...event, data: { ...event.data, data: fitsSome(data) ? swapIn(data, swap) : withhold(data) } };
};
