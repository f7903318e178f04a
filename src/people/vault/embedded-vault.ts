/** The vault that this process keeps in its own file. Each call is atomic. */
import * as E from 'fp-ts/lib/Either.js';
import type { Position } from '../../store/event-store.ts';
import { asKept, findPeople, isPseudonymIn } from './find-people.ts';
import { placesWhere } from './places.ts';
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

  return {
    at: null,
    find: async (asked) => findPeople(file, asked),
    admit: async (names, lookedUpTo) => {
      if ((lookedUpTo === undefined || lookedUpTo < lastSaidAt) && file.hasForgotten())
        return E.left({ upTo: lastSaidAt });
      const places = placesWhere(names.length, (place) => !isPseudonym(names[place]!));
      if (places.length === names.length) return E.right(file.admit(names.map(asKept)));
      const { pseudonyms, created } = file.admit(Array.from(places, (place) => asKept(names[place]!)));
      const all = [...names];
      for (const [at, place] of places.entries()) all[place] = pseudonyms[at]!;
      const isFresh = new Set(places);
      for (const at of created?.others ?? []) isFresh.delete(places[at]!);
      const others = placesWhere(names.length, (place) => !isFresh.has(place));
      return E.right({ pseudonyms: all, created: created && { ...created, others } });
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
