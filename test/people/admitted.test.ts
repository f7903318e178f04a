/** What the vault says of the people whom it admits: who is new, and under which entries. */
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { embeddedVault } from '../../src/people/vault/embedded-vault.ts';
import { openSqliteVault } from '../../src/people/vault/sqlite-vault.ts';
import type { Admitted, Vault } from '../../src/people/vault/vault.ts';
import { fingerprintKey } from '../../src/people/vault/vault.ts';
import { identifierHash } from '../../src/people/vault/vault-format.ts';
import { fileForTest } from '../store/ledger-files.ts';

/** Two people with the same hash. */
const sameHash = (): readonly [string, string] => {
  const byHash = new Map<number, string>();
  for (let number = 0; ; number++) {
    const name = `person-${number}`;
    const earlier = byHash.get(identifierHash(name));
    if (earlier !== undefined) return [earlier, name];
    byHash.set(identifierHash(name), name);
  }
};

const people = ['ana', 'ben', 'chen', 'dora', 'eve', fingerprintKey, fingerprintKey.trim(), ...sameHash()];

const admittedBy = async (vault: Vault, names: ReadonlyArray<string>): Promise<Admitted> => {
  const admitted = await vault.admit(names, 0);
  if (E.isLeft(admitted)) throw new Error('to look first');
  return admitted.right;
};

/** Admits, and forgets those whose number is given, by turns; a number beyond the people names somebody by pseudonym. */
const turns = fc.array(
  fc.record({
    named: fc.array(fc.nat({ max: people.length + 3 }), { maxLength: 12 }),
    forgotten: fc.option(fc.nat({ max: people.length - 1 }), { nil: undefined, freq: 3 }),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('given people who are admitted and forgotten by turns, with names that are repeated, pseudonyms, or of the same hash', () => {
  test('then each place has the pseudonym of its name, and exactly the new ones are said to be new', async () => {
    await fc.assert(
      fc.asyncProperty(turns, async (all) => {
        const file = openSqliteVault(fileForTest('vault.sqlite'), { now: Date.now, random: randomBytes });
        const vault = embeddedVault(file, 0);
        const known = new Map<string, string>();
        const given = new Set<string>();
        for (const { named, forgotten } of all) {
          const names = named.map((number) => people[number] ?? [...given][number - people.length] ?? 'fay');
          const before = file.entries();
          const isOld = (name: string): boolean => known.has(name) || given.has(name);
          const old = names.flatMap((name, place) => (isOld(name) ? [place] : []));
          const { pseudonyms, created } = await admittedBy(vault, names);
          const fresh = new Set(names.filter((name) => !isOld(name)));
          expect(file.entries()).toBe(before + fresh.size);
          if (fresh.size === 0) expect(created).toBeUndefined();
          else {
            expect([created!.first, created!.last]).toEqual([before + 1, before + fresh.size]);
            expect([...created!.others]).toEqual(old);
          }
          expect(pseudonyms).toHaveLength(names.length);
          for (const [place, name] of names.entries()) {
            const pseudonym = pseudonyms[place]!;
            if (fresh.delete(name)) {
              expect(given).not.toContain(pseudonym);
              known.set(name, pseudonym);
              given.add(pseudonym);
            } else expect(pseudonym).toBe(known.get(name) ?? name);
          }
          const gone = forgotten === undefined ? undefined : people[forgotten]!;
          if (gone === undefined || !known.has(gone)) continue;
          await vault.forget(known.get(gone)!, 0);
          known.delete(gone);
        }
        await vault.close();
      }),
      { numRuns: 60 },
    );
  });
});
