/** `domicile serve`: serves a ledger over HTTP until stopped. */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import {
  type SettingDefinition,
  type SettingName,
  settingList,
  settingNames,
} from '../../ledger/configuration/setting-list.ts';
import type { Settings } from '../../ledger/settings.ts';
import type { Running } from '../../main/serve.ts';
import { onStopSignal } from '../../main/stop-signals.ts';
import { configOption } from '../invocation/command-options.ts';
import { configured } from '../invocation/connection.ts';
import { invalidUsage, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, failureOfThrown } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';

type ServeOptions = Partial<Readonly<Record<SettingName | 'config', string>>>;

/** Why a server cannot listen, and what to do. */
export const failureOfListening = (error: unknown, host: string, port: number): Failure => {
  // Errors of opening the ledger have their own codes.
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
export const started = (settings: Settings): TE.TaskEither<Failure, Running> =>
  TE.tryCatch(
    async () => {
      const { serve } = await import('../../main/serve.ts');
      return await serve(settings);
    },
    (error) => failureOfListening(error, settings.host, settings.port),
  );

/** Resolves when the process is told to stop. */
export const stopAsked = (): Promise<void> => new Promise(onStopSignal);

/** Says who may use the running server, and waits until it is stopped. */
const servedUntilStopped = async (
  server: Running,
  { store, dataDirectory }: Settings,
  terminal: Terminal,
): Promise<number> => {
  const stop = stopAsked();
  const place = store.startsWith('sqlite:') ? resolve(dataDirectory) : 'its store';
  terminal.out(`Domicile serves the ledger in ${place} on ${server.url}`);
  const { whoMayUse } = await import('../../main/serve.ts');
  terminal.out(whoMayUse(server));
  terminal.out(`Record events: domicile emit FILE --url ${server.url}    Stop: Ctrl-C`);
  await stop;
  await server.stop();
  return success;
};

const run = ({ config, ...options }: ServeOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.fromEither(configured(options, config)),
    TE.bind('server', ({ settings }) => started(settings)),
    TE.flatMapTask(
      ({ server, settings }) =>
        () =>
          servedUntilStopped(server, settings, terminal),
    ),
  )();

/** Adds the command. */
export const addServe = (program: Command, terminal: Terminal): void => {
  const command = program
    .command('serve')
    .summary('serve a ledger over HTTP')
    .description(
      'Serves a ledger over HTTP until it is stopped. Creates the ledger if there is none. You can give each setting as an option, an environment variable or a line of the configuration file; the first of these counts.',
    )
    .addOption(configOption());
  for (const name of settingNames) {
    const {
      key,
      value,
      about,
      otherwise,
      variable,
      isSecret = false,
    } = settingList[name] as SettingDefinition<unknown>;
    if (!isSecret)
      command.addOption(
        new Option(`--${key} <${value}>`, `${about} (default: ${variable}, or ${otherwise})`),
      );
  }
  command
    .addHelpText(
      'after',
      `
Examples:
  $ domicile serve
  $ domicile serve --data /var/lib/domicile --port 9000
  $ domicile serve --config /etc/domicile/domicile.yaml

domicile doctor shows the settings, and where each was given.`,
    )
    .action((options: ServeOptions) => runCommand(terminal, () => run(options, terminal)));
};
