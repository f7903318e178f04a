/**
 * A thread that writes the ledger and dies is replaced, and nothing that it confirmed is lost.
 */
import type { Worker } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openThreadedEventStore } from '../../src/store/sqlite/threaded-event-store.ts';
import { fileForTest } from './ledger-files.ts';

const event = (number: number) => ({
  source: 'a',
  id: `${number}`,
  ...unattributed,
  bytes: new TextEncoder().encode(`content ${number}`),
});

describe('the writing thread', () => {
  test('given that it dies repeatedly under load, every event is eventually recorded once', async () => {
    const file = fileForTest('ledger.sqlite');
    const workers: Worker[] = [];
    const store = await openThreadedEventStore(file, { started: (worker) => workers.push(worker) });
    const outcomes = { recorded: 0, unavailable: 0 };
    const record = async (number: number): Promise<void> => {
      for (;;) {
        const appended = await store.append([event(number)]);
        if (E.isRight(appended)) {
          outcomes.recorded++;
          return;
        }
        expect(appended.left.kind).toBe('unavailable');
        outcomes.unavailable++;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    for (let death = 0; death < 3; death++) {
      const before = Array.from({ length: 20 }, (_, index) => record(death * 40 + index));
      await workers.at(-1)!.terminate();
      const after = Array.from({ length: 20 }, (_, index) => record(death * 40 + 20 + index));
      await Promise.all([...before, ...after]);
    }
    expect(workers).toHaveLength(4);
    expect(outcomes.recorded).toBe(120);
    expect(outcomes.unavailable).toBeGreaterThan(0);
    await store.close();
    const reader = openLogReader(file);
    const ids = reader.after(0, 1_000).map(({ id }) => id);
    reader.close();
    expect(ids.sort()).toEqual(Array.from({ length: 120 }, (_, index) => `${index}`).sort());
  });

  test('given that it died, the ledger can be closed at once', async () => {
    const workers: Worker[] = [];
    const store = await openThreadedEventStore(fileForTest('ledger.sqlite'), {
      started: (worker) => workers.push(worker),
    });
    await workers[0]!.terminate();
    await store.close();
    expect(workers).toHaveLength(1);
  });
});
