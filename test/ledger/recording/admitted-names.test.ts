/** The pseudonyms of a batch, and the entries of the people whom each of its events names. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdmittedNames } from '../../../src/ledger/recording/admitted-names.ts';
import type { Admitted } from '../../../src/people/vault/vault.ts';

const name = fc.nat({ max: 8 }).map((number) => `name-${number}`);

/** What the vault said of some names: who had an entry, and the first of those that it created. */
const together = fc.record({
  names: fc.array(fc.record({ name, isOther: fc.boolean() }), { minLength: 1, maxLength: 6 }),
  created: fc.option(fc.nat({ max: 100 })),
});

const worlds = fc.record({ parts: fc.array(together, { minLength: 1, maxLength: 4 }) });

describe('given names that were admitted some at a time, some of them repeatedly', () => {
  test('when they are looked up in order or not, then each has its pseudonym, and the entries are those of all who were looked up', () => {
    fc.assert(
      fc.property(worlds, fc.array(fc.nat({ max: 1_000 }), { maxLength: 30 }), ({ parts }, picks) => {
        const names = parts.flatMap((part) => part.names.map((each) => each.name));
        const admitted: Admitted[] = parts.map((part) => ({
          pseudonyms: part.names.map((each) => `psn of ${each.name}`),
          created:
            part.created === null
              ? undefined
              : {
                  first: part.created,
                  last: part.created + 9,
                  others: Uint32Array.from(
                    part.names.flatMap(({ isOther }, place) => (isOther ? [place] : [])),
                  ),
                },
        }));
        const partsOf = (sought: string) =>
          parts.flatMap((part) =>
            part.names.flatMap((each) =>
              each.name === sought ? [{ created: part.created, isOther: each.isOther }] : [],
            ),
          );
        const found = new AdmittedNames(names, admitted);
        // In the order of the names with some left out and some repeated: what events of one batch do.
        const looked = picks.length % 2 === 0 ? names : picks.map((pick) => names[pick % names.length]!);
        for (const each of looked) {
          expect(found.pseudonymOf(each)).toBe(`psn of ${each}`);
          const entries = found.takeEntries();
          const possible = partsOf(each);
          if (entries === undefined)
            expect(possible.some(({ created, isOther }) => created === null || isOther)).toBe(true);
          else
            expect(
              possible.some(
                ({ created, isOther }) =>
                  !isOther && created === entries.least && created + 9 === entries.greatest,
              ),
            ).toBe(true);
        }
        for (const each of looked) found.pseudonymOf(each);
        const all = found.takeEntries();
        const certainlyNew = (each: string) =>
          partsOf(each).every(({ created, isOther }) => created !== null && !isOther);
        const certainlyOld = (each: string) =>
          partsOf(each).every(({ created, isOther }) => created === null || isOther);
        if (looked.some(certainlyOld)) expect(all).toBeUndefined();
        if (looked.length > 0 && looked.every(certainlyNew)) {
          expect(all!.least).toBeLessThanOrEqual(all!.greatest);
          for (const each of looked)
            expect(
              partsOf(each).some(({ created }) => created! >= all!.least && created! + 9 <= all!.greatest),
            ).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('when nobody has such a name, then that is an error', () => {
    const found = new AdmittedNames(['ana'], [{ pseudonyms: ['psn_1'] }]);
    expect(() => found.pseudonymOf('ben')).toThrow('left without a pseudonym');
    expect(found.pseudonymOf('ana')).toBe('psn_1');
  });
});
