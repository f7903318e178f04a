/**
 * Rows of the log: events, their discrepancies (R1) and corrections (R4).
 */
import * as t from 'io-ts';
import { otherAttributes } from '../../domain/events/attributes.ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';
import { Assurance } from '../../domain/events/words.ts';
import { Time, WirePosition } from './fields.ts';

/** An event with a discrepancy (R1). `event` is its position, `since` when it was recorded. */
export const DiscrepancyRow = exact(
  'DiscrepancyRow',
  { event: WirePosition, code: t.string, message: t.string, since: Time },
  {},
);
export type DiscrepancyRow = t.TypeOf<typeof DiscrepancyRow>;

/** An event with all its attributes, its position, and who recorded it with which scopes (R24). */
export const WireEvent = exact(
  'WireEvent',
  {
    specversion: t.string,
    id: t.string,
    source: t.string,
    type: t.string,
    time: Time,
    assurance: Assurance,
    data: t.unknown,
    position: WirePosition,
    recordedat: Time,
    recordedby: nullable(t.string),
    authority: nullable(t.string),
  },
  { evidence: t.string },
  undefined,
  {},
  otherAttributes,
);
export type WireEvent = t.TypeOf<typeof WireEvent>;

/** An event that affected a subject's data or its reach, with reasons. */
export const TrailRow = exact('TrailRow', { event: WireEvent, why: list(t.string) }, {});
export type TrailRow = t.TypeOf<typeof TrailRow>;

/** One event, with its discrepancies and the events that corrected or retracted it. */
export const EventDetail = exact(
  'EventDetail',
  {
    event: WireEvent,
    discrepancies: list(exact('EventDiscrepancy', { code: t.string, message: t.string }, {})),
    corrections: list(
      exact(
        'EventCorrection',
        {
          position: WirePosition,
          kind: oneOf('what it does', ['corrects', 'retracts', 'does nothing']),
          event: WireEvent,
        },
        {},
      ),
    ),
  },
  {},
);
export type EventDetail = t.TypeOf<typeof EventDetail>;
