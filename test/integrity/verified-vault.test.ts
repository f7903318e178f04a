/**
 * The check of the vault: it finds everybody whom the log names and the vault does not know, and damage in every table,
 * also in vaults of earlier versions, which it leaves as they are.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCheck } from '../../src/ledger/verify/run-check.ts';
import { checkVault } from '../../src/ledger/verify/verify-vault.ts';
import { PseudonymSet } from '../../src/people/vault/pseudonym-set.ts';
import { openSqliteVault } from '../../src/people/vault/sqlite-vault.ts';
import { pseudonymPrefix } from '../../src/people/vault/vault.ts';
import type { StoredEvent } from '../../src/store/event-store.ts';
import { corrected, enrolled, placed, sent } from '../support/given-events.ts';
import { logOf, storedEvents } from '../support/ledger.ts';
import { pseudonymsFor } from '../support/vaults.ts';

const folder = mkdtempSync(join(tmpdir(), 'domicile-vault-'));
const file = join(folder, 'vault.sqlite');
const pseudonym = (): string => pseudonymPrefix + randomBytes(16).toString('base64url');
const strangers = Array.from({ length: 8 }, pseudonym);
let known: ReadonlyArray<string> = [];

beforeAll(() => {
  const vault = openSqliteVault(file, { now: () => 0, random: randomBytes });
  const people = Array.from({ length: 8 }, (_, at) => `person-${at}`);
  known = [...pseudonymsFor(vault, people).values()];
  vault.forget('person-0');
  vault.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const found = (events: ReadonlyArray<StoredEvent>, vaultFile = file) => {
  for (const steps = checkVault(logOf(events), vaultFile); ; ) {
    const { done, value } = steps.next();
    if (done === true) return { state: value.state, found: value.found };
  }
};

/** How an event names somebody; `undefined` is in nobody's place. */
const waysToName = {
  enrolled: (id: string, subject: string) => enrolled(id, subject),
  'in a list': (id: string, subject: string) =>
    sent(id, 'SubjectsEnrolled', { subjects: ['somebody', subject], population: 'us' }),
  corrected: (id: string, subject: string) =>
    corrected(id, 'another', { data: { subject, population: 'us' } }),
  'with quotes': (id: string, subject: string) => enrolled(id, subject, 'a "quoted" \\ population'),
  forgotten: (id: string, subject: string) => sent(id, 'SubjectForgotten', { subject }),
  'as a site': (id: string, subject: string) => placed(id, 'us', subject),
} as const;
const ways = Object.keys(waysToName) as ReadonlyArray<keyof typeof waysToName>;

it('given any log, tells how many people the vault does not know and who were not forgotten, and the first position', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(15), fc.constantFrom(...ways)), { maxLength: 30 }),
      fc.boolean(),
      (namings, isEscaped) => {
        const nameOf = (at: number): string => [...known, ...strangers][at]!;
        const events = storedEvents(
          namings.map(([who, way], at) => waysToName[way](`e${at}`, nameOf(who))),
        ).map((event) => ({
          ...event,
          // The same JSON as others may write it.
          bytes: isEscaped
            ? Buffer.from(Buffer.from(event.bytes).toString().replaceAll('"psn_', '"\\u0070sn_'))
            : event.bytes,
        }));
        const inPlace = namings.map(([who, way], at) => ({ who, way, position: at + 1 }));
        const isForgotten = (who: number): boolean =>
          inPlace.some((each) => each.who === who && each.way === 'forgotten');
        const missing = inPlace.filter(
          ({ who, way }) => who >= known.length && way !== 'as a site' && !isForgotten(who),
        );
        const people = new Set(missing.map(({ who }) => who)).size;
        const { state, found: said } = found(events);
        expect(state).toBe(people === 0 ? 'ok' : 'failed');
        if (people > 0)
          expect(said).toBe(
            `${people} people in the log are unknown to the vault, the first at position ${missing[0]!.position}`,
          );
      },
    ),
    { numRuns: 200 },
  );
});

/** The vault that a version wrote, in a file of its own. */
const writtenBy = (version: string): string => {
  const copy = join(folder, `vault-${randomBytes(4).toString('hex')}.sqlite`);
  if (version === 'now') copyFileSync(file, copy);
  else
    copyFileSync(
      join(import.meta.dirname, '../people', `vault-v${version === '2' ? 3 : version}.sqlite`),
      copy,
    );
  if (version === '2') {
    const database = new DatabaseSync(copy);
    database.exec('DROP TABLE log; PRAGMA user_version = 2');
    database.close();
  }
  return copy;
};
const versions = ['2', '3', '4', 'now'];

it.each(versions)('given a vault of version %s, it is compared and left as it is', (version) => {
  const vault = writtenBy(version);
  const before = readFileSync(vault);
  expect(found([], vault).state).toBe('ok');
  expect(readFileSync(vault).equals(before)).toBe(true);
});

it.each(
  versions.flatMap((version) =>
    [
      ['slot', 'content'],
      ['run', 'slots'],
      ['entry', 'pseudonym'],
    ].map(([table, column]) => ({ version, table: table!, column: column! })),
  ),
)(
  'given a flipped byte in $table of a vault of version $version, it is told',
  ({ version, table, column }) => {
    const vault = writtenBy(version);
    const database = new DatabaseSync(vault);
    const { row, content } = database
      .prepare(`SELECT rowid AS row, ${column} AS content FROM ${table} LIMIT 1`)
      .get() as { row: number; content: Uint8Array };
    content[1]! ^= 0xff;
    database.prepare(`UPDATE ${table} SET ${column} = ? WHERE rowid = ?`).run(content, row);
    database.close();
    expect(runCheck('vault', vault, checkVault(logOf([]), vault), () => {})).toMatchObject({
      state: 'failed',
      found: expect.stringContaining('damaged'),
    });
  },
);

it('finds each of many pseudonyms once, and none that differs in a bit', () => {
  const set = new PseudonymSet();
  const all = Array.from({ length: 5_000 }, () => randomBytes(16));
  for (const each of [...all, ...all]) set.add(each);
  const find = (bytes: Buffer) => set.find(Buffer.from(`"${bytes.toString('base64url')}"`), 1);
  for (const each of [...all, ...all]) expect(find(each)).toBe(true);
  expect(set.found).toBe(all.length);
  for (const [at, each] of all.entries()) {
    const other = Buffer.from(each);
    other[at % 16]! ^= 1 << (at % 8);
    expect(find(other)).toBe(false);
  }
  expect(set.find(Buffer.from('"AAAAAAAAAAAAAAAAAAAAAB"'), 1)).toBeUndefined();
  expect(set.find(Buffer.from('"AAAA'), 1)).toBeUndefined();
});
