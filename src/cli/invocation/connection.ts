/**
 * Connects a command to its ledger: a running server, or files that this process opens and asks through the same
 * API, so that the answers are equal. If a server already has the files open, the command asks that server.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client, ClientOptions } from '../../client/client.ts';
import { type Configured, faultLine, readSettings } from '../../ledger/configuration/read-settings.ts';
import type { SettingName } from '../../ledger/configuration/setting-list.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Settings } from '../../ledger/settings.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wholeNumber } from '../terminal/wording.ts';
import { invalidUsage, unavailable } from './exit-codes.ts';
import { type CommandResult, type Failure, failureOfThrown } from './failure.ts';
import { withProgress } from './with-progress.ts';

/** The options that select the ledger. */
export interface LedgerOptions {
  /** The address of a running server. */
  readonly url?: string;
  /** The token of a key for that server. */
  readonly token?: string;
  /** The directory of the ledger's files. */
  readonly data?: string;
  /** The configuration file. */
  readonly config?: string;
  /** Whether to request pseudonyms even if identifiers are allowed. */
  readonly pseudonyms?: boolean;
}

/** The settings with their sources, or all their faults. */
export const configured = (
  options: Partial<Readonly<Record<SettingName, string | undefined>>>,
  configOption: string | undefined,
): E.Either<Failure, Configured> =>
  pipe(
    readSettings({ options, configOption, environment: process.env, directory: process.cwd() }),
    E.mapLeft(([first, ...others]) => ({
      exitCode: invalidUsage,
      message: `invalid setting ${first === undefined ? '' : faultLine(first)}`,
      ...(others.length === 0 ? {} : { details: others.map(faultLine) }),
    })),
  );

/** The settings of a command with only the options for the directory and the configuration file. */
export const settingsOf = ({
  data,
  config,
}: Pick<LedgerOptions, 'data' | 'config'>): E.Either<Failure, Settings> =>
  pipe(
    configured({ data }, config),
    E.map(({ settings }) => settings),
  );

const missing = (directory: string): Failure => ({
  exitCode: unavailable,
  message: `there is no ledger in ${directory}`,
  hint: 'Record events with `domicile emit FILE`, try `domicile demo`, or name another ledger with --data DIR or --url URL.',
});

/** A client. Its code is loaded on first use, since some commands ask nothing. */
const clientOf = async (options: ClientOptions): Promise<Client> => {
  const { createClient } = await import('../../client/client.ts');
  return createClient(options);
};

/** A placeholder: the client calls the app in this process and opens no connection. */
const inProcessUrl = 'http://ledger.in-process';

/** Waits until the projections have applied the whole log. Rebuilding those of a large log takes a while. */
const catchUp = (ledger: Ledger, terminal: Terminal): TE.TaskEither<Failure, void> =>
  withProgress(terminal, async (bar) => {
    const head = await ledger.parts.store.head();
    while (!(await ledger.reached(head))) {
      const { position, failure } = ledger.state();
      if (failure !== undefined) return E.left({ exitCode: unavailable, message: failure });
      bar.update(position, head, `${wholeNumber(position)} of ${wholeNumber(head)} events read`);
    }
    return E.right(undefined);
  });

/** The address of the server that has the files open, if that is why they could not be opened. */
const serverThatHolds = async (settings: Settings, error: unknown): Promise<string | undefined> => {
  if (!(error instanceof StoreProblem) || error._tag !== 'StoreLocked') return undefined;
  const { addressOf } = await import('../../main/server-address.ts');
  return addressOf(settings.dataDirectory, error.message);
};

const openInProcess = async (
  settings: Settings,
  { token, pseudonyms }: LedgerOptions,
  terminal: Terminal,
  use: (client: Client) => Promise<CommandResult>,
): Promise<CommandResult> => {
  let ledger: Ledger;
  // Loaded only when needed, since asking a server needs a fraction of this code.
  const { openLedger } = await import('../../ledger/open-ledger.ts');
  try {
    ledger = await openLedger(settings);
  } catch (error) {
    const url = await serverThatHolds(settings, error);
    if (url === undefined) return E.left(failureOfThrown(error));
    terminal.note(`Using the server that has this ledger open: ${url}`);
    return use(await clientOf({ url, token, pseudonyms }));
  }
  try {
    await ledger.ready();
    return await pipe(
      catchUp(ledger, terminal),
      TE.flatMap(() => async () => {
        const [{ createApp }, { pino }] = await Promise.all([import('../../api/app.ts'), import('pino')]);
        const app = createApp(ledger, pino({ level: 'error' }, pino.destination(2)), { trusted: true });
        return use(await clientOf({ url: inProcessUrl, pseudonyms, fetch: (request) => app.fetch(request) }));
      }),
    )();
  } finally {
    await ledger.close();
  }
};

/**
 * Runs `use` with a client for the ledger selected by the options, then closes the ledger.
 *
 * @param createIfMissing whether to create the ledger if there is none.
 */
export const withLedger = async (
  options: LedgerOptions,
  terminal: Terminal,
  createIfMissing: boolean,
  use: (client: Client) => Promise<CommandResult>,
): Promise<CommandResult> => {
  if (options.url !== undefined) {
    if (!URL.canParse(options.url) || !/^https?:$/.test(new URL(options.url).protocol)) {
      return E.left({
        exitCode: invalidUsage,
        message: '--url: expected an address such as http://127.0.0.1:8484',
      });
    }
    return use(await clientOf({ url: options.url, token: options.token, pseudonyms: options.pseudonyms }));
  }
  return pipe(
    TE.fromEither(settingsOf(options)),
    TE.flatMap((settings) => async () => {
      const { store, dataDirectory } = settings;
      const { filesIn } = await import('../../ledger/files.ts');
      if (store.startsWith('sqlite:') && !existsSync(filesIn(dataDirectory).log)) {
        if (!createIfMissing) return E.left(missing(resolve(dataDirectory)));
        terminal.note(`Creating a new ledger in ${resolve(dataDirectory)}.`);
      }
      return openInProcess(settings, options, terminal, use);
    }),
  )();
};
