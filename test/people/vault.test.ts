/**
 * The vault: one pseudonym for each person, kept through restarts and crashes, and gone to the last byte when
 * forgotten.
 */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openSqliteVault, type VaultFile } from '../../src/people/vault/sqlite-vault.ts';
import { looksLikePseudonym } from '../../src/people/vault/vault.ts';
import { openVaultBeside } from '../../src/people/vault/vault-beside.ts';
import { identifierHash, vaultFormat } from '../../src/people/vault/vault-format.ts';
import type { VaultReading } from '../../src/people/vault/vault-reading.ts';
import { DamagedStore, StoreLocked } from '../../src/store/sqlite/store-problems.ts';
import { fileForTest, newFolder, removeFolder } from '../store/ledger-files.ts';
import { pseudonymsFor } from '../support/vaults.ts';

/** Bytes that look random and are the same in every run: a sequence by George Marsaglia's xorshift. */
// Another seed than that of the vaults of earlier versions, whose pseudonyms must not come again.
const repeatableRandomness = (seed = 88_172_645) => {
  let state = seed;
  return (bytes: number): Uint8Array =>
    Uint8Array.from({ length: bytes }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state;
    });
};

const random = repeatableRandomness();

const open = (file: string): VaultFile => openSqliteVault(file, { now: () => 1_000, random });

const given = (...identifiers: ReadonlyArray<string>) => {
  const file = fileForTest('vault.sqlite');
  let vault = open(file);
  onTestFinished(() => vault.close());
  pseudonymsFor(vault, identifiers);
  const reopen = () => {
    vault.close();
    vault = open(file);
    return vault;
  };
  return { file, vault, reopen };
};

const person = (number: number) => `person-${number}-${((number + 1) * 2_654_435_761) % 4_294_967_296}`;

const people = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => person(from + index));

/** People whose identifiers have very different lengths; the longest exceeds a page of the file. */
const crowd = (count: number): ReadonlyArray<string> => {
  const repeatable = repeatableRandomness(7);
  return Array.from({ length: count }, (_, number) => {
    const unique = Buffer.from(repeatable(9)).toString('base64url');
    const filling = number % 500 === 0 ? 9_000 : repeatable(1)[0]! % 116;
    return 'x'.repeat(filling) + unique;
  });
};

/** Which of the identifiers occur in the files of the vault, even only with their last characters. */
const foundInFiles = (file: string, identifiers: ReadonlyArray<string>): ReadonlyArray<string> => {
  const folder = dirname(file);
  const content = readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('\n');
  // One pass over the files for all identifiers whose ends are equally long.
  const ends = Object.groupBy(identifiers, (identifier) => Math.min(identifier.length, 12));
  return Object.entries(ends).flatMap(([length, ended = []]) => {
    const sought = new Map(ended.map((identifier) => [identifier.slice(-Number(length)), identifier]));
    const found = new Set<string>();
    for (let at = 0; at + Number(length) <= content.length; at++) {
      const identifier = sought.get(content.slice(at, at + Number(length)));
      if (identifier !== undefined) found.add(identifier);
    }
    return [...found];
  });
};

/** All possible hashes of the index at any place in the file: the upper 32 bits of numbers of 53. */
const hashesInFile = (file: string): ReadonlySet<number> => {
  const content = readFileSync(file);
  const hashes = new Set<number>();
  for (let place = 0; place + 8 <= content.length; place++) {
    const number = content.readDoubleLE(place);
    if (number >= 0 && number < 2 ** 53 && Number.isInteger(number)) hashes.add(Math.floor(number / 2 ** 21));
  }
  return hashes;
};

