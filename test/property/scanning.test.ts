/**
 * Reading the log for the projections: directly from its bytes or through JSON, in one thread or several, with the
 * same result.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it, onTestFinished } from 'vitest';
import { unattributed } from '../../src/domain/recording/attribution.ts';
import { Applier } from '../../src/projections/engine/applier.ts';
import { EventBytes } from '../../src/projections/engine/event-bytes.ts';
import { openProjections } from '../../src/projections/engine/generations.ts';
import { postingWidth } from '../../src/projections/engine/posting-list.ts';
import { scanAhead } from '../../src/projections/engine/scan-ahead.ts';
import type { ScannedBatch } from '../../src/projections/engine/scanned-batch.ts';
import { Scanner } from '../../src/projections/engine/scanner.ts';
import type { StoredEvent } from '../../src/store/event-store.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';
import { openSqliteEventStore } from '../../src/store/sqlite/sqlite-event-store.ts';
import { fileForTest } from '../store/ledger-files.ts';
import { logOf, storedEvents } from '../support/ledger.ts';
import { longLog } from '../support/long-log.ts';
import { worlds } from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);

/** The postings of a list: those of one event may be in any order. */
const postingsIn = (list: Float64Array): ReadonlyArray<string> =>
  Array.from({ length: list.length / postingWidth }, (_, index) =>
    [...list.subarray(index * postingWidth, (index + 1) * postingWidth)].join(' '),
  ).sort();

/** The content of a batch, whatever the order in which its names were found. */
const told = (batch: ScannedBatch | undefined) => {
  if (batch === undefined) return undefined;
  const { names, unregistered, lists, namings, kinds, ...rest } = batch;
  const nameOf = (number: number): string => `${names[number]!.kind} ${names[number]!.name}`;
  return {
    ...rest,
    kinds,
    namings: Array.from({ length: namings.length / 3 }, (_, index) =>
      JSON.stringify([
        nameOf(namings[3 * index]!),
        kinds[namings[3 * index + 1]!]!.source,
        namings[3 * index + 2],
      ]),
    ).sort(),
    names: names.map((name) => JSON.stringify(name)).sort(),
    unregistered: Array.from({ length: unregistered.length / 2 }, (_, index) =>
      JSON.stringify([nameOf(unregistered[2 * index]!), unregistered[2 * index + 1]]),
    ).sort(),
    lists: Object.fromEntries(
      lists.map(([of, list]) => ['name' in of ? nameOf(of.name) : `list ${of.key}`, postingsIn(list)]),
    ),
  };
};

const scanned = (events: ReadonlyArray<StoredEvent>, readBytes: boolean) =>
  told(new Scanner(logOf(events), readBytes).scan(0, Number.MAX_SAFE_INTEGER));

const isReadFromBytes = ({ bytes }: StoredEvent): boolean => new EventBytes().read(bytes, 0, bytes.length);

/** Texts with a meaning in JSON, in an event or for a reader of bytes. */
const texts = [
  ...[
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    ' ',
    '0',
    '\\u0061',
    '\u0000',
    '\u007f',
    'é',
    '\ud83d\ude00',
    '',
  ],
  ...['"subject":"ana",', '"subjects":["ana","ana"],', '"scope":{"population":"us-users"},', '"scope":{},'],
  ...[
    '"over":{"backup":"b1"},',
    '"over":{"scope":{"subject":"ben"}},',
    '"population":"eu-users",',
    '"site":1,',
  ],
  ...['2020-02-30T00:00:00.000Z', '2020-01-01T00:00:60.000Z', '0000-01-01T00:00:00.000Z', 'PartyRegistered'],
  ...[
    '"evidence":"urn:a",',
    '"subject":null,',
    '"policy":"p\u2028",',
    '"member":"a b",',
    '"storedversion":0,',
  ],
  ...['},"traceparent":"00-1"', '},"type":"PartyRegistered"', '},"A":"b"', '},"a":1', '},"a":{}'],
];

