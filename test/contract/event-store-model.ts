/** The event store as a plain list, to compare every adapter with. */
import * as E from 'fp-ts/lib/Either.js';
import type { AppendError, EventToAppend } from '../../src/store/event-store.ts';

/** As `Appended`, with the index in the list instead of a position; -1 for none. */
export interface ModelAppended {
  readonly recorded: number;
  readonly duplicates: number;
  readonly last: number;
}

export interface EventStoreModel {
  readonly events: ReadonlyArray<EventToAppend>;
  append(batch: ReadonlyArray<EventToAppend>): E.Either<AppendError, ModelAppended>;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export const eventStoreModel = (): EventStoreModel => {
  let events: ReadonlyArray<EventToAppend> = [];
  return {
    get events() {
      return events;
    },
    append: (batch) => {
      const grown = [...events];
      let last = -1;
      for (const [index, event] of batch.entries()) {
        const { source, id } = event;
        const place = grown.findIndex((earlier) => earlier.source === source && earlier.id === id);
        if (place >= 0 && !sameBytes(grown[place]!.bytes, event.bytes)) {
          return E.left({ kind: 'conflict', index, source, id });
        }
        last = Math.max(last, place < 0 ? grown.push(event) - 1 : place);
      }
      const recorded = grown.length - events.length;
      events = grown;
      return E.right({ recorded, duplicates: batch.length - recorded, last });
    },
  };
};