describe('creating pseudonyms', () => {
  test('given new people, each gets a pseudonym of 128 random bits', () => {
    const { vault } = given();
    const pseudonyms = pseudonymsFor(vault, people(0, 1_000));
    expect([...pseudonyms.keys()].toSorted()).toEqual(people(0, 1_000).toSorted());
    expect(new Set(pseudonyms.values()).size).toBe(1_000);
    for (const pseudonym of pseudonyms.values()) {
      expect(pseudonym).toMatch(/^psn_[A-Za-z0-9_-]{22}$/);
      expect(looksLikePseudonym(pseudonym)).toBe(true);
    }
    for (const text of ['ana', 'psn_', 'psn_short', person(0)]) expect(looksLikePseudonym(text)).toBe(false);
  });

  test('given known people, they keep their pseudonyms, even after a restart', () => {
    const { vault, reopen } = given('ana', 'ben');
    const before = pseudonymsFor(vault, ['ana', 'ben']);
    const after = pseudonymsFor(reopen(), ['ben', 'chen', 'ana', 'ben']);
    expect(after.get('ana')).toBe(before.get('ana'));
    expect(after.get('ben')).toBe(before.get('ben'));
    expect(after.size).toBe(3);
    expect(before.get('ana')).not.toBe(before.get('ben'));
  });

  test('given a pseudonym, it leads back to the person, and to nobody else', () => {
    const { vault } = given('ana', 'ben');
    const pseudonym = vault.pseudonymOf('ana')!;
    expect(vault.identifierOf(pseudonym)).toBe('ana');
    expect(vault.knows(pseudonym)).toBe(true);
    expect(vault.isForgotten(pseudonym)).toBe(false);
    for (const stranger of ['ana', 'Ana', `${pseudonym.slice(0, -1)}!`, 'psn_AAAAAAAAAAAAAAAAAAAAAA']) {
      expect(vault.identifierOf(stranger)).toBeUndefined();
      expect(vault.knows(stranger)).toBe(false);
      expect(vault.isForgotten(stranger)).toBe(false);
    }
    expect(vault.pseudonymOf('Ana')).toBeUndefined();
    expect(vault.pseudonymOf(pseudonym)).toBeUndefined();
  });

  test('given a crash immediately afterwards, the pseudonyms are there', () => {
    const { file, vault } = given();
    const pseudonyms = pseudonymsFor(vault, people(0, 50));
    const folder = newFolder();
    onTestFinished(() => removeFolder(folder));
    const crashed = join(folder, 'vault.sqlite');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, crashed + suffix);
    const recovered = open(crashed);
    for (const [identifier, pseudonym] of pseudonyms)
      expect(recovered.pseudonymOf(identifier)).toBe(pseudonym);
    recovered.close();
  });

  test('given randomness that repeats itself, nobody gets the pseudonym of another', () => {
    const file = fileForTest('vault.sqlite');
    const vault = openSqliteVault(file, { now: () => 1_000, random: (bytes) => new Uint8Array(bytes) });
    const anas = pseudonymsFor(vault, ['ana']).get('ana')!;
    vault.forget('ana');
    const others = pseudonymsFor(vault, [...people(0, 3_000), 'ana']);
    vault.close();
    expect(new Set([anas, ...others.values()]).size).toBe(3_002);
  });
});

