/**
 * The filter of some hashes.
 */
import { describe, expect, it } from 'vitest';
import { SomeHashes } from '../../src/projections/engine/some-hashes.ts';

const hashesMade = 1_000_000;
/** Different hashes all over the range. */
const hashOf = (index: number, range: number): number =>
  (Math.imul(index, 0x9e3779b1) >>> 0) * (range / 2 ** 32) +
  ((Math.imul(index, 0x85ebca6b) >>> 11) % (range / 2 ** 32));

describe('some hashes', () => {
  it.each([
    [0, 2 ** 32],
    [100, 2 ** 32],
    [200_000, 2 ** 32],
    [200_000, 2 ** 53],
  ])('given %i below %i, lets all of them through, and hardly any others', (some, range) => {
    const filter = new SomeHashes(some, range);
    for (let index = 0; index < some; index++) filter.add(hashOf(index, range));
    let others = 0;
    for (let index = 0; index < hashesMade; index++) {
      const passes = filter.may(hashOf(index, range));
      if (index < some && !passes) expect.fail(`${index} does not pass`);
      if (index >= some && passes) others++;
    }
    expect(others).toBeLessThan((hashesMade - some) / 80);
  });
});
