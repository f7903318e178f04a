/**
 * Following the log: page after page, then waiting for more, without a gap between the two.
 */
import type { Position, StoredEvent } from '../event-store.ts';

/** How many events a follower is handed at once. */
export const followedPageMax = 1_000;

/** A way to learn that the log has grown. */
export interface Changes {
  /** A number that differs after the log has grown. */
  version(): number;
  /** Resolves once the version is another one, or the signal is aborted. */
  beyond(version: number, signal: AbortSignal): Promise<void>;
}

const otherWorkFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Pages of events from after a position, in order, for ever, until aborted.
 *
 * The version is taken before the page is read, so that what is recorded in between is never waited for.
 */
export async function* followPages(
  readAfter: (position: Position, limit: number) => ReadonlyArray<StoredEvent>,
  changes: Changes,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<ReadonlyArray<StoredEvent>, void, undefined> {
  let position = after;
  while (!signal.aborted) {
    const version = changes.version();
    const page = readAfter(position, followedPageMax);
    const last = page.at(-1);
    if (last === undefined) {
      await changes.beyond(version, signal);
    } else {
      position = last.position;
      yield page;
      await otherWorkFirst();
    }
  }
}
