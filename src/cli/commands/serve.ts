/**
 * `domicile serve`: serves a ledger over HTTP until it is stopped.
 */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { Settings } from '../../ledger/settings.ts';
import type { Running } from '../../main/serve.ts';
import { settingsOf } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOfThrown } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface ServeOptions {
  readonly data?: string;
  readonly port?: number;
}

const portMax = 65_535;

/** Parses a port from the command line. */
export const portOf = (text: string): number => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > portMax) {
    throw new InvalidArgumentError(`Expected a whole number from 0 to ${portMax}; 0 takes any free port.`);
  }
  return port;
};

/** Why a server cannot listen, and what to do. */
export const failureOfListening = (error: unknown, host: string, port: number): Failure => {
  // Opening the ledger fails with codes of its own.
  if (!(error instanceof Error && 'code' in error && 'syscall' in error && error.syscall === 'listen'))
    return failureOfThrown(error);
  if (error.code === 'EADDRINUSE') {
    return {
      exitCode: invalidUsage,
      message: `${host}:${port} is already in use`,
      hint: `Stop the process that uses it, or choose another port: --port ${port + 1}`,
    };
  }
  if (error.code === 'EACCES') {
    return {
      exitCode: invalidUsage,
      message: `no permission to listen on ${host}:${port}`,
      hint: 'Choose a port above 1023: --port 8484',
    };
  }
  return failureOfThrown(error);
};

/** Starts the server, or says why it cannot. */
export const started = async (settings: Settings): Promise<E.Either<Failure, Running>> => {
  try {
    const { serve } = await import('../../main/serve.ts');
    return E.right(await serve(settings));
  } catch (error) {
    return E.left(failureOfListening(error, settings.host, settings.port));
  }
};

/** Resolves when the process receives SIGINT or SIGTERM. */
export const stopAsked = (): Promise<void> =>
  new Promise((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });

const run = async (options: ServeOptions, terminal: Terminal): Promise<CommandResult> => {
  const settings = settingsOf(options);
  if (E.isLeft(settings)) return settings;
  const port = options.port ?? settings.right.port;
  const server = await started({ ...settings.right, port });
  if (E.isLeft(server)) return server;
  const stop = stopAsked();
  const { store, dataDirectory } = settings.right;
  const place = store.startsWith('sqlite:') ? resolve(dataDirectory) : 'its store';
  terminal.out(`Domicile serves the ledger in ${place} on ${server.right.url}`);
  const { whoMayUse } = await import('../../main/serve.ts');
  terminal.out(whoMayUse(server.right));
  terminal.out(`Record events: domicile emit FILE --url ${server.right.url}    Stop: Ctrl-C`);
  await stop;
  await server.right.stop();
  return E.right(success);
};

/** Adds the command. */
export const addServe = (program: Command, terminal: Terminal): void => {
  program
    .command('serve')
    .summary('serve a ledger over HTTP')
    .description('Serves a ledger over HTTP until it is stopped. Creates the ledger if there is none.')
    .option('--data <dir>', 'the directory of the ledger (default: LEDGER_STORE, or ./data)')
    .option('--port <port>', 'the port (default: LEDGER_PORT, or 8484)', portOf)
    .addHelpText(
      'after',
      `
Examples:
  $ domicile serve
  $ domicile serve --data /var/lib/domicile --port 9000

The other settings come from the environment; domicile doctor shows them.`,
    )
    .action((options: ServeOptions) => runCommand(terminal, () => run(options, terminal)));
};
