/**
 * Parses the setting that names the store.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type KurrentDbSettings, parseSettings, WrongStoreSetting } from '../kurrentdb/settings.ts';

/** The parsed setting: the directory of an embedded ledger, or the KurrentDB settings. */
export type StoreSetting =
  | { readonly kind: 'sqlite'; readonly directory: string }
  | { readonly kind: 'kurrentdb'; readonly settings: KurrentDbSettings };

const embedded = 'sqlite:';

/** Parses the setting of the store; the left says what would be valid. */
export const readStoreSetting = (store: string): E.Either<string, StoreSetting> => {
  const text = store.trim();
  if (text.startsWith(embedded)) {
    const directory = text.slice(embedded.length);
    return directory === '' ? E.left('sqlite: takes a directory') : E.right({ kind: 'sqlite', directory });
  }
  if (!text.includes('://')) return E.left('expected sqlite:DIR, esdb://… or esdb+discover://…');
  return pipe(
    parseSettings(text),
    E.map((settings) => ({ kind: 'kurrentdb', settings })),
  );
};

/**
 * The same for opening a store; throws instead.
 *
 * @throws WrongStoreSetting
 */
export const storeSettingOf = (store: string): StoreSetting =>
  pipe(
    readStoreSetting(store),
    E.getOrElseW((reason) => {
      throw new WrongStoreSetting(reason);
    }),
  );
