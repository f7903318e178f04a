/**
 * `domicile serve`: serves a ledger over HTTP until it is told to stop.
 */
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { Settings } from '../../ledger/settings.ts';
import type { Running } from '../../main/serve.ts';
import { running } from '../invocation/command-options.ts';
import { settingsOf } from '../invocation/connection.ts';
import { fine, wrongUse } from '../invocation/exit-codes.ts';
import { type Failure, failureOfThrown } from '../invocation/failure.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface ServeOptions {
  readonly data?: string;
  readonly port?: number;
}

const portMax = 65_535;

/** A port, as the command line gives it. */
export const portOf = (text: string): number => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > portMax) {
    throw new InvalidArgumentError(`Expected a whole number from 0 to ${portMax}; 0 takes any free one.`);
  }
  return port;
};

/** Starts the server, or says why it cannot. */
export const started = async (settings: Settings): Promise<E.Either<Failure, Running>> => {
  try {
    const { serve } = await import('../../main/serve.ts');
    return E.right(await serve(settings));
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) return E.left(failureOfThrown(error));
    if (error.code === 'EADDRINUSE') {
      return E.left({
        exitCode: wrongUse,
        message: `something else listens on ${settings.host}:${settings.port} already`,
        hint: 'Stop it, or take another port: --port 8485',
      });
    }
    if (error.code === 'EACCES') {
      return E.left({
        exitCode: wrongUse,
        message: `this user may not listen on ${settings.host}:${settings.port}`,
        hint: 'Take a port above 1023: --port 8484',
      });
    }
    return E.left(failureOfThrown(error));
  }
};

/** Resolves when the process is asked to stop. */
export const stopAsked = (): Promise<void> =>
  new Promise((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });

const run = async (options: ServeOptions, terminal: Terminal): Promise<E.Either<Failure, number>> => {
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
  return E.right(fine);
};

/** Adds the command. */
export const addServe = (program: Command, terminal: Terminal): void => {
  program
    .command('serve')
    .summary('serve a ledger over HTTP')
    .description('Serves a ledger over HTTP until it is stopped. Where there is no ledger yet, it makes one.')
    .option('--data <dir>', 'the directory of the ledger (default: ./data, or LEDGER_STORE)')
    .option('--port <port>', 'the port (default: 8484, or LEDGER_PORT)', portOf)
    .addHelpText(
      'after',
      `
Examples:
  $ domicile serve
  $ domicile serve --data /var/lib/domicile --port 9000

The other settings come from the environment; domicile doctor shows them.`,
    )
    .action((options: ServeOptions) => running(terminal, () => run(options, terminal)));
};
