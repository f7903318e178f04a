/**
 * A vault with many small runs compared with a map, whatever is admitted, erased, merged, read into memory and opened again
 * in between: also by readers beside it that share its filters and groups, at whichever moment they got these.
 */
import { copyFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RunGroup } from '../../src/people/vault/run-group.ts';
import { openSqliteVault, type VaultFile } from '../../src/people/vault/sqlite-vault.ts';
import { openVaultBeside } from '../../src/people/vault/vault-beside.ts';
import { identifierHash, vaultFormat } from '../../src/people/vault/vault-format.ts';
import { fileForTest } from '../store/ledger-files.ts';
import { pseudonymsFor } from '../support/vaults.ts';

const person = (number: number): string => `person-${number}`;

const opened = (file: string, filters: number) => {
  let number = 0;
  return openSqliteVault(file, {
    now: () => 1_000,
    random: (bytes) => Uint8Array.from({ length: bytes }, () => identifierHash(`${bytes}-${number++}`)),
    memory: { pages: 2 ** 20, entries: 2, filters },
    runEntriesMax: 40,
  });
};

/** The groups of runs in the memory of a vault. */
const groupsOf = (vault: VaultFile): ReadonlyArray<RunGroup> =>
  vault
    .filters()
    .filter(({ isGroup }) => isGroup)
    .map(({ words }) => new RunGroup(words));

const expectNotToList = (group: RunGroup, identifier: string): void =>
  group.find(identifierHash(identifier), (run) => expect.fail(`${identifier} is in run ${run}`));

/** Compares the index in the file with its entries. */
const expectSound = (file: string): void => {
  const database = new DatabaseSync(file, { readOnly: true });
  expect(vaultFormat.contradiction(database, true)).toBeUndefined();
  database.close();
};

const steps = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('admit'),
      many: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 45 })),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('forget'), many: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('prepare'), many: fc.constantFrom(1, 30, 2_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('share'), many: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail'), many: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen'), many: fc.nat() }) },
);

