import type { TypeOf } from 'io-ts';
import { exact } from './codec.ts';
import { DateTime, lineOf } from './scalars.ts';
import { CorrectedData, EventReference } from './words.ts';

/** As known from here on, the event held like this (R4). `data` replaces the target's data whole. */
export const EventCorrected = exact(
  'EventCorrected',
  { event: EventReference, reason: lineOf('a reason') },
  { time: DateTime, data: CorrectedData },
  (correction) =>
    correction.time === undefined && correction.data === undefined
      ? [{ pointer: '', message: 'corrects nothing; expected time, data or both' }]
      : [],
);
export type EventCorrected = TypeOf<typeof EventCorrected>;
