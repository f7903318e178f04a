/**
 * The ledger that a command works with: a running server, or the files of one, opened in this process and asked
 * through the same API, so that the answers are the same. Where a server has the files open, that one is asked.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Client, createClient } from '../../client/client.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type Settings, settingsFrom } from '../../ledger/settings.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wholeNumber } from '../terminal/wording.ts';
import { unreachable, wrongUse } from './exit-codes.ts';
import { type Failure, failureOfThrown } from './failure.ts';

/** Which ledger. */
export interface LedgerOptions {
  /** The address of a running server. */
  readonly url?: string;
  /** A key of that server. */
  readonly token?: string;
  /** Where the files of a ledger are. */
  readonly data?: string;
}

/** The settings of the environment, with the directory that the command line names. */
export const settingsOf = ({ data }: Pick<LedgerOptions, 'data'>): E.Either<Failure, Settings> => {
  const settings = settingsFrom(process.env);
  if (E.isLeft(settings)) {
    const { variable, message } = settings.left;
    return E.left({ exitCode: wrongUse, message: `the setting ${variable}: ${message}` });
  }
  if (data === undefined) return settings;
  return E.right({ ...settings.right, store: `sqlite:${data}`, dataDirectory: data });
};

const missing = (directory: string): Failure => ({
  exitCode: unreachable,
  message: `there is no ledger in ${directory}`,
  hint: 'Record events with `domicile emit FILE`, see one at work with `domicile demo`, or name another place: --data DIR or --url URL.',
});

/** An address is for nothing but this process: the app that it leads to is called, not connected to. */
const inProcessUrl = 'http://ledger.in-process';

/** Waits until the projections have applied all that is in the log; a rebuild of a large one takes a while. */
const catchUp = async (ledger: Ledger, terminal: Terminal): Promise<E.Either<Failure, void>> => {
  const head = await ledger.parts.store.head();
  const bar = new ProgressBar(terminal, () => performance.now());
  while (!(await ledger.reached(head))) {
    const { position, failure } = ledger.state();
    if (failure !== undefined) return E.left({ exitCode: unreachable, message: failure });
    bar.update(position, head, `${wholeNumber(position)} of ${wholeNumber(head)} events read`);
  }
  bar.end();
  return E.right(undefined);
};

/** The address of the server because of which the files could not be opened, if that is the reason. */
const serverThatHolds = async (settings: Settings, error: unknown): Promise<string | undefined> => {
  if (!(error instanceof StoreProblem) || error._tag !== 'StoreLocked') return undefined;
  const { addressOf } = await import('../../main/server-address.ts');
  return addressOf(settings.dataDirectory, error.message);
};

const openInProcess = async (
  settings: Settings,
  token: string | undefined,
  terminal: Terminal,
  use: (client: Client) => Promise<E.Either<Failure, number>>,
): Promise<E.Either<Failure, number>> => {
  let ledger: Ledger;
  // What serves is loaded only where it is needed: asking a server takes a fraction of it.
  const { openLedger } = await import('../../ledger/open-ledger.ts');
  try {
    ledger = await openLedger(settings);
  } catch (error) {
    const url = await serverThatHolds(settings, error);
    if (url === undefined) return E.left(failureOfThrown(error));
    terminal.note(`A server has this ledger open, and is asked: ${url}`);
    return use(createClient({ url, token }));
  }
  try {
    await ledger.ready();
    const caughtUp = await catchUp(ledger, terminal);
    if (E.isLeft(caughtUp)) return caughtUp;
    const [{ createApp }, { pino }] = await Promise.all([import('../../api/app.ts'), import('pino')]);
    const app = createApp(ledger, pino({ level: 'error' }, pino.destination(2)), { trusted: true });
    return await use(createClient({ url: inProcessUrl, fetch: (request) => app.fetch(request) }));
  } finally {
    await ledger.close();
  }
};

/**
 * Does something with the ledger that the options name, and lets go of it.
 *
 * @param toWrite whether the ledger is made where there is none.
 */
export const withLedger = async (
  options: LedgerOptions,
  terminal: Terminal,
  toWrite: boolean,
  use: (client: Client) => Promise<E.Either<Failure, number>>,
): Promise<E.Either<Failure, number>> => {
  if (options.url !== undefined) {
    if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol)) {
      return E.left({
        exitCode: wrongUse,
        message: '--url: expected an address such as http://127.0.0.1:8484',
      });
    }
    return use(createClient({ url: options.url, token: options.token }));
  }
  const settings = settingsOf(options);
  if (E.isLeft(settings)) return settings;
  const { store, dataDirectory } = settings.right;
  const { filesIn } = await import('../../ledger/files.ts');
  if (store.startsWith('sqlite:') && !existsSync(filesIn(dataDirectory).log)) {
    if (!toWrite) return E.left(missing(resolve(dataDirectory)));
    terminal.note(`There is no ledger in ${resolve(dataDirectory)} yet; it is made now.`);
  }
  return openInProcess(settings.right, options.token, terminal, use);
};
