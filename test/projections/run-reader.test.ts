/**
 * Searching runs of many blocks, beside a plain list of what they hold.
 */
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckedRows } from '../../src/projections/engine/checked-rows.ts';
import { ProjectionsDamaged } from '../../src/projections/engine/damage.ts';
import { enrolmentsIn, ownDataMoved } from '../../src/projections/engine/posting-list.ts';
import { readerCaches } from '../../src/projections/engine/reader-caches.ts';
import { RunContent } from '../../src/projections/engine/run-content.ts';
import { type PostingsBetween, RunReader } from '../../src/projections/engine/run-reader.ts';
import { RunWriter } from '../../src/projections/engine/run-writer.ts';
import { createTables } from '../../src/projections/engine/tables.ts';
import { entryOf } from '../../src/sorted-runs/sorted-runs.ts';

/** A run of ten events, each about so many topics: together more blocks than are kept in memory. */
const eventsOfRun = 10;
const topicsOfEvent = 6_700;
/** Another number for each event and each of its topics; every tenth topic is also one of the event before. */
const topicOf = (position: number, nth: number): number =>
  Math.imul(topicsOfEvent * (nth % 10 === 0 ? position - (position % 2) : position) + nth, 0x9e3779b1) >>> 0;

const topicsOf = (position: number): ReadonlyArray<number> =>
  Array.from({ length: topicsOfEvent }, (_, nth) => topicOf(position, nth));

/** The run of the ten events from a position on. */
const runFrom = (firstPosition: number) => {
  const entries = Array.from({ length: eventsOfRun }, (_, offset) =>
    topicsOf(firstPosition + offset).map((topic) => entryOf(topic, offset)),
  );
  return {
    firstPosition,
    lastPosition: firstPosition + eventsOfRun - 1,
    events: eventsOfRun,
    positions: undefined,
    codes: new Uint32Array(eventsOfRun),
    entries: Float64Array.from(entries.flat()).sort(),
    lists: new Map(),
  };
};

/** What a reader may take for filters: ten times what those of the runs here take. */
const filterBytes = 8_000_000;

describe.each([
  ['with filters', filterBytes],
  ['without filters', 0],
  ['with room for a part of one filter', 20_000],
])('runs of many blocks, read %s,', (_, bytes) => {
  it('hold the same events under a topic in whatever order topics are looked up, also after runs were merged', () => {
    const database = new DatabaseSync(':memory:');
    createTables(database);
    const writer = new RunWriter(database, new CheckedRows(database));
    // Hardly anything is remembered, so that each topic is looked up in the runs.
    const reader = new RunReader(database, { ...readerCaches(), topics: 300, filters: bytes });
    const write = (run: number): void => {
      writer.write(run * eventsOfRun, runFrom(1 + run * eventsOfRun));
      reader.refresh((run + 1) * eventsOfRun);
    };
    const holdsAll = (runs: number): void => {
      const recorded = new Map<number, number[]>();
      for (let position = 1; position <= runs * eventsOfRun; position++)
        for (const topic of topicsOf(position))
          recorded.set(topic, [...(recorded.get(topic) ?? []), position]);
      const looked = fc.array(
        fc
          .tuple(fc.integer({ min: 1, max: (runs + 1) * eventsOfRun }), fc.nat({ max: topicsOfEvent - 1 }))
          .map(([position, nth]) => topicOf(position, nth)),
        { maxLength: 50 },
      );
      fc.assert(
        fc.property(looked, fc.boolean(), (topics, isInOrder) => {
          for (const topic of isInOrder ? topics.toSorted((a, b) => a - b) : topics)
            expect(reader.positions(topic, 0, runs * eventsOfRun)).toEqual(recorded.get(topic) ?? []);
        }),
      );
    };
    const runs = () => database.prepare('SELECT last_block - first_block + 1 AS blocks FROM run').all();
    for (let run = 0; run < 3; run++) write(run);
    expect(runs()).toEqual([{ blocks: 67 }, { blocks: 67 }, { blocks: 67 }]);
    holdsAll(3);
    for (let run = 3; run < 8; run++) write(run);
    expect(runs()).toEqual([{ blocks: 536 }]);
    holdsAll(8);
    database.close();
  });
});

