/**
 * The settings, from the environment: `domicile doctor` prints them.
 */
import * as E from 'fp-ts/lib/Either.js';

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
  return E.right({
    store,
    dataDirectory: store.startsWith('sqlite:')
      ? store.slice('sqlite:'.length)
      : environment.LEDGER_DATA || './data',
    host: environment.LEDGER_HOST || '127.0.0.1',
    port: port.right,
    waitMs: waitMs.right,
    origin: environment.LEDGER_ORIGIN || 'domicile.local/ledger',
  });
};
