/** A flipped bit in the projections file: questions detect it, and never answer differently. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Applier } from '../../src/projections/engine/applier.ts';
import { isDamage } from '../../src/projections/engine/damage.ts';
import { openProjections, openProjectionsToRead } from '../../src/projections/engine/generations.ts';
import { IndexReader } from '../../src/projections/engine/index-reader.ts';
import { Scanner } from '../../src/projections/engine/scanner.ts';
import { discrepanciesAfter } from '../../src/questions/discrepancies.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import { membersAt } from '../../src/questions/members.ts';
import { transfersBetween } from '../../src/questions/movements.ts';
import { historyBetween } from '../../src/questions/residency.ts';
import { View } from '../../src/questions/view.ts';
import { fileForTest } from '../store/ledger-files.ts';
import { corrected, type Sent, sent } from '../support/given-events.ts';
import { logOf, storedEvents } from '../support/ledger.ts';
import { longLog } from '../support/long-log.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);
const validAt = Date.UTC(2024, 0, 1);

/**
 * The content of the small tables: registered things, a correction of one, and corrections of much earlier events.
 */
const besides = (): ReadonlyArray<Sent> => [
  ...['virginia', 'oslo'].map((site) =>
    sent(`site-${site}`, 'SiteRegistered', { site, name: site, country: 'US', operator: 'party-1' }),
  ),
  sent('population-us', 'PopulationRegistered', { population: 'us', name: 'us', jurisdiction: 'US' }),
  corrected('other-site', 'site-oslo', {
    data: { site: 'oslo', name: 'oslo', country: 'NO', operator: 'party-2' },
  }),
  ...[3, 31, 77].map((index) =>
    corrected(`late-${index}`, `long-${index}`, { data: { subject: `person-${index}`, population: 'jp' } }),
  ),
];

it('in any table of the projections is detected, or changes no answer', () => {
  const log = logOf(storedEvents([...longLog(1_200), ...besides()]));
  const file = fileForTest('projections.sqlite');
  const database = openProjections(file)!;
  const applier = new Applier(database, log);
  const scanner = new Scanner(log);
  for (let batch = scanner.scan(0, log.head(), 150); batch !== undefined; ) {
    applier.apply(batch);
    batch = scanner.scan(applier.checkpoint(), log.head(), 150);
  }
  const pages = database
    .prepare(
      "SELECT pageno, pgsize, name FROM dbstat WHERE name NOT IN ('sqlite_schema', 'meta', 'sqlite_sequence')",
    )
    .all() as unknown as { pageno: number; pgsize: number; name: string }[];
  database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE');
  database.close();

  const answers = (): unknown => {
    let reading: DatabaseSync | undefined;
    try {
      reading = openProjectionsToRead(file);
      const index = new IndexReader(reading, log);
      index.refresh();
      const view = new View(index, { position: index.checkpoint(), minAssurance: 'claimed' });
      return JSON.stringify([
        ...['virginia', 'oslo'].map((site) => holdingsAt(view, site, validAt)),
        ...['us', 'eu', 'uk', 'jp'].map((population) => membersAt(view, population, validAt)),
        ...[101, 202, 707].map((person) => historyBetween(view, `person-${person}`, 0, validAt)),
        transfersBetween(view, 0, validAt),
        discrepanciesAfter(view, 'open', 0, 1_000),
        [...index.names('site', '', 9_999, 100), ...index.names('population', '', 9_999, 100)],
        index.correctedRegistrations(),
        index.sourcesNaming('site', 'oslo', 9_999, 100),
        index.lastCorrections(9_999, 100),
        index.setAside(0, 9_999),
      ]);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return 'damaged';
    } finally {
      reading?.close();
    }
  };

  const sound = readFileSync(file);
  const right = answers();
  expect(right).not.toBe('damaged');
  for (const table of [
    'correction',
    'correction_position',
    'name',
    'naming_source',
    'shaken',
    'late_touch',
    'block',
    'roll',
    'code_block',
  ])
    expect(
      pages.some(({ name }) => name === table),
      table,
    ).toBe(true);
  const outcomes = { damaged: 0, same: 0 };
  const places = fc.tuple(
    fc.constantFrom(...pages),
    fc.double({ min: 0, max: 0.9999, noNaN: true }),
    fc.nat(7),
  );
  const flipped = ({ pageno, pgsize }: (typeof pages)[number], within: number, bit: number) => {
    const bytes = Uint8Array.from(sound);
    bytes[(pageno - 1) * pgsize + Math.floor(within * pgsize)]! ^= 1 << bit;
    writeFileSync(file, bytes);
    return answers();
  };
  // An index that hides a row leaves something out of an answer: here, an entry of the index is changed.
  const ofIndex = pages.filter(({ name }) => name === 'correction_position');
  expect(ofIndex.map((page) => flipped(page, 0.99988, 4))).toContain('damaged');
  fc.assert(
    fc.property(places, ([page, within, bit]) => {
      const answered = flipped(page, within, bit);
      outcomes[answered === 'damaged' ? 'damaged' : 'same']++;
      if (answered !== 'damaged') expect(answered).toBe(right);
    }),
    { numRuns: runs },
  );
  expect(outcomes.damaged).toBeGreaterThan(runs / 20);
  rmSync(file);
});
