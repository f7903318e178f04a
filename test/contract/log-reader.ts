/** The contract of synchronous log readers. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { type EventToAppend, origin, type StoredEvent } from '../../src/store/event-store.ts';
import type { LogReader } from '../../src/store/log-reader.ts';

/** A reader of a log with nothing in it. */
export interface LogUnderTest {
  readonly reader: LogReader;
  /** Records the batch; resolves when the reader must see it. The clock of the log advances with each. */
  record(batch: ReadonlyArray<EventToAppend>): Promise<void>;
  /** Closes everything and removes the log. */
  cleanup(): Promise<void>;
}

const everything = 1_000_000;

const several = (source: string, from: number, to: number): ReadonlyArray<EventToAppend> =>
  Array.from({ length: to - from }, (_, index) => ({
    source,
    id: `${from + index}`,
    recordedBy: index % 3 === 0 ? null : `key ${index % 2}`,
    authority: index % 5 === 0 ? null : 'emit',
    bytes: Uint8Array.from({ length: (from + index) % 300 }, (_, place) => from + index + place * 7),
  }));

/** The events with their bytes as text: to compare so many bytes one by one takes seconds. */
const plain = (events: ReadonlyArray<EventToAppend>) =>
  events.map(({ source, id, recordedBy, authority, bytes }) => ({
    source,
    id,
    recordedBy,
    authority,
    bytes: Buffer.from(bytes).toString('hex'),
  }));

