/**
 * How the memory of a server is divided among what keeps things in it.
 */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  heapMebibytesMin,
  memoryMebibytesMax,
  memoryMebibytesMin,
  memoryShares,
} from '../../src/ledger/memory-shares.ts';

/** Every share, by its name. */
const sharesIn = (shares: object, before = ''): ReadonlyArray<readonly [name: string, bytes: number]> =>
  Object.entries(shares).flatMap(([name, share]) =>
    typeof share === 'number'
      ? [[before + name, share] as const]
      : sharesIn(share as object, `${before}${name}.`),
  );

const sizes = fc.integer({ min: memoryMebibytesMin, max: memoryMebibytesMax });
const bytesOf = (mebibytes: number): number => mebibytes * 1_024 * 1_024;

/** What is divided: all but 26 % for the filters of the vault, and what the process takes to run. */
const dividedIn = (mebibytes: number): number => bytesOf(mebibytes - mebibytes * 0.26 - 400);

/** What is kept whatever is asked: all but the filters of the vault and the limits of heaps. */
const keptIn = (mebibytes: number) =>
  sharesIn(memoryShares(mebibytes)).filter(([name]) => !/heap$|^vaultFilters$/i.test(name));

describe('the shares of the memory', () => {
  it('leave the process what it takes to run, and the heaps of its threads a third of the rest', () => {
    fc.assert(
      fc.property(sizes, (mebibytes) => {
        const sum = keptIn(mebibytes).reduce((all, [, bytes]) => all + bytes, 0);
        expect(sum).toBeLessThanOrEqual(dividedIn(mebibytes) * 0.67);
        expect(sum).toBeGreaterThan(dividedIn(mebibytes) * 0.3);
      }),
    );
  });

  it('come to everything that is not left to the process, once each thread has its least heap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 65_536, max: memoryMebibytesMax }), (mebibytes) => {
        const sum = sharesIn(memoryShares(mebibytes)).reduce((all, [, bytes]) => all + bytes, 0);
        expect(sum).toBeLessThanOrEqual(bytesOf(mebibytes - 400));
        // Nothing is left over but for what rounding takes.
        expect(sum).toBeGreaterThan(bytesOf(mebibytes - 400) - 100);
      }),
    );
  });

  it('are whole numbers of bytes, of a mebibyte at least', () => {
    fc.assert(
      fc.property(sizes, (mebibytes) => {
        for (const [name, bytes] of sharesIn(memoryShares(mebibytes))) {
          expect(Number.isInteger(bytes), name).toBe(true);
          expect(bytes, name).toBeGreaterThanOrEqual(bytesOf(1));
        }
      }),
    );
  });

  it('never shrink when the server is given more', () => {
    fc.assert(
      fc.property(sizes, sizes, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        const larger = new Map(sharesIn(memoryShares(more)));
        for (const [name, bytes] of sharesIn(memoryShares(less)))
          expect(larger.get(name), name).toBeGreaterThanOrEqual(bytes);
      }),
    );
  });

  it('let each thread that answers or makes evidence take two gibibytes, whatever is set', () => {
    fc.assert(
      fc.property(sizes, (mebibytes) => {
        const { answering, answeringAboutPeople, evidenceHeap } = memoryShares(mebibytes);
        for (const heap of [answering.heap, answeringAboutPeople.heap, evidenceHeap])
          expect(heap).toBeGreaterThanOrEqual(bytesOf(heapMebibytesMin));
      }),
    );
  });
});
