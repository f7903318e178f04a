/**
 * Following the log, where another process may record an event at any moment.
 */
import { expect, test } from 'vitest';
import { origin, type StoredEvent } from '../../src/store/event-store.ts';
import { type Changes, followPages } from '../../src/store/sqlite/follow.ts';

test('given an event recorded right after the log was read to its end, the follower does not wait for another', async () => {
  const log: StoredEvent[] = [];
  const readToTheEnd = (after: number): ReadonlyArray<StoredEvent> => {
    const page = log.filter(({ position }) => position > after);
    if (log.length === 0)
      log.push({ position: 1, source: 'a', id: '1', bytes: new Uint8Array(1), recordedAt: 1_000 });
    return page;
  };
  const waitedFor: number[] = [];
  const changes: Changes = {
    version: () => log.length,
    beyond: async (version) => {
      waitedFor.push(version);
      if (version === log.length) throw new Error('it would wait for ever');
    },
  };
  const pages = followPages(readToTheEnd, changes, origin, new AbortController().signal);
  expect((await pages.next()).value).toEqual(log);
  expect(waitedFor).toEqual([0]);
});
