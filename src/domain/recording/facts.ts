/**
 * Facts: events as known at a moment, after corrections (R4) and by how well they are attested (R6), in the order in
 * which they are folded (R3).
 */
import * as E from 'fp-ts/lib/Either.js';
import { type EventData, type EventType, isWeighed } from '../events/catalogue.ts';
import { decodeData, type Event, type EventOf } from '../events/event.ts';
import { type Assurance, meets } from '../events/words.ts';
import type { Instant } from '../time/instant.ts';

/** An event with its place in the log. */
export interface RecordedEvent {
  readonly position: number;
  /** Known time: the wall clock of the ledger when it learned the event. */
  readonly recordedAt: Instant;
  readonly event: Event;
}

/** An event as it holds for a question: its time, data and attestation are those of the last correction applied. */
export interface FactOf<T extends EventType> {
  readonly position: number;
  readonly type: T;
  readonly time: Instant;
  readonly assurance: Assurance;
  readonly evidence?: string;
  readonly data: EventData<T>;
  /** The positions of the corrections applied, in log order. */
  readonly corrections: ReadonlyArray<number>;
}
export type Fact = { readonly [T in EventType]: FactOf<T> }[EventType];

/** What a question knows: events up to a position, attested at least so well. */
export interface Knowledge {
  readonly position: number;
  readonly minAssurance: Assurance;
}

type Correction = EventOf<'EventRetracted'> | EventOf<'EventCorrected'>;

/** Whether the event corrects another one. */
export const isCorrection = (event: Event): event is Correction =>
  event.type === 'EventRetracted' || event.type === 'EventCorrected';

/**
 * The event as it holds for a question, or none: not known yet, retracted, or attested too weakly.
 *
 * @param corrections everything recorded that may correct this event, in log order; what is not known yet, names
 *   another event or is attested too weakly is passed over here.
 */
export const factOf = (
  recorded: RecordedEvent,
  corrections: ReadonlyArray<RecordedEvent>,
  known: Knowledge,
): Fact | undefined => {
  const { event, position } = recorded;
  if (position > known.position) return undefined;
  let { time, assurance, evidence } = event;
  let data: unknown = event.data;
  const applied: number[] = [];
  if (!isCorrection(event)) {
    for (const correction of corrections) {
      if (correction.position > known.position || !isCorrection(correction.event)) continue;
      const { type, data: change, assurance: attested, evidence: by } = correction.event;
      if (change.event.source !== event.source || change.event.id !== event.id) continue;
      if (!meets(attested, known.minAssurance)) continue;
      if (type === 'EventRetracted') return undefined;
      if (change.data !== undefined) {
        const fitting = decodeData(event.type, change.data);
        if (E.isLeft(fitting)) continue;
        data = fitting.right;
      }
      time = change.time ?? time;
      assurance = attested;
      evidence = by;
      applied.push(correction.position);
    }
  }
  if (isWeighed(event.type) && !meets(assurance, known.minAssurance)) return undefined;
  const evidenced = evidence === undefined ? {} : { evidence };
  return {
    position,
    type: event.type,
    time,
    assurance,
    ...evidenced,
    data,
    corrections: applied,
  } as unknown as Fact;
};

/** The order in which facts are folded: by valid time, then by place in the log (R3). */
export const foldingOrder = (
  a: { time: Instant; position: number },
  b: { time: Instant; position: number },
): number => a.time - b.time || a.position - b.position;

/** Whether the fact is of the type. */
export const isFact = <T extends EventType>(fact: Fact, type: T): fact is Fact & FactOf<T> =>
  fact.type === type;
