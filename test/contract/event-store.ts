/** The contract of event stores, which each adapter must fulfil. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Attribution, unattributed } from '../../src/domain/recording/attribution.ts';
import {
  type AppendError,
  type Appended,
  type EventToAppend,
  origin,
  type StoredEvent,
} from '../../src/store/event-store.ts';
import type { ReadableStore } from '../support/readable-store.ts';
import { eventStoreModel } from './event-store-model.ts';

/** A store to test, with nothing in its log. */
export interface StoreUnderTest {
  readonly store: ReadableStore;
  /** Closes the store and opens the same log again, like a restart. */
  reopen(): Promise<ReadableStore>;
  /** Closes everything and removes the log. */
  cleanup(): Promise<void>;
}

const everything = 1_000_000;

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Who recorded an event: unknown, a caller without keys, or a key. */
const attributions: ReadonlyArray<Attribution> = [
  unattributed,
  { recordedBy: null, authority: 'admin correct emit' },
  { recordedBy: 'mover', authority: 'emit' },
  { recordedBy: 'mover', authority: 'correct emit' },
];

const event = (source: string, id: string, content = `${source} ${id}`): EventToAppend => ({
  source,
  id,
  ...attributions[id.length % attributions.length]!,
  bytes: utf8(content),
});

const several = (source: string, from: number, to: number): ReadonlyArray<EventToAppend> =>
  Array.from({ length: to - from }, (_, index) => event(source, `${from + index}`));

const appended = (outcome: E.Either<AppendError, Appended>): Appended => {
  if (E.isLeft(outcome)) throw new Error(`not appended: ${JSON.stringify(outcome.left)}`);
  return outcome.right;
};

/** An event without what the log adds, with its bytes as text so that array types do not matter. */
const plain = ({ source, id, recordedBy, authority, bytes }: EventToAppend) => ({
  source,
  id,
  recordedBy,
  authority,
  bytes: Buffer.from(bytes).toString('hex'),
});
const plainAll = (events: ReadonlyArray<EventToAppend>) => events.map(plain);
const names = (events: ReadonlyArray<EventToAppend>) => events.map(({ source, id }) => `${source} ${id}`);

/** Expects a complete log: every position exists, and time never steps back. */
const expectInLogOrder = (events: ReadonlyArray<StoredEvent>): void => {
  expect(events.map(({ position }) => position)).toEqual(events.map((_, index) => index + 1));
  for (let index = 1; index < events.length; index++) {
    expect(events[index]!.recordedAt).toBeGreaterThanOrEqual(events[index - 1]!.recordedAt);
  }
};

/** Doubles batches until the store refuses one. */
const refusedAsTooLarge = async (
  store: ReadableStore,
  batchOf: (size: number) => ReadonlyArray<EventToAppend>,
) => {
  for (let size = 1_024; size <= 1_024 ** 3; size *= 2) {
    const outcome = await store.append(batchOf(size));
    if (E.isLeft(outcome)) return outcome.left;
  }
  throw new Error('the store takes batches without any limit');
};