describe('forgetting', () => {
  test('given a person, when they are forgotten, only the pseudonym stays, about nobody', () => {
    const { vault, reopen } = given('ana', 'ben');
    const pseudonym = vault.pseudonymOf('ana')!;
    expect(vault.identifierOf(pseudonym)).toBe('ana');
    expect(vault.hasForgotten()).toBe(false);
    expect(vault.forget('ana')).toBe(pseudonym);
    for (const open of [() => vault, reopen]) {
      const after = open();
      expect(after.pseudonymOf('ana')).toBeUndefined();
      expect(after.identifierOf(pseudonym)).toBeUndefined();
      expect(after.isForgotten(pseudonym)).toBe(true);
      expect(after.knows(pseudonym)).toBe(true);
      expect(after.hasForgotten()).toBe(true);
      expect(after.identifierOf(after.pseudonymOf('ben')!)).toBe('ben');
      expect(after.forget('ana')).toBeUndefined();
    }
  });

  test('given a forgotten person, when they come back, they get another pseudonym', () => {
    const { vault } = given('ana');
    const before = vault.forget('ana')!;
    const after = pseudonymsFor(vault, ['ana']).get('ana')!;
    expect(after).not.toBe(before);
    expect(vault.isForgotten(before)).toBe(true);
    expect(vault.isForgotten(after)).toBe(false);
    expect(vault.forget('ana')).toBe(after);
  });

  test('given many people, forgotten ones are nowhere in the files, while the vault is open and afterwards', () => {
    const { file, vault, reopen } = given();
    const everybody = crowd(4_000);
    const chance = repeatableRandomness(11);
    const forgotten = new Set<string>();
    let known = 0;
    while (known < everybody.length) {
      // New people come in groups and one by one, and between them some are forgotten, early and late.
      const coming = everybody.slice(known, known + [1, 1, 1, 3, 60, 300][chance(1)[0]! % 6]!);
      pseudonymsFor(vault, coming);
      known += coming.length;
      for (const [a, b] of [chance(2), chance(2), chance(2)] as unknown as [number, number][]) {
        const identifier = everybody[(a * 256 + b) % known]!;
        expect(vault.forget(identifier) === undefined).toBe(forgotten.has(identifier));
        forgotten.add(identifier);
      }
    }
    const kept = everybody.filter((identifier) => !forgotten.has(identifier));
    expect(forgotten.size).toBeGreaterThan(100);
    expect(foundInFiles(file, kept.slice(0, 10))).toHaveLength(10);
    expect(foundInFiles(file, [...forgotten])).toEqual([]);
    for (const identifier of kept.filter((_, number) => number % 2 === 0)) {
      expect(vault.forget(identifier)).toBeDefined();
      forgotten.add(identifier);
    }
    expect(foundInFiles(file, [...forgotten])).toEqual([]);
    pseudonymsFor(vault, people(0, 500));
    const reopened = reopen();
    expect(foundInFiles(file, [...forgotten])).toEqual([]);
    for (const identifier of everybody) {
      const pseudonym = reopened.pseudonymOf(identifier);
      expect(pseudonym === undefined).toBe(forgotten.has(identifier));
      if (pseudonym !== undefined) expect(reopened.identifierOf(pseudonym)).toBe(identifier);
    }
  });

  test('given people forgotten at random, not even their hashes are left in the files', () => {
    const { file, vault } = given();
    const everybody = people(0, 3_000);
    const chance = repeatableRandomness(13);
    const forgotten: string[] = [];
    for (let start = 0; start < everybody.length; start += 40) {
      pseudonymsFor(vault, everybody.slice(start, start + 40));
      const [a, b] = chance(2) as unknown as [number, number];
      const identifier = everybody[(a * 256 + b) % (start + 40)]!;
      if (vault.forget(identifier) !== undefined) forgotten.push(identifier);
    }
    const inFiles = hashesInFile(file);
    expect(everybody.filter((identifier) => inFiles.has(identifierHash(identifier)))).toHaveLength(
      everybody.length - forgotten.length,
    );
    expect(forgotten.filter((identifier) => inFiles.has(identifierHash(identifier)))).toEqual([]);
  });

  test('given groups of people whose index is merged piece by piece, not even the hashes of forgotten ones are left', () => {
    const { file, vault, reopen } = given();
    // Eight groups are merged into one: more than a merge reads ahead.
    const everybody = people(0, 12_000);
    const forgotten = new Set<string>();
    let open = vault;
    for (let start = 0; start < everybody.length; start += 1_500) {
      // What was added before is read from the file, not from memory.
      open = reopen();
      pseudonymsFor(open, everybody.slice(start, start + 1_500));
      for (let number = start % 397; number < start + 1_500; number += 397)
        if (open.forget(everybody[number]!) !== undefined) forgotten.add(everybody[number]!);
    }
    pseudonymsFor(open, people(12_000, 12_100));
    expect(forgotten.size).toBeGreaterThan(50);
    const inFiles = hashesInFile(file);
    for (const identifier of everybody) {
      const isForgotten = forgotten.has(identifier);
      expect(inFiles.has(identifierHash(identifier))).toBe(!isForgotten);
      expect(open.pseudonymOf(identifier) === undefined).toBe(isForgotten);
    }
  });

  test('given runs of entries merged many times, everybody is found, and nobody else', () => {
    const { vault, reopen } = given();
    const everybody = people(0, 1_200);
    for (const identifier of everybody) pseudonymsFor(vault, [identifier]);
    const reopened = reopen();
    for (const identifier of everybody) {
      const pseudonym = reopened.pseudonymOf(identifier)!;
      expect(reopened.identifierOf(pseudonym)).toBe(identifier);
    }
    for (const identifier of people(1_200, 2_400)) expect(reopened.pseudonymOf(identifier)).toBeUndefined();
  });

  test('given a crash between an erasure and the emptying of the log, opening finishes it', () => {
    const { file, vault } = given(person(1), person(2));
    const reader = new DatabaseSync(file, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM entry').get();
    expect(() => vault.forget(person(1))).toThrow(StoreLocked);
    expect(() => vault.forget(person(1))).toThrow('Close that program and erase again');
    expect(vault.pseudonymOf(person(1))).toBeUndefined();
    const folder = newFolder();
    onTestFinished(() => removeFolder(folder));
    const crashed = join(folder, 'vault.sqlite');
    for (const suffix of ['', '-wal']) copyFileSync(file + suffix, crashed + suffix);
    expect(foundInFiles(crashed, [person(1)])).toEqual([person(1)]);
    const recovered = open(crashed);
    expect(foundInFiles(crashed, [person(1)])).toEqual([]);
    expect(recovered.pseudonymOf(person(1))).toBeUndefined();
    recovered.close();
    reader.close();
    expect(vault.forget(person(1))).toBeUndefined();
    expect(foundInFiles(file, [person(1)])).toEqual([]);
  });
});

describe('the file of the vault', () => {
  test('given a vault that is open, a second writer is refused', () => {
    const { file } = given('ana');
    expect(() => open(file)).toThrow(StoreLocked);
  });

  test('given a flipped byte anywhere, the vault is refused, or everybody is unchanged', () => {
    const { file, vault } = given(...people(0, 200));
    const pseudonyms = pseudonymsFor(vault, people(0, 200));
    vault.close();
    const sound = readFileSync(file);
    const folder = newFolder();
    onTestFinished(() => removeFolder(folder));
    const copy = join(folder, 'vault.sqlite');
    fc.assert(
      fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), (place, mask) => {
        const flipped = Uint8Array.from(sound);
        flipped[place]! ^= mask;
        writeFileSync(copy, flipped);
        let damaged: VaultFile | undefined;
        try {
          damaged = open(copy);
          for (const [identifier, pseudonym] of pseudonyms) {
            expect(damaged.pseudonymOf(identifier)).toBe(pseudonym);
            expect(damaged.identifierOf(pseudonym)).toBe(identifier);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect((error as Error).name).toMatch(/^(DamagedStore|ForeignFile|WrongSchema)$/);
          expect((error as Error).message).not.toContain('person-');
        } finally {
          damaged?.close();
        }
      }),
      { numRuns: 60 },
    );
  });

  test('given a vault truncated to nothing, it is refused and nobody gets a second pseudonym', () => {
    const { file, vault } = given('ana');
    vault.close();
    writeFileSync(file, '');
    expect(() => open(file)).toThrow(DamagedStore);
    expect(existsSync(file)).toBe(true);
  });
});

