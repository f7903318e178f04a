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
    { type: 'domicile-something' },
  ];
  const readingOf = (read: RawRecord) => new BatchAssembly('ledger').take([read])[0]!;
  expect(readingOf(record!).batch?.events).toHaveLength(3);
  for (const change of spoilt) expect(readingOf({ ...record!, ...change }).batch).toBeUndefined();
});
