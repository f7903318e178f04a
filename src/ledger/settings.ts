/**
 * The settings, from the environment: `domicile doctor` prints them.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { HttpVaultOptions } from '../people/vault/http-vault.ts';

export interface Settings {
  /** `sqlite:DIR`, or a connection string `esdb://…` or `esdb+discover://…`. */
  readonly store: string;
  /** Where the ledger's own files are. */
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** How long a question waits for the projections, in milliseconds. */
  readonly waitMs: number;
  readonly origin: string;
  /** Where the vault is, if another process keeps it. */
  readonly vault?: HttpVaultOptions | undefined;
}

/** What is wrong with a setting. */
export interface SettingFault {
  readonly variable: string;
  readonly message: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const wholeNumber = (
  environment: Environment,
  variable: string,
  otherwise: number,
  most: number,
): E.Either<SettingFault, number> => {
  const text = environment[variable];
  if (text === undefined || text === '') return E.right(otherwise);
  const value = Number(text);
  return /^\d+$/.test(text) && value <= most
    ? E.right(value)
    : E.left({ variable, message: `expected a whole number from 0 to ${most}` });
};

const vaultFrom = (environment: Environment): E.Either<SettingFault, HttpVaultOptions | undefined> => {
  const text = environment.LEDGER_VAULT;
  if (text === undefined || text === '') return E.right(undefined);
  const url = URL.parse(text);
  const isAddress =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    [url.username, url.password, url.search, url.hash].every((part) => part === '');
  return isAddress
    ? E.right({ url: text, key: environment.LEDGER_VAULT_KEY || undefined })
    : E.left({
        variable: 'LEDGER_VAULT',
        message:
          'expected the address of the process that keeps the vault, such as https://ledger-1.internal:8484; its key goes into LEDGER_VAULT_KEY',
      });
};

/** Reads the settings, each with its default. */
export const settingsFrom = (environment: Environment): E.Either<SettingFault, Settings> => {
  const store = environment.LEDGER_STORE || 'sqlite:./data';
  if (!/^sqlite:.+$/.test(store) && !/^esdb(\+discover)?:\/\/.+$/.test(store)) {
    return E.left({
      variable: 'LEDGER_STORE',
      message: 'expected sqlite:DIR, esdb://… or esdb+discover://…',
    });
  }
  const port = wholeNumber(environment, 'LEDGER_PORT', 8_484, 65_535);
  if (E.isLeft(port)) return port;
  const waitMs = wholeNumber(environment, 'LEDGER_WAIT_MS', 5_000, 600_000);
  if (E.isLeft(waitMs)) return waitMs;
  const vault = vaultFrom(environment);
  if (E.isLeft(vault)) return vault;
  return E.right({
    store,
    dataDirectory: store.startsWith('sqlite:')
      ? store.slice('sqlite:'.length)
      : environment.LEDGER_DATA || './data',
    host: environment.LEDGER_HOST || '127.0.0.1',
    port: port.right,
    waitMs: waitMs.right,
    origin: environment.LEDGER_ORIGIN || 'domicile.local/ledger',
    vault: vault.right,
  });
};
