/**
 * The filter of some hashes.
 */
import { describe, expect, it } from 'vitest';
import { SomeHashes } from '../../src/projections/engine/some-hashes.ts';

const hashesMade = 1_000_000;
/** Different hashes all over the range. */
const hashOf = (index: number): number => Math.imul(index, 0x9e3779b1) >>> 0;

describe('some hashes', () => {
  it.each([[0], [100], [200_000]])('given %i, lets all of them through, and hardly any others', (some) => {
    const filter = new SomeHashes(some, 2 ** 32);
    for (let index = 0; index < some; index++) filter.add(hashOf(index));
    let others = 0;
    for (let index = 0; index < hashesMade; index++) {
      const passes = filter.may(hashOf(index));
      if (index < some && !passes) expect.fail(`${index} does not pass`);
      if (index >= some && passes) others++;
    }
    expect(others).toBeLessThan((hashesMade - some) / 80);
  });
});
