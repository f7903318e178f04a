/** Comparing two files of projections by what they contain, whatever the batches in which each was filled. */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sameContent } from '../../src/projections/engine/same-content.ts';
import { sent } from '../support/given-events.ts';
import { projected, projectedInStages, storedEvents } from '../support/ledger.ts';
import { longLog } from '../support/long-log.ts';
import { splitIntoBatches, splits, worlds } from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);

/** The number of entries that both have; undefined if they differ. */
const compared = (one: DatabaseSync, other: DatabaseSync): number | undefined => {
  const steps = sameContent(one, other);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value as number | undefined;
  }
};

it('given any world, when it is recorded in stages or rebuilt in one batch, then both contain the same', () => {
  fc.assert(
    fc.property(worlds(), splits, (world, sizes) => {
      const events = storedEvents(world);
      const staged = projectedInStages(events);
      let position = 0;
      for (const { length } of splitIntoBatches(events, sizes)) {
        position += length;
        staged.applyUpTo(position);
      }
      const rebuilt = projected(events);
      expect(compared(staged.database, rebuilt.database)).toBeDefined();
      expect(compared(rebuilt.database, staged.database)).toBeDefined();
    }),
    { numRuns: runs },
  );
});

const log = storedEvents(longLog(3_000));

/** Events of which the last correct the first, so that there are late touches where it was filled in batches. */
const corrected = storedEvents([
  ...longLog(3_000),
  ...Array.from({ length: 20 }, (_, at) =>
    sent(`about-${at}`, 'EventCorrected', {
      event: { source: longLog(1)[0]!.source, id: `long-${at}` },
      reason: 'it was somebody else',
      data: { subject: `somebody-${at}`, population: 'us' },
    }),
  ),
]);
const pagesOfCorrected = [corrected.slice(0, 1_000), corrected.slice(1_000, 2_900), corrected.slice(2_900)];

/** The same projections again, with one row changed and its checksum made to match. */
const forgeries: ReadonlyArray<{ readonly what: string; readonly forge: (database: DatabaseSync) => void }> =
  [
    {
      what: 'an entry is missing',
      forge: (database) => {
        const { id, entries } = database
          .prepare('SELECT id, entries FROM block ORDER BY id DESC LIMIT 1')
          .get()!;
        const fewer = (entries as Uint8Array).subarray(0, -8);
        database
          .prepare('UPDATE block SET entries = ?, checksum = ? WHERE id = ?')
          .run(fewer, crc32(fewer), id!);
      },
    },
    {
      what: 'an entry is about another event',
      forge: (database) => {
        const { id, entries } = database.prepare('SELECT id, entries FROM block LIMIT 1').get()!;
        const numbers = new Float64Array((entries as Uint8Array).slice().buffer);
        const at = numbers.findIndex((entry, place) => place > 0 && entry - numbers[place - 1]! > 1);
        numbers[at]! -= 1;
        const other = new Uint8Array(numbers.buffer);
        database
          .prepare('UPDATE block SET entries = ?, checksum = ? WHERE id = ?')
          .run(other, crc32(other), id!);
      },
    },
    {
      what: 'a late touch is missing',
      forge: (database) => {
        expect(database.prepare('DELETE FROM late_touch').run().changes).toBeGreaterThan(0);
        database.exec("UPDATE meta SET value = 0 WHERE name = 'rows of late_touch'");
      },
    },
    {
      what: 'somebody else was enrolled',
      forge: (database) => {
        const { run, population, subjects } = database
          .prepare('SELECT * FROM roll WHERE population > 0 LIMIT 1')
          .get()!;
        const numbers = new Float64Array((subjects as Uint8Array).slice().buffer);
        numbers[numbers.length - 1]! += 1;
        const other = new Uint8Array(numbers.buffer);
        database
          .prepare('UPDATE roll SET subjects = ?, checksum = ? WHERE run = ? AND population = ?')
          .run(other, crc32(other), run!, population!);
      },
    },
    {
      what: 'two events are of each other’s kind',
      forge: (database) => {
        const { run, place, codes } = database.prepare('SELECT * FROM code_block LIMIT 1').get()!;
        const other = (codes as Uint8Array).slice();
        const at = other.findIndex((code, index) => code !== other[index + 1]);
        [other[at], other[at + 1]] = [other[at + 1]!, other[at]!];
        database
          .prepare('UPDATE code_block SET codes = ?, checksum = ? WHERE run = ? AND place = ?')
          .run(other, crc32(other), run!, place!);
      },
    },
    {
      what: 'a name is unknown',
      forge: (database) => {
        database.exec("DELETE FROM name WHERE name = 'tokyo'");
        database.exec("UPDATE meta SET value = value - 1 WHERE name = 'rows of name'");
      },
    },
  ];

it.each(forgeries)(
  'given projections in which $what, with matching checksums, then they differ',
  ({ forge }) => {
    const [sound, forged] = [projected(corrected), projected(corrected, pagesOfCorrected)];
    expect(compared(forged.database, sound.database)).toBeGreaterThan(3_000);
    forge(forged.database);
    expect(compared(forged.database, sound.database)).toBeUndefined();
    expect(compared(sound.database, forged.database)).toBeUndefined();
  },
);

it('given a block that does not match its checksum, then comparing says that it is damaged', () => {
  const [sound, damaged] = [projected(log), projected(log)];
  damaged.database.exec('UPDATE block SET checksum = checksum + 1');
  expect(() => compared(damaged.database, sound.database)).toThrow(/a block that is damaged/);
});
