/** The random bytes of new pseudonyms. */
import { createCipheriv } from 'node:crypto';
import { pseudonymBytes } from './vault.ts';

const algorithm = 'aes-128-ctr';
/** No secret: the randomness alone makes pseudonyms unpredictable. */
const fixedKey = new Uint8Array(16);

/**
 * The bytes of the pseudonyms of consecutive entries.
 *
 * The random bytes of each entry are combined, by exclusive or, with a block that belongs to its id alone. So
 * pseudonyms are as random as their source, and even if the source repeats itself, no two entries get the same
 * one. New pseudonyms therefore need not be looked up.
 *
 * @param random the source of unpredictable bytes.
 * @param first the id of the first entry.
 */
export const newPseudonyms = (
  random: (bytes: number) => Uint8Array,
  first: number,
  count: number,
): ReadonlyArray<Uint8Array> => {
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(first), 8);
  const all = createCipheriv(algorithm, fixedKey, counter).update(random(pseudonymBytes * count));
  return Array.from({ length: count }, (_, place) =>
    all.subarray(place * pseudonymBytes, (place + 1) * pseudonymBytes),
  );
};
