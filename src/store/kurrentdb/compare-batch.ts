/**
 * Compares a batch with the events recorded before it.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type AppendError, type EventToAppend, origin, type Position } from '../event-store.ts';

/** What a batch adds to the ledger. */
export interface ComparedBatch {
  /** The events that are not recorded yet, without repetition. */
  readonly newEvents: ReadonlyArray<EventToAppend>;
  /** The position of the last event that is already recorded; `origin` if there is none. */
  readonly duplicatesUpTo: Position;
}

/** A recorded event with the same `source` and `id`. */
export interface RecordedBefore {
  readonly position: Position;
  readonly hasSameBytes: boolean;
}

/** Finds the new events of a batch. An event conflicts if its `source` and `id` are recorded with other bytes. */
export const compareBatch = (
  batch: ReadonlyArray<EventToAppend>,
  find: (event: EventToAppend) => RecordedBefore | undefined,
): E.Either<AppendError, ComparedBatch> => {
  const newEvents = new Map<string, EventToAppend>();
  let duplicatesUpTo = origin;
  for (const [index, event] of batch.entries()) {
    const { source, id } = event;
    const key = JSON.stringify([source, id]);
    const earlier = newEvents.get(key);
    const recorded = earlier === undefined ? find(event) : undefined;
    const isConflict =
      earlier === undefined
        ? recorded?.hasSameBytes === false
        : Buffer.compare(earlier.bytes, event.bytes) !== 0;
    if (isConflict) return E.left({ kind: 'conflict', index, source, id });
    if (recorded !== undefined) duplicatesUpTo = Math.max(duplicatesUpTo, recorded.position);
    else if (earlier === undefined) newEvents.set(key, event);
  }
  return E.right({ newEvents: [...newEvents.values()], duplicatesUpTo });
};
