/** The contract of vaults, whichever process keeps them. */

import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { looksLikePseudonym, type Vault } from '../../src/people/vault/vault.ts';
import { namesMax } from '../../src/people/vault/vault-wire.ts';

/** An empty vault. */
export interface VaultUnderTest {
  readonly vault: Vault;
  /** Another process on the same vault, if possible. */
  readonly other: Vault;
  /** Restarts the vault's process, beside a log that ends at this position. */
  restart(logHead: number): Promise<void>;
  /** Closes everything and removes the vault. */
  cleanup(): Promise<void>;
}

/** The log was searched completely: nobody was forgotten beyond it. */
const wholeLog = Number.MAX_SAFE_INTEGER;

const admitted = async (
  vault: Vault,
  names: ReadonlyArray<string>,
  lookedUpTo: number | undefined = wholeLog,
): Promise<ReadonlyMap<string, string>> => {
  const outcome = await vault.admit(names, lookedUpTo);
  if (E.isLeft(outcome)) throw new Error(`to look first, up to ${outcome.left.upTo}`);
  return new Map(names.map((name, place) => [name, outcome.right.pseudonyms[place]!]));
};

const pseudonymOf = async (vault: Vault, name: string): Promise<string | undefined> =>
  (await vault.find({ names: [name], pseudonyms: [] })).pseudonyms.get(name);

const personOf = async (vault: Vault, pseudonym: string): Promise<string | null | undefined> =>
  (await vault.find({ names: [], pseudonyms: [pseudonym] })).people.get(pseudonym);

/** A pseudonym of another vault. */
const foreign = 'psn_AAAAAAAAAAAAAAAAAAAAAA';

