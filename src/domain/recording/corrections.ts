/**
 * The effect of corrections on an event: R4, and R24 for who may correct.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { EventType } from '../events/catalogue.ts';
import { decodeData, type Event, type EventOf } from '../events/event.ts';
import { type Assurance, meets } from '../events/words.ts';
import type { Instant } from '../time/instant.ts';
import { mayCorrect } from './authority.ts';
import type { Knowledge, RecordedEvent } from './recorded-event.ts';

/** The types of events that correct others. */
export const correctionTypes = ['EventRetracted', 'EventCorrected'] as const;

export type Correction = EventOf<'EventRetracted'> | EventOf<'EventCorrected'>;

/** Whether the event corrects another one. */
export const isCorrection = (event: Event): event is Correction =>
  event.type === 'EventRetracted' || event.type === 'EventCorrected';

/** What corrections change of an event: its time and data, how well it is attested, and by what. */
export interface Corrected {
  readonly time: Instant;
  readonly data: unknown;
  readonly assurance: Assurance;
  readonly evidence: string | undefined;
  /** The positions of the corrections applied, in log order. */
  readonly corrections: ReadonlyArray<number>;
}

/**
 * The event as its corrections leave it; `undefined` if one of them retracts it. A correction itself is never corrected.
 * One without the authority of the event does nothing.
 *
 * @param corrections everything recorded that may correct this event, in log order.
 */
export const withCorrections = (
  { event }: RecordedEvent,
  corrections: ReadonlyArray<RecordedEvent>,
  known: Knowledge,
): Corrected | undefined => {
  const { time, data, assurance, evidence } = event;
  const asRecorded: Corrected = { time, data, assurance, evidence, corrections: [] };
  if (corrections.length === 0 || isCorrection(event)) return asRecorded;
  let current = asRecorded;
  for (const recorded of corrections) {
    const { event: correction, position } = recorded;
    if (!isCorrection(correction) || position > known.position) continue;
    if (!concerns(correction, event) || !meets(correction.assurance, known.minAssurance)) continue;
    if (!mayCorrect(recorded, event)) continue;
    if (correction.type === 'EventRetracted') return undefined;
    current = apply(event.type, current, correction, position);
  }
  return current;
};

const concerns = ({ data }: Correction, { source, id }: Event): boolean =>
  data.event.source === source && data.event.id === id;

/** A correction whose data does not fit the type of its target does nothing. */
const apply = (
  type: EventType,
  before: Corrected,
  { data: { time, data }, assurance, evidence }: EventOf<'EventCorrected'>,
  position: number,
): Corrected => {
  const fitting = data === undefined ? E.right(before.data) : decodeData(type, data);
  if (E.isLeft(fitting)) return before;
  return {
    time: time ?? before.time,
    data: fitting.right,
    assurance,
    evidence,
    corrections: [...before.corrections, position],
  };
};