describe('a vault of version 1', () => {
  test('is refused and left unchanged, with advice', () => {
    const file = fileForTest('vault.sqlite');
    // Written by version 1: ana and ben, and chen who was forgotten.
    const written = gunzipSync(readFileSync(join(import.meta.dirname, 'vault-v1.sqlite.gz')));
    writeFileSync(file, written);
    expect(() => open(file)).toThrow(
      /schema version 1, and this Domicile works with version 5.*It was written by an older Domicile: run that version, or export from it/s,
    );
    expect(readFileSync(file).equals(written)).toBe(true);
  });
});

describe('a vault of version 2', () => {
  test('is upgraded when it is opened, and knows nothing of its log', () => {
    const file = fileForTest('vault.sqlite');
    copyFileSync(join(import.meta.dirname, 'vault-v3.sqlite'), file);
    const database = new DatabaseSync(file);
    database.exec('DROP TABLE log; PRAGMA user_version = 2');
    database.close();
    const upgraded = open(file);
    expect(upgraded.pseudonymOf('person-1')).toBeDefined();
    expect(upgraded.logKnown()).toEqual({ knownUpTo: 0, mark: 0, erasedUpTo: 0 });
    upgraded.close();
  });
});

// Each was written by its version: 360 people who came three at a time, of whom each fortieth was forgotten.
describe.each(['3', '4'])('a vault of version %s', (written) => {
  test('is upgraded when opened: everybody is still found, and forgotten people are nowhere', () => {
    const file = fileForTest('vault.sqlite');
    copyFileSync(join(import.meta.dirname, `vault-v${written}.sqlite`), file);
    const forgotten = (number: number): boolean => number % 40 === 0;
    for (const version of [written, 'now']) {
      const upgraded = open(file);
      for (let number = 0; number < 360; number++) {
        const pseudonym = upgraded.pseudonymOf(`person-${number}`);
        expect([version, number, pseudonym === undefined]).toEqual([version, number, forgotten(number)]);
        if (pseudonym !== undefined) expect(upgraded.identifierOf(pseudonym)).toBe(`person-${number}`);
      }
      expect(upgraded.logKnown()).toEqual({ knownUpTo: 7, mark: 4, erasedUpTo: 2 });
      upgraded.forget('person-7');
      pseudonymsFor(upgraded, ['person-7']);
      upgraded.close();
    }
    const inFiles = hashesInFile(file);
    for (let number = 0; number < 360; number++)
      expect([number, inFiles.has(identifierHash(`person-${number}`))]).toEqual([number, !forgotten(number)]);
    const database = new DatabaseSync(file, { readOnly: true });
    expect(vaultFormat.contradiction(database, true)).toBeUndefined();
    database.close();
  });
});

