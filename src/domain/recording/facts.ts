/**
 * Facts: events as they hold for a question, as known at a moment, corrected (R4) and attested well enough (R6).
 */
import type { EventData, EventType } from '../events/catalogue.ts';
import type { Assurance } from '../events/words.ts';
import type { Instant } from '../time/instant.ts';
import { isAttested } from './assurance.ts';
import { withCorrections } from './corrections.ts';
import type { Knowledge, RecordedEvent } from './recorded-event.ts';

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

/** Whether the fact is of the type. */
export const isFact = <T extends EventType>(fact: Fact, type: T): fact is Fact & FactOf<T> =>
  fact.type === type;

/**
 * The event as it holds for a question, or `undefined`: not known yet, retracted, or attested too weakly.
 *
 * Corrections that are attested too weakly are left out first, then the others apply, and then the event is weighed by
 * the assurance it now has (R6).
 *
 * @param corrections everything recorded that may correct this event, in log order; those that are not known yet, name
 *   another event or are attested too weakly do nothing.
 */
export const factOf = (
  recorded: RecordedEvent,
  corrections: ReadonlyArray<RecordedEvent>,
  known: Knowledge,
): Fact | undefined => {
  const { position, event } = recorded;
  if (position > known.position) return undefined;
  const corrected = withCorrections(recorded, corrections, known);
  if (corrected === undefined || !isAttested(event.type, corrected.assurance, known.minAssurance))
    return undefined;
  // Every event of an answer becomes a fact. A rest pattern or a pipe of functions would be several times slower.
  const { time, assurance, evidence, data, corrections: applied } = corrected;
  const fact = { position, type: event.type, time, assurance, data, corrections: applied };
  return (evidence === undefined ? fact : { ...fact, evidence }) as unknown as Fact;
};
