/** Admits people who may be named repeatedly. */
import { placesWhere } from './places.ts';
import type { Admitted } from './vault.ts';
import { identifierHash } from './vault-format.ts';

/** Whether no hash is repeated; then no identifier is. A set of ten thousand identifiers takes ten times as long to make. */
const areDifferent = (hashes: Uint32Array): boolean => {
  const sorted = hashes.toSorted();
  for (let at = 1; at < sorted.length; at++) if (sorted[at] === sorted[at - 1]) return false;
  return true;
};

/**
 * Admits identifiers, some of them repeated.
 *
 * @param admit admits different ones, with the hash of each.
 */
export const withRepetitions = (
  identifiers: ReadonlyArray<string>,
  admit: (identifiers: ReadonlyArray<string>, hashes: Uint32Array) => Admitted,
): Admitted => {
  const hashes = Uint32Array.from(identifiers, identifierHash);
  if (areDifferent(hashes)) return admit(identifiers, hashes);
  const placeOf = new Map<string, number>();
  for (const identifier of identifiers) if (!placeOf.has(identifier)) placeOf.set(identifier, placeOf.size);
  const different = [...placeOf.keys()];
  const { pseudonyms, created } = admit(different, Uint32Array.from(different, identifierHash));
  const among = identifiers.map((identifier) => placeOf.get(identifier)!);
  const isOther = new Set(created?.others);
  return {
    pseudonyms: among.map((place) => pseudonyms[place]!),
    created: created && {
      ...created,
      others: placesWhere(identifiers.length, (place) => isOther.has(among[place]!)),
    },
  };
};