describe('a vault that is read beside its writer', () => {
  test('finds people as they are admitted, merged and forgotten, and nobody else', () => {
    const { file, vault } = given('first');
    const beside = openVaultBeside(file);
    const chance = repeatableRandomness(17);
    const gone = new Set<string>();
    for (let known = 0; known < 600; ) {
      const coming = people(known, known + [1, 2, 9, 30][chance(1)[0]! % 4]!);
      const minted = pseudonymsFor(vault, coming);
      known += coming.length;
      const [a, b] = chance(2) as unknown as [number, number];
      const one = person((a * 256 + b) % known);
      if (a % 8 === 0) {
        vault.forget(one);
        beside.dropKept();
        gone.add(one);
      }
      beside.read((reading) => {
        for (const identifier of [one, ...coming]) {
          const pseudonym = gone.has(identifier) ? undefined : vault.pseudonymOf(identifier);
          expect(reading.pseudonymOf(identifier)).toBe(pseudonym);
          if (pseudonym !== undefined) expect(reading.identifierOf(pseudonym)).toBe(identifier);
        }
        expect(reading.pseudonymOf(person(known + 1))).toBeUndefined();
        expect(reading.hasForgotten()).toBe(gone.size > 0);
        expect([...minted.values()].every((pseudonym) => reading.knows(pseudonym))).toBe(true);
      });
    }
    expect(gone.size).toBeGreaterThan(2);
    beside.close();
  });
});

describe('what a vault knows of its log', () => {
  test('is stored with each admission', () => {
    const { vault, reopen } = given('ana');
    vault.whenAdmitting(() => ({ knownUpTo: 7, mark: 4, erasedUpTo: 2 }));
    pseudonymsFor(vault, ['ana']);
    expect(vault.logKnown().knownUpTo).toBe(0);
    pseudonymsFor(vault, ['ben']);
    expect(reopen().logKnown()).toEqual({ knownUpTo: 7, mark: 4, erasedUpTo: 2 });
  });

  test('given people to forget whom it knows, has forgotten, or never knew, it knows all of them as forgotten', () => {
    const { file, vault, reopen } = given('ana', 'ben', 'chen');
    const [ana, ben, chen] = ['ana', 'ben', 'chen'].map((name) => vault.pseudonymOf(name)!);
    vault.forget('ben');
    const stranger = 'psn_AAAAAAAAAAAAAAAAAAAAAA';
    expect(vault.forgetAll([ana!, ben!, stranger, ana!, 'no pseudonym'])).toBe(1);
    const again = reopen();
    for (const pseudonym of [ana!, ben!, stranger]) {
      expect(again.isForgotten(pseudonym)).toBe(true);
      expect(again.identifierOf(pseudonym)).toBeUndefined();
    }
    expect(again.identifierOf(chen!)).toBe('chen');
    expect(again.pseudonymOf('ana')).toBeUndefined();
    expect(existsSync(file)).toBe(true);
  });
});

