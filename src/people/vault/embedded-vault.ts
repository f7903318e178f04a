/**
 * The vault that this process keeps in a file of its own. Each call is done at one moment, with nothing in between.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Position } from '../../store/event-store.ts';
import type { VaultFile } from './sqlite-vault.ts';
import { fingerprintKey, looksLikePseudonym, type Vault } from './vault.ts';

/** The file has the key of fingerprints under this name, from a time in which no person could have it. */
const keptFingerprintKey = fingerprintKey.trim();

/** The name under which the file keeps what has a name, and the other way round: a person may be called as the key is kept. */
const asKept = (name: string): string => {
  if (name === fingerprintKey) return keptFingerprintKey;
  return name === keptFingerprintKey ? fingerprintKey : name;
};

/**
 * @param saidUpTo a position of the log by which every erasure was said that is done in the file.
 * @param missing why people of the log are not in the file, if they are not.
 * @param closing called before the file is closed.
 */
export const embeddedVault = (
  file: VaultFile,
  saidUpTo: Position,
  missing: () => string | undefined = () => undefined,
  closing: () => void = () => {},
): Vault => {
  let lastSaidAt = saidUpTo;

  const isPseudonym = (name: string): boolean => looksLikePseudonym(name) && file.knows(name);

  const personOf = (pseudonym: string): string | null | undefined => {
    const identifier = file.identifierOf(pseudonym);
    if (identifier !== undefined) return asKept(identifier);
    return file.isForgotten(pseudonym) ? null : undefined;
  };

  const pseudonymsFor = (names: ReadonlyArray<string>): ReadonlyMap<string, string> =>
    names.some((name) => asKept(name) !== name)
      ? new Map([...file.pseudonymsFor(names.map(asKept))].map(([name, each]) => [asKept(name), each]))
      : file.pseudonymsFor(names);

  return {
    at: null,
    find: async ({ names, pseudonyms }) => {
      const found = new Map<string, string>();
      for (const name of names) {
        const pseudonym = isPseudonym(name) ? name : file.pseudonymOf(asKept(name));
        if (pseudonym !== undefined) found.set(name, pseudonym);
      }
      const people = new Map<string, string | null>();
      for (const pseudonym of pseudonyms) {
        const person = personOf(pseudonym);
        if (person !== undefined) people.set(pseudonym, person);
      }
      return { pseudonyms: found, people };
    },
    admit: async (names, lookedUpTo) => {
      if ((lookedUpTo === undefined || lookedUpTo < lastSaidAt) && file.hasForgotten())
        return E.left({ upTo: lastSaidAt });
      const known = names.filter(isPseudonym);
      if (known.length === 0) return E.right(pseudonymsFor(names));
      const themselves = new Set(known);
      const admitted = pseudonymsFor(names.filter((name) => !themselves.has(name)));
      return E.right(new Map([...admitted, ...known.map((name) => [name, name] as const)]));
    },
    forget: async (pseudonym, saidAt) => {
      lastSaidAt = Math.max(lastSaidAt, saidAt);
      const identifier = file.identifierOf(pseudonym);
      if (identifier !== undefined) file.forget(identifier);
    },
    fault: async () => {
      try {
        file.hasForgotten();
        return missing();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    close: () => {
      closing();
      file.close();
    },
  };
};
