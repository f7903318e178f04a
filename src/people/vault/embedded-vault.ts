/** The vault that this process keeps in its own file. Each call is atomic. */
import * as E from 'fp-ts/lib/Either.js';
import type { Position } from '../../store/event-store.ts';
import { asKept, findPeople, isPseudonymIn } from './find-people.ts';
import type { VaultFile } from './sqlite-vault.ts';
import type { Created, Vault } from './vault.ts';

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

  const pseudonymsFor = (
    names: ReadonlyArray<string>,
    created: (names: ReadonlyArray<string>) => void,
  ): ReadonlyMap<string, string> =>
    names.some((name) => asKept(name) !== name)
      ? new Map(
          [...file.pseudonymsFor(names.map(asKept), (some) => created(some.map(asKept)))].map(
            ([name, each]) => [asKept(name), each],
          ),
        )
      : file.pseudonymsFor(names, created);

  const createdAmong = (names: ReadonlyArray<string>, fresh: ReadonlyArray<string>): Created | undefined => {
    if (fresh.length === 0) return undefined;
    const others = new Set<string>();
    if (fresh.length < names.length) {
      const isFresh = new Set(fresh);
      for (const name of names) if (!isFresh.has(name)) others.add(name);
    }
    const last = file.entries();
    return { first: last - fresh.length + 1, last, others };
  };

  return {
    at: null,
    find: async (asked) => findPeople(file, asked),
    admit: async (names, lookedUpTo) => {
      if ((lookedUpTo === undefined || lookedUpTo < lastSaidAt) && file.hasForgotten())
        return E.left({ upTo: lastSaidAt });
      const known = names.filter(isPseudonym);
      const themselves = new Set(known);
      let fresh: ReadonlyArray<string> = [];
      const admitted = pseudonymsFor(
        known.length === 0 ? names : names.filter((name) => !themselves.has(name)),
        (some) => {
          fresh = some;
        },
      );
      const pseudonyms =
        known.length === 0 ? admitted : new Map([...admitted, ...known.map((name) => [name, name] as const)]);
      return E.right({ pseudonyms, created: createdAmong(names, fresh) });
    },
    forget: async (pseudonym, saidAt) => {
      lastSaidAt = Math.max(lastSaidAt, saidAt);
      const identifier = file.identifierOf(pseudonym);
      if (identifier !== undefined) file.forget(identifier);
    },
    entries: () => file.entries(),
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