describe('a vault whose writer shares its filters', () => {
  test('given filters of earlier and later moments, readers find the same people as with their own', () => {
    const { file, vault } = given('first');
    const [own, sharing] = [openVaultBeside(file), openVaultBeside(file)];
    const chance = repeatableRandomness(23);
    let earlier = vault.filters();
    for (let known = 0; known < 900; ) {
      const coming = people(known, known + [1, 3, 20, 70][chance(1)[0]! % 4]!);
      known += coming.length;
      pseudonymsFor(vault, coming);
      if (chance(1)[0]! % 5 === 0) vault.forget(people(0, known)[chance(1)[0]! % known]!);
      if (chance(1)[0]! % 2 === 0) sharing.share(chance(1)[0]! % 2 === 0 ? earlier : vault.filters());
      earlier = vault.filters();
      const asked = people(0, known + 20);
      const found = (beside: typeof own) =>
        beside.read((each) => asked.map((identifier) => each.pseudonymOf(identifier)));
      own.dropKept();
      sharing.dropKept();
      expect(found(sharing)).toEqual(found(own));
    }
    const filters = vault.filters();
    sharing.share(filters);
    const memoryOf = (beside: typeof own) =>
      beside.read((each) => (each as VaultReading).index.filters().map(({ words }) => words.buffer));
    for (const [place, { words }] of filters.entries()) {
      expect(words.buffer).toBeInstanceOf(SharedArrayBuffer);
      expect(memoryOf(sharing)[place]).toBe(words.buffer);
    }
    expect(memoryOf(own)).toEqual([]);
    // What the writer has dropped may still have the hash of somebody who was erased.
    sharing.share(filters.slice(1));
    expect(memoryOf(sharing)).toEqual(filters.slice(1).map(({ words }) => words.buffer));
    own.close();
    sharing.close();
  });
});

describe('a vault with little or no room for filters in memory', () => {
  test('finds the same people and stores the same bytes as one with room', () => {
    const files = ['roomy.sqlite', 'narrow.sqlite', 'none.sqlite'].map(fileForTest);
    const filterBytes = [2 ** 20, 5_000, 0];
    const vaults = files.map((file, place) =>
      openSqliteVault(file, {
        now: () => 1_000,
        random: repeatableRandomness(99),
        memory: {
          pages: 2 ** 20,
          entries: 2 ** 16,
          filters: filterBytes[place]!,
        },
        runEntriesMax: 640,
      }),
    );
    onTestFinished(() => {
      for (const vault of vaults) vault.close();
    });
    const chance = repeatableRandomness(31);
    for (let known = 0; known < 2_000; ) {
      const coming = people(known, known + [1, 9, 90, 700][chance(1)[0]! % 4]!);
      const [a, b] = chance(2) as unknown as [number, number];
      const [roomy, ...others] = vaults.map((vault) => {
        const before = people(0, known + 20).map((identifier) => vault.pseudonymOf(identifier));
        const admitted = pseudonymsFor(vault, [...coming, ...people(0, Math.min(known, 50))]);
        return [before, admitted, vault.forget(person((a * 256 + b) % (known + coming.length)))];
      });
      for (const other of others) expect(other).toEqual(roomy);
      known += coming.length;
    }
    const [inRoomy, inNarrow, inNone] = vaults.map((vault) => vault.filters());
    expect(inNarrow!.length).toBeGreaterThan(0);
    expect(inNarrow!.length).toBeLessThan(inRoomy!.length);
    const large = inNarrow!.filter(({ entries }) => entries >= 80);
    expect(large.reduce((sum, { words }) => sum + words.byteLength, 0)).toBeLessThanOrEqual(5_000);
    expect(inNone).toEqual([]);
    const [roomy, ...others] = files.map((file) => {
      const database = new DatabaseSync(file, { readOnly: true });
      expect(vaultFormat.contradiction(database, true)).toBeUndefined();
      const rows = ['entry', 'slot', 'run'].map((table) => database.prepare(`SELECT * FROM ${table}`).all());
      database.close();
      return rows;
    });
    for (const other of others) expect(other).toEqual(roomy);
  });
});

describe('a vault that is asked for many people at once', () => {
  test('keeps those at hand who were looked up before, and not the many', () => {
    const { file, vault } = given();
    const many = people(0, 1_500);
    pseudonymsFor(vault, many);
    const pseudonym = vault.pseudonymOf(many[7]!);
    pseudonymsFor(vault, many);
    // Who is not at hand has to be read.
    const database = new DatabaseSync(file);
    database.exec('UPDATE entry SET checksum = 0');
    database.close();
    expect(vault.pseudonymOf(many[7]!)).toBe(pseudonym);
    expect(() => vault.pseudonymOf(many[8]!)).toThrow(DamagedStore);
    vault.close();
  });
});
