/** Requests to simulate a policy or events before they are adopted or recorded (R20). */
import * as t from 'io-ts';
import { exact, listOf } from '../domain/events/codec.ts';
import { Identifier } from '../domain/events/identifier.ts';
import { DateTimeOrDate } from '../domain/events/scalars.ts';
import { CedarText } from '../domain/events/words.ts';

/** A policy to simulate. */
export const PolicyDraft = exact(
  'a policy to simulate',
  { policy: Identifier, cedar: CedarText, effectiveFrom: DateTimeOrDate },
  { effectiveUntil: DateTimeOrDate },
);
/** On the wire, with times as text. */
export type PolicyDraft = t.OutputOf<typeof PolicyDraft>;
/** Decoded, with times as instants. */
export type DecodedPolicyDraft = t.TypeOf<typeof PolicyDraft>;

/** How many events can be simulated at once. */
const simulatedEventsMax = 100;

/** Events to simulate; each is decoded like an event to record. */
export const SimulatedEvents = exact(
  'events to simulate',
  { events: listOf(`1 to ${simulatedEventsMax} events`, t.unknown, 1, simulatedEventsMax) },
  {},
);
export type SimulatedEvents = t.OutputOf<typeof SimulatedEvents>;