export const vaultContract = (name: string, makeVault: () => Promise<VaultUnderTest>): void => {
  const given = async (...names: ReadonlyArray<string>): Promise<VaultUnderTest> => {
    const made = await makeVault();
    onTestFinished(made.cleanup);
    await admitted(made.vault, names);
    return made;
  };

  describe(`${name}: admitting`, () => {
    test('given new people, each gets a pseudonym and keeps it', async () => {
      const { vault, other, restart } = await given();
      const first = await admitted(vault, ['ana', 'ben', '__proto__', 'x'.repeat(128)]);
      expect(new Set(first.values()).size).toBe(4);
      for (const pseudonym of first.values()) expect(looksLikePseudonym(pseudonym)).toBe(true);
      expect(await admitted(other, ['x'.repeat(128), '__proto__', 'ben', 'ana'])).toEqual(first);
      await restart(0);
      expect(await admitted(vault, [...first.keys()])).toEqual(first);
    });

    test('given a pseudonym of the vault, it stands for itself; one of another vault gets a new one', async () => {
      const { vault } = await given('ana');
      const ana = (await pseudonymOf(vault, 'ana'))!;
      const all = await admitted(vault, [ana, foreign, 'ana']);
      expect([all.get(ana), all.get('ana')]).toEqual([ana, ana]);
      expect(all.get(foreign)).not.toBe(foreign);
      expect(await personOf(vault, all.get(foreign)!)).toBe(foreign);
      expect(await pseudonymOf(vault, ana)).toBe(ana);
    });

    test('given the same people admitted in many ways at once, each has one pseudonym', async () => {
      const { vault, other } = await given();
      const crowd = Array.from({ length: 60 }, (_, index) => `person-${index}`);
      const outcomes = await Promise.all(
        Array.from({ length: 12 }, (_, round) =>
          admitted(
            round % 2 === 0 ? vault : other,
            crowd.filter((_, index) => (index * (round + 3)) % 7 < 4),
          ),
        ),
      );
      const seen = new Map<string, Set<string>>();
      for (const outcome of outcomes)
        for (const [person, pseudonym] of outcome)
          seen.set(person, (seen.get(person) ?? new Set<string>()).add(pseudonym));
      expect([...seen.values()].every((pseudonyms) => pseudonyms.size === 1)).toBe(true);
      expect(new Set([...seen.values()].flatMap((pseudonyms) => [...pseudonyms])).size).toBe(seen.size);
    });

    test('given more people than fit in one call, all are admitted and found', async () => {
      const { vault } = await given();
      const crowd = Array.from({ length: namesMax + 5 }, (_, index) => `person-${index}`);
      const pseudonyms = await admitted(vault, crowd);
      expect(pseudonyms.size).toBe(crowd.length);
      const found = await vault.find({ names: crowd, pseudonyms: [...pseudonyms.values(), foreign] });
      expect(found.pseudonyms).toEqual(pseudonyms);
      expect(found.people.size).toBe(crowd.length);
      for (const [person, pseudonym] of pseudonyms) expect(found.people.get(pseudonym)).toBe(person);
    });
  });

  describe(`${name}: finding`, () => {
    test('given nobody of the name, nobody is found, and nobody is admitted by asking', async () => {
      const { vault } = await given('ana');
      const asked = { names: ['Ana', 'nobody', foreign], pseudonyms: [foreign, 'ana', '(unknown)'] };
      for (let round = 0; round < 2; round++) {
        const { pseudonyms, people } = await vault.find(asked);
        expect([pseudonyms.size, people.size]).toEqual([0, 0]);
      }
    });
  });

  describe(`${name}: forgetting`, () => {
    test('given a person, when they are forgotten, nobody is found by the name, for any caller', async () => {
      const { vault, other, restart } = await given('ana', 'ben');
      const ana = (await pseudonymOf(vault, 'ana'))!;
      expect(await personOf(other, ana)).toBe('ana');
      await vault.forget(ana, 3);
      for (let round = 0; round < 2; round++) {
        for (const each of [vault, other]) {
          expect(await pseudonymOf(each, 'ana')).toBeUndefined();
          expect(await personOf(each, ana)).toBeNull();
          expect(await pseudonymOf(each, ana)).toBe(ana);
          expect(await personOf(each, (await pseudonymOf(each, 'ben'))!)).toBe('ben');
        }
        await restart(3);
      }
    });

    test('given a person who is already forgotten, or unknown, nothing is done', async () => {
      const { vault } = await given('ana');
      const ana = (await pseudonymOf(vault, 'ana'))!;
      await vault.forget(foreign, 1);
      expect(await personOf(vault, foreign)).toBeUndefined();
      await vault.forget(ana, 2);
      await vault.forget(ana, 2);
      const again = (await admitted(vault, ['ana'])).get('ana')!;
      expect(again).not.toBe(ana);
      await vault.forget(ana, 2);
      expect(await pseudonymOf(vault, 'ana')).toBe(again);
    });

    test('given an erasure, admissions require that the log was searched up to its position', async () => {
      const { vault, other, restart } = await given('ana', 'ben');
      expect(E.isRight(await vault.admit(['chen'], undefined))).toBe(true);
      await vault.forget((await pseudonymOf(vault, 'ana'))!, 7);
      for (const each of [vault, other]) {
        for (const lookedUpTo of [undefined, 0, 6])
          expect(await each.admit(['ana', 'dora'], lookedUpTo)).toEqual(E.left({ upTo: 7 }));
      }
      expect(await pseudonymOf(vault, 'dora')).toBeUndefined();
      expect((await admitted(vault, ['dora'], 7)).size).toBe(1);
      await other.forget((await pseudonymOf(other, 'ben'))!, 9);
      await vault.forget((await pseudonymOf(vault, 'dora'))!, 8);
      expect(await vault.admit(['ed'], 8)).toEqual(E.left({ upTo: 9 }));
      await restart(11);
      expect(await vault.admit(['ed'], 10)).toEqual(E.left({ upTo: 11 }));
      expect((await admitted(vault, ['ed'], 11)).size).toBe(1);
    });
  });

  describe(`${name}: whatever is asked`, () => {
    const person = fc.constantFrom('ana', 'ben', 'chen', 'dora', foreign);
    const step = fc.oneof(
      fc.record({ admit: fc.array(person, { maxLength: 4 }) }),
      fc.record({ forget: person }),
      fc.record({ find: fc.array(person, { maxLength: 4 }) }),
    );

    test('given any admissions and erasures, it behaves like a list of them', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const { vault, other, cleanup } = await makeVault();
          try {
            const current = new Map<string, string>();
            const forgotten = new Set<string>();
            for (const [index, each] of steps.entries()) {
              const asked = index % 2 === 0 ? vault : other;
              if ('admit' in each) {
                for (const [who, pseudonym] of await admitted(asked, each.admit)) {
                  expect(forgotten.has(pseudonym)).toBe(false);
                  expect(current.get(who) ?? pseudonym).toBe(pseudonym);
                  current.set(who, pseudonym);
                }
                for (const who of each.admit) expect(current.has(who)).toBe(true);
              } else if ('forget' in each) {
                const pseudonym = current.get(each.forget);
                if (pseudonym === undefined) continue;
                await asked.forget(pseudonym, index);
                current.delete(each.forget);
                forgotten.add(pseudonym);
              } else {
                const everybody = [...current.values(), ...forgotten];
                const found = await asked.find({ names: each.find, pseudonyms: everybody });
                for (const who of each.find) expect(found.pseudonyms.get(who)).toBe(current.get(who));
                for (const [who, pseudonym] of current) expect(found.people.get(pseudonym)).toBe(who);
                for (const pseudonym of forgotten) expect(found.people.get(pseudonym)).toBeNull();
              }
            }
          } finally {
            await cleanup();
          }
        }),
        { numRuns: Number(process.env.PROPERTY_RUNS ?? 25) },
      );
    });

    test('given a reachable vault, it says so', async () => {
      const { vault, other } = await given('ana');
      expect([await vault.fault(), await other.fault()]).toEqual([undefined, undefined]);
    });
  });
};
