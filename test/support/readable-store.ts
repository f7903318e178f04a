/** An event store with a reader of its log, for tests that record events and read them back. */
import type { EventStore, Position, StoredEvent } from '../../src/store/event-store.ts';
import type { LogReader } from '../../src/store/log-reader.ts';

/** A store with a readable log, including what other processes recorded before the call. */
export interface ReadableStore extends EventStore {
  /** Up to `limit` events after a position, in log order. */
  read(after: Position, limit: number): Promise<ReadonlyArray<StoredEvent>>;
  /** The event with this `source` + `id`, if it is recorded. */
  find(source: string, id: string): Promise<StoredEvent | undefined>;
}

/** Combines a store and a reader of the same log; closing it closes both. */
export const readableStore = (store: EventStore, reader: LogReader): ReadableStore => ({
  ...store,
  read: async (after, limit) => {
    await store.head();
    return reader.after(after, limit);
  },
  find: async (source, id) => {
    await store.head();
    return reader.find(source, id);
  },
  close: async () => {
    reader.close();
    await store.close();
  },
});
