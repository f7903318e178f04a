/**
 * Recorded events, and what a question knows of them: the second of the two clocks.
 */
import type { Event } from '../events/event.ts';
import type { Assurance } from '../events/words.ts';
import type { Instant } from '../time/instant.ts';
import type { Attribution } from './attribution.ts';

/** An event with its place in the log. */
export interface RecordedEvent extends Attribution {
  readonly position: number;
  /** Known time: the wall clock of the ledger when it learned the event. */
  readonly recordedAt: Instant;
  readonly event: Event;
}

/** What a question knows: events up to a position, attested at least so well (R6). */
export interface Knowledge {
  readonly position: number;
  readonly minAssurance: Assurance;
}