describe('the filter of a run of many blocks', () => {
  /** Three large runs, and a reader that uses their filters. */
  const threeRuns = () => {
    const database = new DatabaseSync(':memory:');
    createTables(database);
    const writer = new RunWriter(database, new CheckedRows(database));
    for (let run = 0; run < 3; run++) writer.write(run * eventsOfRun, runFrom(1 + run * eventsOfRun));
    const open = (): RunReader => {
      const reader = new RunReader(database, { ...readerCaches(), topics: 300, filters: filterBytes });
      reader.refresh(3 * eventsOfRun);
      return reader;
    };
    return { database, open };
  };

  it('saves reading blocks of runs that have nothing under a topic', () => {
    const { database, open } = threeRuns();
    const reader = open();
    reader.positions(topicOf(1, 1), 0, 3 * eventsOfRun);
    database.exec('DELETE FROM block');
    const absent = Array.from({ length: 100 }, (_, nth) => topicOf(1_000, nth));
    const readsNoBlock = absent.filter((topic) => {
      try {
        return reader.positions(topic, 0, 3 * eventsOfRun).length === 0;
      } catch {
        return false;
      }
    });
    // One of forty passes a filter though it is absent.
    expect(readsNoBlock.length).toBeGreaterThan(70);
    expect(() => reader.positions(topicOf(2, 1), 0, 3 * eventsOfRun)).toThrow(ProjectionsDamaged);
    database.close();
  });

  it('is refused if it is not as it was written', () => {
    const { database, open } = threeRuns();
    database.exec(`UPDATE filter_part SET words = zeroblob(length(words)) WHERE id / 65536 = 2`);
    expect(() => open().positions(1, 0, 3 * eventsOfRun)).toThrow(ProjectionsDamaged);
    database.close();
  });

  it('is refused if a part of it has another place, or is missing', () => {
    for (const sql of [
      'UPDATE filter_part SET id = id + 2 WHERE id = 2 * 65536 + 4',
      'DELETE FROM filter_part WHERE id = 2 * 65536 + 4',
    ]) {
      const { database, open } = threeRuns();
      database.exec(sql);
      const reader = open();
      const topics = Array.from({ length: 100 }, (_, nth) => topicOf(14, nth));
      const found = topics.map((topic) => {
        try {
          return reader.positions(topic, 0, 3 * eventsOfRun).includes(14);
        } catch (error) {
          expect(error).toBeInstanceOf(ProjectionsDamaged);
          return 'damaged';
        }
      });
      expect(new Set(found)).toEqual(new Set([true, 'damaged']));
      database.close();
    }
  });

  it('is compared with the entries of its run', () => {
    const { database } = threeRuns();
    const content = () => [...new RunContent(database).entries(2_048)].length;
    expect(content()).toBe(2_048);
    const empty = new Uint8Array(16_000);
    const parts = database.prepare('SELECT id, parts FROM filter_part').all();
    for (const { id, parts: of } of parts)
      database
        .prepare('UPDATE filter_part SET words = ?, checksum = ? WHERE id = ?')
        .run(empty, crc32(empty, crc32(`${id} ${of}`)), id!);
    expect(content).toThrow(ProjectionsDamaged);
    database.close();
  });

  it('can be missing, as in a file of an earlier version', () => {
    const { database, open } = threeRuns();
    database.exec('DELETE FROM filter_part WHERE id / 65536 = 2');
    const found = (): ReadonlyArray<number> => open().positions(topicOf(14, 1), 0, 3 * eventsOfRun);
    expect(found()).toEqual([14]);
    database.exec('DROP TABLE filter_part');
    expect(found()).toEqual([14]);
    database.close();
  });
});

describe('runs of many events', () => {
  it('are merged before there is no room for the next one, and hold the same events as before', () => {
    const database = new DatabaseSync(':memory:');
    createTables(database);
    const writer = new RunWriter(database, new CheckedRows(database));
    // Three of these fit into one run.
    const events = 600_000;
    const topics = [1, 2, 3];
    const offsets = [0, 7, 299_999, 599_999];
    const runs = () => database.prepare('SELECT events, positions FROM run ORDER BY first_position').all();
    for (let run = 0; run < 5; run++) {
      writer.write(run * events, {
        firstPosition: run * events + 1,
        lastPosition: (run + 1) * events,
        events,
        positions: undefined,
        codes: new Uint32Array(events).fill(run + 1),
        entries: Float64Array.from(
          topics.flatMap((topic) => offsets.map((offset) => entryOf(topic, offset))),
        ),
        lists: new Map(),
      });
      const reader = new RunReader(database, readerCaches());
      reader.refresh((run + 1) * events);
      const positions = Array.from({ length: run + 1 }, (_, each) =>
        offsets.map((offset) => each * events + offset + 1),
      ).flat();
      for (const topic of topics)
        expect(reader.positions(topic, 0, Number.MAX_SAFE_INTEGER)).toEqual(positions);
      for (const position of positions)
        expect(reader.kinds.codeAt(position)).toBe(Math.ceil(position / events));
    }
    expect(runs()).toEqual([
      { events: 3 * events, positions: null },
      { events, positions: null },
      { events, positions: null },
    ]);
    database.close();
  });
});

describe('posting lists about subjects', () => {
  it('are those of the runs between two positions, with an event at one of some positions if these are given', () => {
    const database = new DatabaseSync(':memory:');
    createTables(database);
    const writer = new RunWriter(database, new CheckedRows(database));
    const listOf = (...positions: number[]): Float64Array =>
      Float64Array.from(positions.flatMap((position) => [0, position, 1_000 + position]));
    for (const first of [1, 5])
      writer.write(first - 1, {
        ...{ firstPosition: first, lastPosition: first + 3, events: 4, positions: undefined },
        codes: new Uint32Array(4),
        entries: Float64Array.of(entryOf(7, 0)),
        lists: new Map([
          [enrolmentsIn(1), listOf(first, first + 1)],
          [enrolmentsIn(2), listOf(first + 2)],
          [ownDataMoved, listOf(first + 3)],
        ]),
      });
    const reader = new RunReader(database, readerCaches());
    reader.refresh(8);
    const positions = (which: PostingsBetween): number[] =>
      [...reader.postingsBetween(which)].flatMap(({ postings }) => [...postings.positions]);
    expect(positions({ after: 0, upTo: 8 })).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(positions({ after: 0, upTo: 4 })).toEqual([1, 2, 3, 4]);
    expect(positions({ after: 4, upTo: 8 })).toEqual([5, 6, 7, 8]);
    expect(positions({ after: 2, upTo: 8, isWanted: (key) => key === enrolmentsIn(2) })).toEqual([3, 7]);
    expect(positions({ after: 0, upTo: 8, at: new Set([2, 8]) })).toEqual([1, 2, 8]);
    expect(positions({ after: 0, upTo: 8, at: new Set() })).toEqual([]);
    database.close();
  });
});
