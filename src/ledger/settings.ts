/**
 * The settings of a ledger, read from the environment.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { HttpVaultOptions } from '../people/vault/http-vault.ts';

/** What to do with the identifier of a subject that an event carries in another string (R21). */
export type CarriedIdentifiers = 'refuse' | 'swap';

export interface Settings {
  /** `sqlite:DIR`, or a connection string `esdb://…` or `esdb+discover://…`. */
  readonly store: string;
  /** Where the ledger's own files are. */
  readonly dataDirectory: string;
  readonly host: string;
  readonly port: number;
  /** How long a question waits for the projections, in milliseconds. */
  readonly waitMs: number;
  /** The origin line of the log's checkpoints, which is also the name of its keys. */
  readonly origin: string;
  /** Where the keys are that sign checkpoints, if not beside the log. */
  readonly signingKeyFile?: string | undefined;
  /** The file with the tlog-policy of the witnesses of this log, if it has any. */
  readonly witnessesFile?: string | undefined;
  /** The names by which the server is asked, besides those of this machine. */
  readonly allowedHosts: ReadonlyArray<string>;
  /** Where the vault is, if another process keeps it. */
  readonly vault?: HttpVaultOptions | undefined;
  /** What becomes of events that carry identifiers in other strings (R21); they are refused unless it is given. */
  readonly carriedIdentifiers?: CarriedIdentifiers | undefined;
  /** The mapping file for what is imported over HTTP without a mapping of its own. */
  readonly importMapFile?: string | undefined;
}

/** A setting that is invalid, and why. */
export interface SettingFault {
  readonly variable: string;
  readonly message: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const storeFrom = (environment: Environment): E.Either<SettingFault, string> => {
  const store = environment.LEDGER_STORE || 'sqlite:./data';
  return /^sqlite:.+$/.test(store) || /^esdb(\+discover)?:\/\/.+$/.test(store)
    ? E.right(store)
    : E.left({
        variable: 'LEDGER_STORE',
        message: 'expected sqlite:DIR, esdb://… or esdb+discover://…',
      });
};

const wholeNumber = (
  environment: Environment,
  variable: string,
  otherwise: number,
  max: number,
): E.Either<SettingFault, number> => {
  const text = environment[variable];
  if (text === undefined || text === '') return E.right(otherwise);
  const value = Number(text);
  return /^\d+$/.test(text) && value <= max
    ? E.right(value)
    : E.left({ variable, message: `expected a whole number from 0 to ${max}` });
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

/** A key name of C2SP signed-note, short enough for a cosignature. */
const originPattern = /^[^\s+]{1,255}$/u;

const originFrom = (environment: Environment): E.Either<SettingFault, string> => {
  const origin = environment.LEDGER_ORIGIN || 'domicile.local/ledger';
  return originPattern.test(origin) && Buffer.byteLength(origin) <= 255
    ? E.right(origin)
    : E.left({
        variable: 'LEDGER_ORIGIN',
        message: 'expected up to 255 bytes without spaces or +, such as ledger.example.com/eu',
      });
};

/** Names of hosts, separated by commas, without scheme and port. */
const allowedHostsFrom = (environment: Environment): E.Either<SettingFault, ReadonlyArray<string>> => {
  const hosts = (environment.LEDGER_ALLOWED_HOSTS ?? '')
    .split(',')
    .map((host) => host.trim().toLowerCase())
    .filter((host) => host !== '');
  return hosts.every((host) => /^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/.test(host))
    ? E.right(hosts)
    : E.left({
        variable: 'LEDGER_ALLOWED_HOSTS',
        message: 'expected names of hosts without scheme and port, separated by commas: ledger.example.org',
      });
};

const carriedIdentifiersFrom = (environment: Environment): E.Either<SettingFault, CarriedIdentifiers> => {
  const variable = 'LEDGER_CARRIED_IDENTIFIERS';
  const setting = environment[variable] || 'refuse';
  return setting === 'refuse' || setting === 'swap'
    ? E.right(setting)
    : E.left({ variable, message: 'expected refuse or swap' });
};

/** Reads the settings, each with its default; the first that is invalid is told. */
export const settingsFrom = (environment: Environment): E.Either<SettingFault, Settings> =>
  pipe(
    E.Do,
    E.bind('store', () => storeFrom(environment)),
    E.bind('port', () => wholeNumber(environment, 'LEDGER_PORT', 8_484, 65_535)),
    E.bind('waitMs', () => wholeNumber(environment, 'LEDGER_WAIT_MS', 5_000, 600_000)),
    E.bind('vault', () => vaultFrom(environment)),
    E.bind('carriedIdentifiers', () => carriedIdentifiersFrom(environment)),
    E.bind('origin', () => originFrom(environment)),
    E.bind('allowedHosts', () => allowedHostsFrom(environment)),
    E.map(({ store, port, waitMs, vault, carriedIdentifiers, origin, allowedHosts }) => ({
      store,
      dataDirectory: store.startsWith('sqlite:')
        ? store.slice('sqlite:'.length)
        : environment.LEDGER_DATA || './data',
      host: environment.LEDGER_HOST || '127.0.0.1',
      port,
      waitMs,
      origin,
      signingKeyFile: environment.LEDGER_SIGNING_KEY_FILE || undefined,
      witnessesFile: environment.LEDGER_WITNESSES || undefined,
      vault,
      carriedIdentifiers,
      importMapFile: environment.LEDGER_IMPORT_MAP || undefined,
      allowedHosts,
    })),
  );