/** An event in whose bytes a text replaces others: often at the beginning of a field of its data. */
const spoiled = fc.record({
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  atField: fc.boolean(),
  removed: fc.nat(12),
  text: fc.constantFrom(...texts),
});
it('finds in the bytes of events what is in their JSON, even if it is not an event', () => {
  const counts = { all: 0, read: 0, spoiled: 0, spoiledRead: 0 };
  fc.assert(
    fc.property(worlds(), fc.array(spoiled, { minLength: 1, maxLength: 20 }), (world, changes) => {
      const sound = storedEvents(world);
      if (sound.length === 0) return;
      expect(scanned(sound, true)).toEqual(scanned(sound, false));
      counts.all += sound.length;
      counts.read += sound.filter(isReadFromBytes).length;
      const changed = changes.map(({ at, atField, removed, text }, index): StoredEvent => {
        const event = sound[Math.floor(at * sound.length)]!;
        const json = new TextDecoder().decode(event.bytes);
        const data = json.indexOf('"data":');
        const fields = [...json.matchAll(/[{,]"/g)].map(({ index }) => index + 1).filter((at) => at > data);
        const place = Math.floor(((at * 7_919) % 1) * (atField ? fields.length : json.length));
        const from = atField ? fields[place]! : place;
        const bytes = new TextEncoder().encode(
          json.slice(0, from) + text + json.slice(from + (atField ? 0 : removed)),
        );
        return { ...event, position: index + 1, id: `${index}`, bytes };
      });
      for (const each of changed) expect(scanned([each], true)).toEqual(scanned([each], false));
      expect(scanned(changed, true)).toEqual(scanned(changed, false));
      counts.spoiled += changed.length;
      counts.spoiledRead += changed.filter(isReadFromBytes).length;
    }),
    { numRuns: runs },
  );
  expect(counts.read / counts.all).toBeGreaterThan(0.75);
  // Some are rejected, and some accepted.
  expect(counts.spoiledRead / counts.spoiled).toBeGreaterThan(0.05);
  expect(counts.spoiledRead / counts.spoiled).toBeLessThan(0.9);
});

const tables = [
  'run',
  'block',
  'roll',
  'code_block',
  'source',
  'event_kind',
  'naming_source',
  'late_touch',
  'correction',
  'name',
  'shaken',
  'set_aside',
  'meta',
];

it('fills the tables equally whether threads scan ahead or not', async () => {
  const logFile = fileForTest('ledger.sqlite');
  const store = openSqliteEventStore(logFile, { now: () => 1_000 });
  // Retracted after and before they are recorded: by their neighbours, and from far ahead and far behind.
  const events = longLog(1_500).flatMap((event, index) =>
    index % 7 !== 3
      ? [event]
      : [
          event,
          {
            ...event,
            id: `about-${index}`,
            type: 'EventCorrected',
            data: {
              event: { source: event.source, id: `long-${(index * 37) % 1_600}` },
              reason: 'it was another time',
              time: '2020-02-02T00:00:00Z',
              data: { subject: `person-${index}`, population: 'elsewhere' },
            },
          },
        ],
  );
  for (const { source, id, bytes } of storedEvents(events)) {
    const broken = id.endsWith('99') ? new TextEncoder().encode('{') : bytes;
    expect(E.isRight(await store.append([{ source, id, ...unattributed, bytes: broken }]))).toBe(true);
  }
  await store.close();
  const log = openLogReader(logFile);
  onTestFinished(() => log.close());
  const eventsOfBatch = 40;
  const filled = async (batches: (applier: Applier) => AsyncGenerator<ScannedBatch>) => {
    const database = openProjections(fileForTest('projections.sqlite'))!;
    onTestFinished(() => database.close());
    const applier = new Applier(database, log);
    for await (const batch of batches(applier)) applier.apply(batch);
    expect(applier.checkpoint()).toBe(log.head());
    return Object.fromEntries(
      tables.map((table) => [table, database.prepare(`SELECT * FROM ${table}`).all()]),
    );
  };
  const inOneThread = await filled(async function* (applier) {
    const scanner = new Scanner(log, false);
    const nextUpdate = applier.scannerUpdates();
    for (;;) {
      scanner.learn(nextUpdate());
      const batch = scanner.scan(applier.checkpoint(), Number.MAX_SAFE_INTEGER, eventsOfBatch);
      if (batch === undefined) return;
      yield batch;
    }
  });
  const together = await filled((applier) =>
    scanAhead(logFile, 0, log.head(), () => applier.scannerUpdates(), eventsOfBatch),
  );
  expect(inOneThread.set_aside!.length).toBeGreaterThan(10);
  expect(inOneThread.late_touch!.length).toBeGreaterThan(100);
  // Names are numbered in the order in which a batch finds them, and so are the posting lists of populations.
  for (const table of tables.filter((each) => !['run', 'roll', 'name', 'naming_source'].includes(each)))
    expect(together[table]).toEqual(inOneThread[table]);
  const withoutNumbers = (rows: ReadonlyArray<Record<string, unknown>>) =>
    rows.map(({ id: _, checksum: __, ...row }) => JSON.stringify(row)).sort();
  expect(withoutNumbers(together.name!)).toEqual(withoutNumbers(inOneThread.name!));
});