/** @param modelRuns how many random histories to compare with a model. */
export const eventStoreContract = (
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  modelRuns = 40,
): void => {
  const given = async (...batches: ReadonlyArray<ReadonlyArray<EventToAppend>>) => {
    const { store, reopen, cleanup } = await makeStore();
    onTestFinished(cleanup);
    const outcomes: Appended[] = [];
    for (const batch of batches) outcomes.push(appended(await store.append(batch)));
    return { store, reopen, outcomes };
  };

  describe(`${name}: the log`, () => {
    test('given nothing recorded, the log is empty and its head is the origin', async () => {
      const { store } = await given();
      expect(await store.head()).toBe(origin);
      expect(await store.read(origin, 10)).toEqual([]);
      expect(await store.find('a', '1')).toBeUndefined();
    });

    test('given batches, they are read in the order of their appends, as sent', async () => {
      const batches = [
        several('a', 0, 3),
        [event('b', '1'), event('a', '3'), event('b', '0')],
        several('c', 0, 1),
      ];
      const { store, outcomes } = await given(...batches);
      const log = await store.read(origin, everything);
      expect(plainAll(log)).toEqual(plainAll(batches.flat()));
      expectInLogOrder(log);
      expect(outcomes.map(({ recorded, duplicates }) => [recorded, duplicates])).toEqual([
        [3, 0],
        [3, 0],
        [1, 0],
      ]);
      expect(outcomes.map(({ position }) => position)).toEqual(
        [2, 5, 6].map((place) => log[place]!.position),
      );
      expect(await store.head()).toBe(log.at(-1)!.position);
    });

    test('given appends one after the other, each is recorded later than all before it', async () => {
      const { store } = await given();
      const ends: number[] = [];
      for (let append = 0; append < 12; append++)
        ends.push(appended(await store.append(several('a', append * 3, append * 3 + 3))).position);
      const times = (await store.read(origin, everything)).map(({ recordedAt }) => recordedAt);
      for (const end of ends.slice(0, -1)) expect(times[end]).toBeGreaterThan(times[end - 1]!);
    });

    test('given a log, pages of any size together are the whole log', async () => {
      const { store } = await given(several('a', 0, 7), several('b', 0, 6));
      const log = await store.read(origin, everything);
      for (const limit of [1, 2, 5, 13, 14]) {
        const pages: StoredEvent[] = [];
        for (let page = await store.read(origin, limit); page.length > 0; ) {
          expect(page.length).toBeLessThanOrEqual(limit);
          pages.push(...page);
          page = await store.read(page.at(-1)!.position, limit);
        }
        expect(pages).toEqual(log);
      }
    });

    test('given events, each is found by its source and id, and by nothing else', async () => {
      const { store } = await given([event('a', '1'), event('b', '1'), event('a', '2')]);
      const log = await store.read(origin, everything);
      expect(await store.find('a', '1')).toEqual(log[0]);
      expect(await store.find('b', '1')).toEqual(log[1]);
      expect(await store.find('b', '2')).toBeUndefined();
      expect(await store.find('1', 'a')).toBeUndefined();
    });

    test('given any bytes at all, the same bytes are read', async () => {
      const contents = [
        new Uint8Array(0),
        Uint8Array.from({ length: 256 }, (_, byte) => byte),
        Uint8Array.of(0),
        Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28, 0xed, 0xa0, 0x80),
        Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7_919) >> 3),
        Uint8Array.of(1, 2, 3, 4, 5).subarray(1, 4),
        utf8('{"a": 1.0,  "ä":"\u{1f600}"}\r\n'),
      ];
      const { store } = await given(contents.map((bytes, index) => ({ ...event('a', `${index}`), bytes })));
      const expected = contents.map((bytes) => [...bytes]);
      expect((await store.read(origin, everything)).map(({ bytes }) => [...bytes])).toEqual(expected);
      for (const [index, bytes] of expected.entries()) {
        expect([...((await store.find('a', `${index}`))?.bytes ?? [])]).toEqual(bytes);
      }
    });

    test('given similar names, each is a separate name and read as sent', async () => {
      const texts = [
        'a',
        'A',
        'a ',
        ' a',
        'a/b',
        'a-b',
        'a%20',
        'é',
        'e\u0301',
        '\u{1f600}',
        '$all',
        "a'b",
        '1',
        '01',
        '1.0',
      ];
      const batch = texts.flatMap((source) => texts.map((id) => event(source, id)));
      const { store } = await given(batch);
      expect(plainAll(await store.read(origin, everything))).toEqual(plainAll(batch));
    });
  });

  describe(`${name}: appending`, () => {
    test('given a recorded batch, when it is sent again, all are duplicates and the log does not change', async () => {
      const batch = [event('a', '1'), event('b', '1'), event('a', '2')];
      const { store, outcomes } = await given(batch, several('c', 0, 2));
      const log = await store.read(origin, everything);
      const again = appended(await store.append(batch));
      expect(again).toEqual({ recorded: 0, duplicates: 3, position: outcomes[0]!.position });
      expect(await store.read(origin, everything)).toEqual(log);
    });

    test('given a batch with an event twice and old ones, only new events are recorded', async () => {
      const { store } = await given(several('a', 0, 3));
      const batch = [event('a', '1'), event('a', '7'), event('b', '7'), event('a', '7'), event('a', '0')];
      const outcome = appended(await store.append(batch));
      const log = await store.read(origin, everything);
      expect(outcome).toEqual({ recorded: 2, duplicates: 3, position: log.at(-1)!.position });
      expect(names(log)).toEqual(['a 0', 'a 1', 'a 2', 'a 7', 'b 7']);
    });

    test('given a recorded event, when other bytes come with its name, the whole batch is refused', async () => {
      const { store } = await given(several('a', 0, 3));
      const log = await store.read(origin, everything);
      const outcome = await store.append([
        event('new', '1'),
        event('a', '0'),
        event('a', '1', 'other'),
        event('a', '9'),
      ]);
      expect(outcome).toEqual(E.left({ kind: 'conflict', index: 2, source: 'a', id: '1' }));
      expect(await store.read(origin, everything)).toEqual(log);
      expect(appended(await store.append([event('new', '1')])).recorded).toBe(1);
    });

    test('given repeated and refused batches between others, they take no positions', async () => {
      const { store, reopen } = await given(several('a', 0, 3), [event('b', '1'), event('a', '3')]);
      appended(await store.append([event('a', '1'), event('c', '1'), event('b', '1'), event('c', '2')]));
      expect(await store.append([event('d', '1'), event('a', '1', 'other')])).toMatchObject(
        E.left({ kind: 'conflict' }),
      );
      expect(appended(await store.append([event('a', '0')])).position).toBe(1);
      expect(appended(await (await reopen()).append([event('d', '2')])).position).toBe(8);
    });

    test('given a batch with a conflict in itself, it is refused as a whole', async () => {
      const { store } = await given();
      const outcome = await store.append([event('a', '1', 'one'), event('b', '1'), event('a', '1', 'two')]);
      expect(outcome).toEqual(E.left({ kind: 'conflict', index: 2, source: 'a', id: '1' }));
      expect(await store.head()).toBe(origin);
    });

    test('given an empty batch, nothing is recorded', async () => {
      const { store } = await given(several('a', 0, 2));
      expect(appended(await store.append([]))).toEqual({ recorded: 0, duplicates: 0, position: origin });
      expect(await store.read(origin, everything)).toHaveLength(2);
    });

    test('given too many events at once, the batch is refused with the limit, and one at the limit is accepted', async () => {
      const { store } = await given();
      let made = 0;
      const tinyEvents = (count: number) =>
        Array.from({ length: count }, () => ({ ...event('a', `${made++}`), bytes: new Uint8Array(1) }));
      const refusal = await refusedAsTooLarge(store, tinyEvents);
      if (refusal.kind !== 'too-large' || refusal.unit !== 'events') throw new Error(JSON.stringify(refusal));
      const head = await store.head();
      expect(await store.append(tinyEvents(refusal.limit + 1))).toEqual(E.left(refusal));
      expect(await store.head()).toBe(head);
      expect(appended(await store.append(tinyEvents(refusal.limit))).recorded).toBe(refusal.limit);
    });

    test('given an event with too many bytes, the batch is refused with the limit, and one at the limit is accepted', async () => {
      const { store } = await given();
      const ofBytes = (bytes: number) => [
        event('a', 'small'),
        { ...event('a', `${bytes}`), bytes: new Uint8Array(bytes) },
      ];
      const refusal = await refusedAsTooLarge(store, ofBytes);
      if (refusal.kind !== 'too-large' || refusal.unit !== 'bytes') throw new Error(JSON.stringify(refusal));
      const head = await store.head();
      expect(await store.append(ofBytes(refusal.limit + 1))).toEqual(E.left(refusal));
      expect(await store.head()).toBe(head);
      const atTheLimit = appended(await store.append(ofBytes(refusal.limit).slice(1)));
      expect((await store.read(atTheLimit.position - 1, 1))[0]?.bytes).toHaveLength(refusal.limit);
    });
  });

  describe(`${name}: many at once`, () => {
    test('given many appends at once, all are recorded, each completely and in its own order', async () => {
      const { store } = await given();
      const batches = Array.from({ length: 200 }, (_, index) => [
        event(`source-${index % 7}`, `${index}/0`),
        event('shared', `${index}/1`),
        event(`source-${index % 7}`, `${index}/2`),
      ]);
      const outcomes = await Promise.all(batches.map((batch) => store.append(batch)));
      const log = await store.read(origin, everything);
      expectInLogOrder(log);
      expect(names(log).toSorted()).toEqual(names(batches.flat()).toSorted());
      const positions = new Map(log.map((stored) => [stored.id, stored.position]));
      for (const [index, outcome] of outcomes.entries()) {
        const places = [0, 1, 2].map((part) => positions.get(`${index}/${part}`)!);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(appended(outcome)).toEqual({ recorded: 3, duplicates: 0, position: places[2] });
      }
    });

    test('given current appends, a reader never sees a part of a batch', async () => {
      const { store } = await given();
      const appends = Promise.all(
        Array.from({ length: 50 }, (_, index) => store.append(several('a', index * 4, index * 4 + 4))),
      );
      let done = false;
      const reading = (async () => {
        while (!done) {
          expect((await store.read(origin, everything)).length % 4).toBe(0);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await appends;
      done = true;
      await reading;
      expect(await store.read(origin, everything)).toHaveLength(200);
    });

    test('given the same batch sent many times at once, it is recorded once', async () => {
      const { store } = await given();
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.append(several('a', 0, 5))));
      const log = await store.read(origin, everything);
      expect(names(log)).toEqual(names(several('a', 0, 5)));
      expect(outcomes.map((outcome) => appended(outcome).recorded).toSorted()).toEqual([
        ...Array(19).fill(0),
        5,
      ]);
      for (const outcome of outcomes) expect(appended(outcome).position).toBe(log.at(-1)!.position);
    });

    test('given other bytes with one name sent at once, one is recorded, and the refused one harms nobody else', async () => {
      const { store } = await given();
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          store.append([event('a', `own-${index}`), event('a', 'contested', `${index}`)]),
        ),
      );
      const bystanders = await Promise.all(several('b', 0, 10).map((one) => store.append([one])));
      const winner = outcomes.findIndex(E.isRight);
      expect(outcomes.filter(E.isRight)).toHaveLength(1);
      for (const [index, outcome] of outcomes.entries()) {
        if (index !== winner)
          expect(outcome).toEqual(E.left({ kind: 'conflict', index: 1, source: 'a', id: 'contested' }));
      }
      expect(bystanders.every(E.isRight)).toBe(true);
      const log = await store.read(origin, everything);
      expect(names(log.filter(({ source }) => source === 'a'))).toEqual([`a own-${winner}`, 'a contested']);
    });
  });

  describe(`${name}: closing and opening again`, () => {
    test('given a log, when it is opened again, everything is unchanged', async () => {
      const { store, reopen, outcomes } = await given(several('a', 0, 3), several('b', 0, 2));
      const log = await store.read(origin, everything);
      const reopened = await reopen();
      expect(await reopened.read(origin, everything)).toEqual(log);
      expect(await reopened.head()).toBe(outcomes[1]!.position);
      expect(appended(await reopened.append(several('a', 0, 3)))).toEqual({
        recorded: 0,
        duplicates: 3,
        position: outcomes[0]!.position,
      });
      expect(await reopened.append([event('a', '1', 'other')])).toEqual(
        E.left({ kind: 'conflict', index: 0, source: 'a', id: '1' }),
      );
      expect(appended(await reopened.append([event('b', '2')])).recorded).toBe(1);
      expectInLogOrder(await reopened.read(origin, everything));
    });

    test('given current appends, when the store closes, they are finished first', async () => {
      const { store, reopen } = await given();
      const appends = Promise.all(several('a', 0, 20).map((one) => store.append([one])));
      const reopened = await reopen();
      expect((await appends).every(E.isRight)).toBe(true);
      expect(await reopened.read(origin, everything)).toHaveLength(20);
    });

    test('given a closed store, an append is refused as unavailable', async () => {
      const { store } = await given(several('a', 0, 2));
      await store.close();
      await store.close();
      const outcome = await store.append([event('a', '2')]);
      expect(outcome).toMatchObject(E.left({ kind: 'unavailable', outcomeUnknown: false }));
    });
  });

  describe(`${name}: any sequence of appends`, () => {
    const oneOf = <A>(...values: A[]) => fc.constantFrom(...values);
    const anyEvent = fc.record({
      recordedBy: oneOf(null, 'mover', 'auditor'),
      authority: oneOf(null, 'emit', 'admin correct emit'),
      source: oneOf('a', 'b', 'c'),
      id: oneOf('1', '2', '3', '4', '5', '6'),
      bytes: fc.oneof(
        { weight: 9, arbitrary: fc.constant(new Uint8Array([7])) },
        { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3 }) },
      ),
    });
    const anyStep = fc.record({
      batch: fc.array(anyEvent, { maxLength: 5 }),
      restart: oneOf(false, false, false, true),
    });

    test('behaves like a plain list', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
          const { store: first, reopen, cleanup } = await makeStore();
          try {
            let store = first;
            const model = eventStoreModel();
            for (const { batch, restart } of steps) {
              const outcome = await store.append(batch);
              const wanted = model.append(batch);
              const log = await store.read(origin, everything);
              expect(plainAll(log)).toEqual(plainAll(model.events));
              expect(outcome).toEqual(
                E.isLeft(wanted)
                  ? wanted
                  : E.right({
                      recorded: wanted.right.recorded,
                      duplicates: wanted.right.duplicates,
                      position: log[wanted.right.last]?.position ?? origin,
                    }),
              );
              if (restart) store = await reopen();
            }
          } finally {
            await cleanup();
          }
        }),
        { numRuns: modelRuns },
      );
    });
  });
};
