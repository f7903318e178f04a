/** The events of an append in the records of KurrentDB. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EventToAppend } from '../../src/store/event-store.ts';
import { encodeBatch } from '../../src/store/kurrentdb/append-format.ts';
import { BatchAssembly } from '../../src/store/kurrentdb/batch-assembly.ts';
import {
  bytesOfRecord,
  type RawRecord,
  type RecordToWrite,
  severalEventsType,
  streamOfBatch,
} from '../../src/store/kurrentdb/record-format.ts';
import { turnsOf } from '../../src/store/kurrentdb/turns.ts';

const createdAt = 1_700_000_000_000;

/** The records as the client delivers them, the first at this revision of the stream. */
const delivered = (
  stream: string,
  first: number,
  records: ReadonlyArray<RecordToWrite>,
): ReadonlyArray<RawRecord> =>
  records.map(({ eventId, type, data, metadata }, index) => {
    const revision = BigInt(first + index);
    return {
      stream,
      revision,
      position: { commit: revision, prepare: revision },
      eventId,
      type,
      createdAt,
      data,
      metadata: JSON.parse(new TextDecoder().decode(metadata)),
    };
  });

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
const events: fc.Arbitrary<EventToAppend> = fc.record({
  source: fc.oneof(fc.constantFrom('a', '"', '\\'), text),
  id: text,
  recordedBy: fc.option(text),
  authority: fc.option(text),
  bytes: fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(0, 3_000).map((length) => new Uint8Array(length)),
  ),
});
const batches = fc.array(events, { minLength: 1, maxLength: 12 });
const sizes = fc.constantFrom(0, 900, 2_000, 64 * 1_024);

test('given any appends in records of any size, read in any portions, the events are read as sent, whole', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(batches, sizes, fc.boolean()), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 5 }),
      (appends, portion) => {
        const log: RawRecord[] = [];
        const expected = appends.map(([batch, recordBytesMax, isCopy], number) => {
          const recordedAtOf = isCopy ? (event: EventToAppend) => batch.indexOf(event) : undefined;
          const { records, bytes } = encodeBatch(`${number}`, batch, recordBytesMax, recordedAtOf);
          expect(bytes).toBe(records.reduce((sum, record) => sum + bytesOfRecord(record), 0));
          for (const record of records.filter(({ type }) => type === severalEventsType))
            expect(bytesOfRecord(record)).toBeLessThanOrEqual(recordBytesMax);
          log.push(...delivered(streamOfBatch('ledger', batch), log.length, records));
          return batch.map((event, index) => ({
            ...event,
            bytes: [...event.bytes],
            recordedAt: isCopy ? index : createdAt,
            isCopied: isCopy,
          }));
        });
        const assembly = new BatchAssembly('ledger');
        const read = [];
        for (let from = 0; from < log.length; from += portion)
          read.push(...assembly.take(log.slice(from, from + portion)));
        expect(assembly.isInside).toBe(false);
        expect(read.map(({ batch }) => batch?.whole)).toEqual(appends.map(() => true));
        expect(
          read.map(({ batch }) => batch!.events.map((event) => ({ ...event, bytes: [...event.bytes] }))),
        ).toEqual(expected);
      },
    ),
  );
});

test('given a record of several events that does not add up, it is foreign, and nothing of it counts', () => {
  const batch = ['1', '2', '3'].map(
    (id): EventToAppend => ({
      source: 'a',
      id,
      recordedBy: null,
      authority: null,
      bytes: new TextEncoder().encode(`event ${id}`),
    }),
  );
  const [record] = delivered('ledger-a', 0, encodeBatch('batch', batch, 64 * 1_024).records);
  const { metadata } = record as { metadata: { events: ReadonlyArray<object> } };
  const spoilt: ReadonlyArray<Partial<RawRecord>> = [
    { data: (record!.data as Uint8Array).subarray(1) },
    { metadata: { ...metadata, size: 2 } },
    { metadata: { ...metadata, index: -1 } },
    { metadata: { ...metadata, events: [] } },
    { metadata: { ...metadata, events: metadata.events.slice(1) } },
    {
      metadata: {
        ...metadata,
        events: metadata.events.map((event, index) => ({ ...event, length: [-7, 14, 14][index] })),
      },
    },
    { metadata: { ...metadata, events: metadata.events.map((event) => ({ ...event, source: 'b' })) } },
    { type: 'domicile-event' },
    { type: 'something' },
  ];
  const readingOf = (read: RawRecord) => new BatchAssembly('ledger').take([read])[0]!;
  expect(readingOf(record!).batch?.events).toHaveLength(3);
  for (const change of spoilt)
    expect(readingOf({ ...record!, ...change })).toMatchObject({ batch: undefined, record: { ...change } });
});

test('given a record of a newer version, neither it nor the append before it that it may continue is read, nor what follows', () => {
  const event = (id: string): EventToAppend => ({
    source: 'a',
    id,
    recordedBy: null,
    authority: null,
    bytes: new TextEncoder().encode(`event ${id}`),
  });
  const records = [['1'], ['2', '3', '4'], ['5']].flatMap(
    (ids, batch) => encodeBatch(`${batch}`, ids.map(event), 0).records,
  );
  const log = delivered('ledger-a', 0, records);
  const withNewer = log.map((record, index) =>
    index === 2 ? { ...record, type: 'domicile-something' } : record,
  );
  const readings = new BatchAssembly('ledger').take(withNewer);
  expect(readings.map(({ record, isOfNewerVersion = false }) => [record?.type, isOfNewerVersion])).toEqual([
    ['domicile-event', false],
    ['domicile-something', true],
  ]);
  expect(readings[0]!.batch?.events).toHaveLength(1);
  // In a stream of somebody else it means nothing.
  const ofOthers = delivered('others-a', 0, records).map((record) => ({ ...record, type: 'domicile-next' }));
  expect(new BatchAssembly('ledger').take(ofOthers)).toMatchObject([{ batch: undefined, record: undefined }]);
});

test('given records with several events, they are taken in order in turns of at most as many events as one may have', () => {
  const batch = Array.from({ length: 100 }, (_, index) => ({
    source: 'a',
    id: `${index}`,
    recordedBy: null,
    authority: null,
    bytes: new Uint8Array(10),
  }));
  const { records } = encodeBatch('batch', batch, 2_500);
  const [alone] = encodeBatch('alone', batch.slice(0, 1), 0).records;
  const log = delivered('ledger-a', 0, [...records, alone!, alone!]);
  const eventsIn = (turn: ReadonlyArray<RawRecord>): number =>
    turn.reduce((sum, { metadata }) => sum + ((metadata as { events?: [] }).events?.length ?? 1), 0);
  const largest = Math.max(...log.map((record) => eventsIn([record])));
  expect(largest).toBeGreaterThan(5);
  for (const eventsMax of [1, 5, 30, 102, 1_000]) {
    const turns = turnsOf(log, eventsMax);
    expect(turns.flat()).toEqual(log);
    for (const [index, turn] of turns.entries()) {
      if (turn.length > 1) expect(eventsIn(turn)).toBeLessThanOrEqual(eventsMax);
      // No turn could have taken the next record as well.
      const next = turns[index + 1];
      if (next !== undefined) expect(eventsIn(turn) + eventsIn(next.slice(0, 1))).toBeGreaterThan(eventsMax);
    }
  }
  expect(turnsOf([], 10)).toEqual([]);
});
