/** The vault that this process keeps in its own file. Each call is atomic. */
import * as E from 'fp-ts/lib/Either.js';
import type { Position } from '../../store/event-store.ts';
import { asKept, findPeople, isPseudonymIn } from './find-people.ts';
import type { VaultFile } from './sqlite-vault.ts';
import type { Vault } from './vault.ts';

/**
 * @param saidUpTo a position of the log up to which every erasure in the file is recorded.
 * @param missing why people of the log are not in the file, if any are missing.
 * @param closing called before the file is closed.
 */
export const embeddedVault = (
  file: VaultFile,
  saidUpTo: Position,
  missing: () => string | undefined = () => undefined,
  closing: () => void = () => {},
): Vault => {
  let lastSaidAt = saidUpTo;

  const isPseudonym = isPseudonymIn(file);

  const pseudonymsFor = (names: ReadonlyArray<string>): ReadonlyMap<string, string> =>
    names.some((name) => asKept(name) !== name)
      ? new Map([...file.pseudonymsFor(names.map(asKept))].map(([name, each]) => [asKept(name), each]))
      : file.pseudonymsFor(names);

  return {
    at: null,
    find: async (asked) => findPeople(file, asked),
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
    close: async () => {
      closing();
      file.close();
    },
  };
};
