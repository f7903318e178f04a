/**
 * The store for the logs of the tests' servers. The HTTP suite runs on both stores with the same files:
 * `vitest.config.ts` selects one through `TEST_STORE`.
 *
 * `sqlite` (the default) is the log in the server's own directory. `kurrentdb` is a KurrentDB in the tests' process
 * or, if `KURRENTDB_URL` has a connection string, that server; each directory has a separate ledger there.
 */
import { randomUUID } from 'node:crypto';
import type { KurrentDbNode } from './kurrentdb-double/kurrentdb-node.ts';

const kinds = ['sqlite', 'kurrentdb'] as const;
type Kind = (typeof kinds)[number];

const kindOf = (text: string): Kind => {
  const kind = kinds.find((each) => each === text);
  if (kind === undefined) throw new Error(`TEST_STORE: expected ${kinds.join(' or ')}, not ${text}`);
  return kind;
};

/** The store of this test file's servers. */
export const testStore = kindOf(process.env.TEST_STORE ?? 'sqlite');

/** A connection string to a ledger of this name. */
export const withLedger = (connectionString: string, ledger: string): string =>
  `${connectionString}${connectionString.includes('?') ? '&' : '?'}ledger=${ledger}`;

/** A new name of a ledger. */
export const newLedgerName = (): string => `test_${randomUUID().replaceAll('-', '')}`;

/** One for all files in this process; it ends with the process. */
let double: Promise<KurrentDbNode> | undefined;

const kurrentDb = async (): Promise<string> => {
  const given = process.env.KURRENTDB_URL;
  if (given !== undefined) return given;
  // Loaded only if needed: it loads the protocol.
  double ??= import('./kurrentdb-double/kurrentdb-double.ts').then(({ startNode }) => startNode());
  return `esdb://${(await double).address}?tls=false`;
};

const ledgers = new Map<string, string>();

/** The store setting of a ledger with its files in this directory; always the same for the same directory. */
export const storeIn = async (directory: string): Promise<string> => {
  if (testStore === 'sqlite') return `sqlite:${directory}`;
  const ledger = ledgers.get(directory) ?? newLedgerName();
  ledgers.set(directory, ledger);
  return withLedger(await kurrentDb(), ledger);
};