it('a vault answers like a map, with filters and groups in memory and without', () => {
  const seen = { groups: 0, shared: 0, forgottenInGroups: 0 };
  fc.assert(
    fc.property(
      fc.array(steps, { minLength: 60, maxLength: 90 }),
      fc.constantFrom(0, 9 * 2 ** 20, 2 ** 30),
      (log, filters) => {
        const file = fileForTest('vault.sqlite');
        const open = () => opened(file, filters);
        let vault = open();
        const beside = openVaultBeside(file);
        const known = new Map<string, string>();
        const forgotten: { identifier: string; pseudonym: string }[] = [];
        let admitted = 0;
        const agree = (identifiers: ReadonlyArray<string>) => {
          const expected = identifiers.map((each) => known.get(each));
          beside.dropKept();
          expect(beside.read((each) => identifiers.map((name) => each.pseudonymOf(name)))).toEqual(expected);
          expect(identifiers.map((each) => vault.pseudonymOf(each))).toEqual(expected);
          const people = identifiers.flatMap((each) => known.get(each) ?? []);
          expect(people.map((each) => known.get(vault.identifierOf(each)!))).toEqual(people);
        };
        for (const { kind, many } of log) {
          const all = Array.from({ length: admitted + 3 }, (_, at) => person(at));
          if (kind === 'admit') {
            const coming = [
              ...all.slice(-15),
              ...Array.from({ length: many }, (_, at) => person(admitted + at)),
            ];
            const pseudonyms = pseudonymsFor(vault, coming);
            for (const each of coming) {
              const before = known.get(each);
              if (before !== undefined) expect(pseudonyms.get(each)).toBe(before);
              known.set(each, pseudonyms.get(each)!);
            }
            admitted += Math.max(many, 3);
          }
          if (kind === 'forget') {
            const identifier = all[many % all.length]!;
            const pseudonym = known.get(identifier);
            expect(vault.forget(identifier)).toBe(pseudonym);
            known.delete(identifier);
            if (pseudonym !== undefined) forgotten.push({ identifier, pseudonym });
            if (groupsOf(vault).length > 0) seen.forgottenInGroups++;
          }
          if (kind === 'prepare') for (let step = 0; step < many && vault.prepare(); step++);
          if (kind === 'share') {
            beside.share(vault.filters());
            seen.shared += groupsOf(vault).length;
          }
          if (kind === 'fail') {
            vault.whenAdmitting(() => {
              throw new Error('no room on the disk');
            });
            expect(() => pseudonymsFor(vault, [person(admitted), person(admitted + 1)])).toThrow('no room');
            vault.whenAdmitting(() => undefined);
          }
          if (kind === 'reopen') {
            vault.close();
            vault = open();
          }
          // Some of them; everybody in the end.
          agree(all.filter((_, at) => at % 37 === many % 37));
        }
        const everybody = Array.from({ length: admitted }, (_, at) => person(at));
        agree(everybody);
        for (const { pseudonym } of forgotten) expect(vault.isForgotten(pseudonym)).toBe(true);
        for (const group of groupsOf(vault)) {
          seen.groups++;
          for (const { identifier } of forgotten)
            if (!known.has(identifier)) expectNotToList(group, identifier);
        }
        beside.close();
        vault.close();
        expectSound(file);
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(3);
});

it('a group lists no hash of people who were erased while it was made', () => {
  for (const stepsBefore of [20, 90, 160, 230]) {
    const vault = opened(fileForTest('vault.sqlite'), 2 ** 30);
    const everybody = Array.from({ length: 400 }, (_, at) => person(at));
    for (let start = 0; start < 400; start += 30) pseudonymsFor(vault, everybody.slice(start, start + 30));
    for (let step = 0; step < stepsBefore; step++) vault.prepare();
    expect(groupsOf(vault)).toEqual([]);
    const erased = everybody.filter((_, at) => at % 7 === 0);
    for (const each of erased) vault.forget(each);
    while (vault.prepare()) {
      // Until everything is in memory.
    }
    expect(groupsOf(vault)).toHaveLength(1);
    for (const each of erased) expectNotToList(groupsOf(vault)[0]!, each);
    expect(everybody.filter((each) => vault.pseudonymOf(each) === undefined)).toEqual(erased);
    vault.close();
  }
});

it('runs that are merged in memory have no hash of people who were erased meanwhile, whenever a crash ends it', () => {
  const file = fileForTest('vault.sqlite');
  const vault = opened(file, 2 ** 30);
  const erased: string[] = [];
  for (let start = 0; start < 900; start += 9) {
    const coming = Array.from({ length: 9 }, (_, at) => person(start + at));
    pseudonymsFor(vault, coming);
    // The merge of full runs takes three steps and begins after every fourth batch or so.
    for (let step = 0; step < (start / 9) % 5; step++) vault.prepare();
    for (const each of [person(start), person(Math.max(0, start - 20))])
      if (vault.forget(each) !== undefined) erased.push(each);
    vault.prepare();
    if (start % 27 === 0) {
      const crashed = fileForTest('crashed.sqlite');
      for (const suffix of ['', '-wal']) copyFileSync(file + suffix, crashed + suffix);
      opened(crashed, 0).close();
      expectSound(crashed);
    }
  }
  expect(erased.length).toBeGreaterThan(100);
  for (const each of erased) expect(vault.pseudonymOf(each)).toBeUndefined();
  vault.close();
  expectSound(file);
});

it('nobody is lost where a block cannot be read for a moment, while runs are merged and grouped', () => {
  const whole = fileForTest('vault.sqlite');
  const vault = opened(whole, 2 ** 30);
  const known = new Map<string, string>();
  const admit = (to: VaultFile, from: number, many: number): void => {
    for (let start = from; start < from + many; start += 9)
      for (const [name, pseudonym] of pseudonymsFor(
        to,
        Array.from({ length: 9 }, (_, at) => person(start + at)),
      ))
        known.set(name, pseudonym);
  };
  admit(vault, 0, 450);
  vault.close();
  const everybody = [...known];
  const read = new DatabaseSync(whole, { readOnly: true });
  const slots = Number(read.prepare('SELECT count(*) AS slots FROM slot').get()!.slots);
  read.close();
  let [faults, groups] = [0, 0];
  for (let slot = 1; slot <= slots; slot++) {
    const file = fileForTest('damaged.sqlite');
    copyFileSync(whole, file);
    const damaged = opened(file, 2 ** 30);
    const aside = new DatabaseSync(file);
    const content = (): Uint8Array =>
      aside.prepare('SELECT content FROM slot WHERE id = ?').get(slot)!.content as Uint8Array;
    const write = (bytes: Uint8Array): unknown =>
      aside.prepare('UPDATE slot SET content = ? WHERE id = ?').run(bytes, slot);
    // So many are looked up that groups are made.
    pseudonymsFor(
      damaged,
      everybody.map(([name]) => name),
    );
    for (let round = 0; round < 10; round++) {
      const now = content();
      const flipped = now.map((byte, at) => (at === 9 ? byte ^ 1 : byte));
      write(flipped);
      for (let step = 0; step < 1_100; step++) {
        try {
          if (!damaged.prepare()) break;
        } catch {
          faults++;
          write(now);
        }
      }
      // Unless it was written to meanwhile.
      if (Buffer.compare(content(), flipped) === 0) write(now);
      admit(damaged, 450 + 18 * round, 18);
    }
    groups += groupsOf(damaged).length;
    for (const [name, pseudonym] of everybody) expect(damaged.pseudonymOf(name), name).toBe(pseudonym);
    aside.close();
    damaged.close();
    expectSound(file);
  }
  expect(faults).toBeGreaterThan(5);
  expect(groups).toBeGreaterThan(5);
});

it('a group whose runs could not be read for a moment is made once as many people were looked up again', () => {
  const file = fileForTest('vault.sqlite');
  const everybody = Array.from({ length: 400 }, (_, at) => person(at));
  const before = opened(file, 2 ** 30);
  for (let start = 0; start < 400; start += 30) pseudonymsFor(before, everybody.slice(start, start + 30));
  before.close();
  const vault = opened(file, 2 ** 30);
  const prepareAll = (): ReadonlyArray<RunGroup> => {
    while (vault.prepare()) {
      // Until there is nothing more to do.
    }
    return groupsOf(vault);
  };
  expect(prepareAll()).toEqual([]);
  const pseudonyms = pseudonymsFor(vault, everybody);
  const aside = new DatabaseSync(file);
  aside.exec('CREATE TEMP TABLE whole AS SELECT * FROM slot; UPDATE slot SET content = zeroblob(4008)');
  expect(prepareAll).toThrow('damaged');
  aside.exec('UPDATE slot SET content = (SELECT content FROM whole WHERE whole.id = slot.id)');
  aside.close();
  expect(prepareAll()).toEqual([]);
  expect(pseudonymsFor(vault, everybody)).toEqual(pseudonyms);
  expect(prepareAll()).toHaveLength(1);
  expect(pseudonymsFor(vault, everybody)).toEqual(pseudonyms);
  vault.close();
});

it('full runs are merged and grouped although somebody of them is erased at every step', () => {
  const file = fileForTest('vault.sqlite');
  const vault = opened(file, 2 ** 30);
  const everybody = Array.from({ length: 400 }, (_, at) => person(at));
  const aside = new DatabaseSync(file, { readOnly: true });
  const runs = (): number => Number(aside.prepare('SELECT count(*) AS runs FROM run').get()!.runs);
  let [merges, erased] = [0, 0];
  for (let start = 0; start < 400; start += 9) {
    pseudonymsFor(vault, everybody.slice(start, start + 9));
    const before = runs();
    for (let step = 0; step < 3; step++) {
      vault.prepare();
      if (vault.forget(person(start - 3 * step)) !== undefined) erased++;
    }
    if (runs() < before) merges++;
  }
  expect(merges).toBeGreaterThan(8);
  pseudonymsFor(vault, everybody.slice(0, 100));
  for (let step = 0; groupsOf(vault).length === 0 && step < 400; step++) {
    vault.prepare();
    if (vault.forget(everybody[step]!) !== undefined) erased++;
  }
  const groups = groupsOf(vault);
  expect(groups).toHaveLength(1);
  expect(erased).toBeGreaterThan(200);
  for (const each of everybody) if (vault.pseudonymOf(each) === undefined) expectNotToList(groups[0]!, each);
  aside.close();
  vault.close();
  expectSound(file);
});
