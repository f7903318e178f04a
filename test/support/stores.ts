/**
 * The store on which the servers of the tests keep their logs. The HTTP suite runs on both, the same files once each:
 * `vitest.config.ts` says which, by `TEST_STORE`.
 *
 * `sqlite` (the default) is the log in the server's own directory. `kurrentdb` is a KurrentDB in the process of the
 * tests or, where `KURRENTDB_URL` holds a connection string, that server; each directory has a ledger of its own there.
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

/** The store that the servers of this test file are on. */
export const testStore = kindOf(process.env.TEST_STORE ?? 'sqlite');

/** A connection string to a ledger of this name. */
export const withLedger = (connectionString: string, ledger: string): string =>
  `${connectionString}${connectionString.includes('?') ? '&' : '?'}ledger=${ledger}`;

/** A name of a ledger that nobody else knows. */
export const newLedgerName = (): string => `test_${randomUUID().replaceAll('-', '')}`;

/** One for all files that run in this process; it ends with it. */
let double: Promise<KurrentDbNode> | undefined;

const kurrentDb = async (): Promise<string> => {
  const given = process.env.KURRENTDB_URL;
  if (given !== undefined) return given;
  // Who is on the other store need not load the protocol.
  double ??= import('./kurrentdb-double/kurrentdb-double.ts').then(({ startNode }) => startNode());
  return `esdb://${(await double).address}?tls=false`;
};

const ledgers = new Map<string, string>();

/** The setting of the store of a ledger whose files are in this directory: always the same for the same directory. */
export const storeIn = async (directory: string): Promise<string> => {
  if (testStore === 'sqlite') return `sqlite:${directory}`;
  const ledger = ledgers.get(directory) ?? newLedgerName();
  ledgers.set(directory, ledger);
  return withLedger(await kurrentDb(), ledger);
};
