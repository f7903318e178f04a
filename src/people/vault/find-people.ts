/** Looks up people in a vault of this process, by name or by pseudonym. */
import { type FoundPeople, fingerprintKey, looksLikePseudonym, type NamesToFind } from './vault.ts';
import type { PeopleOfVault } from './vault-reading.ts';

/** Files contain the fingerprint key under this name, from a time when no person could have it. */
const keptFingerprintKey = fingerprintKey.trim();

/**
 * Translates between names and names in the file, in both directions: a person may have the name under which the
 * file keeps the key.
 */
export const asKept = (name: string): string => {
  if (name === fingerprintKey) return keptFingerprintKey;
  return name === keptFingerprintKey ? fingerprintKey : name;
};

/** Whether a name is a pseudonym of this vault. */
export const isPseudonymIn =
  (people: PeopleOfVault) =>
  (name: string): boolean =>
    looksLikePseudonym(name) && people.knows(name);

const personOf = (people: PeopleOfVault, pseudonym: string): string | null | undefined => {
  const identifier = people.identifierOf(pseudonym);
  if (identifier !== undefined) return asKept(identifier);
  return people.isForgotten(pseudonym) ? null : undefined;
};

/** The named people whom the vault knows. */
export const findPeople = (people: PeopleOfVault, { names, pseudonyms }: NamesToFind): FoundPeople => {
  const isPseudonym = isPseudonymIn(people);
  const found = new Map<string, string>();
  for (const name of names) {
    const pseudonym = isPseudonym(name) ? name : people.pseudonymOf(asKept(name));
    if (pseudonym !== undefined) found.set(name, pseudonym);
  }
  const known = new Map<string, string | null>();
  for (const pseudonym of pseudonyms) {
    const person = personOf(people, pseudonym);
    if (person !== undefined) known.set(pseudonym, person);
  }
  return { pseudonyms: found, people: known };
};
