import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { lineOf } from './scalars.ts';
import { EventReference } from './words.ts';

/** As known from here on, the event never held (R4). */
export const EventRetracted = exact(
  'EventRetracted',
  { event: EventReference, reason: lineOf('a reason') },
  {},
);
export type EventRetracted = TypeOf<typeof EventRetracted>;