export const logReaderContract = (name: string, makeLog: () => Promise<LogUnderTest>): void => {
  const given = async (...batches: ReadonlyArray<ReadonlyArray<EventToAppend>>) => {
    const { reader, record, cleanup } = await makeLog();
    onTestFinished(cleanup);
    for (const batch of batches) await record(batch);
    return { reader, record };
  };

  describe(`${name}: reading`, () => {
    test('given nothing recorded, there is nothing to read', async () => {
      const { reader } = await given();
      expect(reader.head()).toBe(origin);
      expect(reader.after(origin, 10)).toEqual([]);
      expect(reader.at(origin)).toBeUndefined();
      expect(reader.at(1)).toBeUndefined();
      expect(reader.find('a', '1')).toBeUndefined();
      expect(reader.recordedAtOf(1)).toBeUndefined();
      expect(reader.lastKnownBy(Number.POSITIVE_INFINITY)).toBe(origin);
    });

    test('given a log, an event that is lent is that event, and none where there is none', async () => {
      const { reader } = await given(several('a', 0, 3));
      for (const event of reader.after(origin, everything)) {
        const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString();
        for (let time = 0; time < 2; time++) {
          const [lent, bytes] = reader.lend(event.position, (each) => [each, text(each?.bytes)] as const);
          expect(bytes).toBe(text(event.bytes));
          expect(lent?.id).toBe(event.id);
        }
      }
      expect(reader.lend(4, (event) => event)).toBeUndefined();
    });

    test('given large events, the next are read by megabytes, at least one, to the end', async () => {
      const large = several('a', 0, 40).map((event) => ({
        ...event,
        bytes: Buffer.from(JSON.stringify({ large: 'x'.repeat(400_000) })),
      }));
      const { reader } = await given(...large.map((event) => [event]), several('b', 0, 100));
      const read: number[] = [];
      for (let last = origin; ; ) {
        const some = reader.next(last, 1_000);
        if (some.length === 0) break;
        read.push(...some.map(({ position }) => position));
        last = some.at(-1)!.position;
      }
      expect(read).toEqual(reader.after(origin, everything).map(({ position }) => position));
      // The first page may be larger: what was read last tells how large they may be.
      reader.next(origin, 1_000);
      expect(reader.next(origin, 1_000).length).toBeLessThan(20);
      expect(reader.next(origin, 1).length).toBe(1);
    });

    test('given a log, it is read completely, in pages of any size, and event by event', async () => {
      const batches = [several('a', 0, 700), several('b', 0, 3), several('a', 700, 1_300)];
      const { reader } = await given(...batches);
      const log = reader.after(origin, everything);
      expect(plain(log)).toEqual(plain(batches.flat()));
      expect(reader.head()).toBe(log.at(-1)!.position);
      const texts = (events: ReadonlyArray<StoredEvent>) =>
        events.map((event) => JSON.stringify({ ...event, bytes: Buffer.from(event.bytes).toString('hex') }));
      const whole = texts(log);
      for (const limit of [1, 499, 500, 501, 1_302, 1_303, 1_304]) {
        expect(texts(reader.after(origin, limit))).toEqual(whole.slice(0, limit));
        expect(texts(reader.after(log[99]!.position, limit))).toEqual(whole.slice(100, 100 + limit));
      }
      expect(reader.after(origin, 0)).toEqual([]);
      for (const event of [log[0]!, log[701]!, log.at(-1)!]) {
        expect(reader.at(event.position)).toEqual(event);
        expect(reader.find(event.source, event.id)).toEqual(event);
        expect(reader.positionOf(event.source, event.id)).toBe(event.position);
        expect(reader.recordedAtOf(event.position)).toBe(event.recordedAt);
      }
      expect(reader.at(log.at(-1)!.position + 1)).toBeUndefined();
      const these = [log.at(-1)!, log[0]!, log[701]!];
      const positions = [...these.map(({ position }) => position), log.at(-1)!.position + 1];
      const some = (at: ReadonlyArray<number>, bytesMax: number) =>
        reader.some(at, bytesMax).toSorted((a, b) => a.position - b.position);
      const inOrder = some(positions, everything);
      expect(inOrder).toEqual(these.toSorted((a, b) => a.position - b.position));
      const large = Math.max(...these.map(({ bytes }) => bytes.length));
      const small = these.filter(({ bytes }) => bytes.length < large);
      expect(some(positions, large - 1)).toEqual(small.toSorted((a, b) => a.position - b.position));
      expect(some(positions, large)).toEqual(inOrder);
      expect(some([], everything)).toEqual([]);
      expect(reader.find('b', '3')).toBeUndefined();
      expect(reader.positionOf('b', '3')).toBeUndefined();
      expect(reader.find('c', '1')).toBeUndefined();
      expect(reader.positionOf('c', '1')).toBeUndefined();
      const found = reader.findSome('a', ['1299', 'none', '"', '5', '5']).map(({ id }) => id);
      expect(found.toSorted()).toEqual(['1299', '5']);
      expect(reader.findSome('b', ['2', '3'])).toEqual([reader.find('b', '2')]);
      expect(reader.findSome('c', ['1'])).toEqual([]);
      expect(reader.findSome('a', [])).toEqual([]);
    });

    test('given events recorded at several instants, the last known position by an instant is found', async () => {
      const { reader } = await given(several('a', 0, 3), several('a', 3, 4), several('a', 4, 9));
      const log = reader.after(origin, everything);
      for (const { recordedAt } of log) {
        for (const instant of [recordedAt - 1, recordedAt, recordedAt + 1]) {
          const known = log.findLast((event) => event.recordedAt <= instant)?.position ?? origin;
          expect(reader.lastKnownBy(instant)).toBe(known);
        }
      }
      expect(reader.lastKnownBy(Number.NEGATIVE_INFINITY)).toBe(origin);
      expect(reader.lastKnownBy(Number.POSITIVE_INFINITY)).toBe(log.at(-1)!.position);
    });

    test('given a reader that read before, it sees what was recorded since', async () => {
      const { reader, record } = await given(several('a', 0, 2));
      expect(reader.after(origin, everything)).toHaveLength(2);
      await record(several('b', 0, 1));
      expect(plain(reader.after(origin, everything))).toEqual(
        plain([...several('a', 0, 2), ...several('b', 0, 1)]),
      );
      expect(reader.find('b', '0')?.position).toBe(reader.head());
    });
  });
};
