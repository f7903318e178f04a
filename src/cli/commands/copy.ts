/**
 * `domicile copy`: copies a ledger to another store and verifies the copy. An interrupted copy can be resumed.
 */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { readSettings } from '../../ledger/configuration/read-settings.ts';
import type { Settings } from '../../ledger/settings.ts';
import type { CopyProblem } from '../../store/copy.ts';
import { checkFailed, invalidUsage, success, unavailable } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, invalidUse } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import { withProgress } from '../invocation/with-progress.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly data?: string;
  readonly all?: boolean;
}

const settingsOf = (option: string, store: string, data: string | undefined): E.Either<Failure, Settings> =>
  pipe(
    readSettings({ options: { store, data }, environment: process.env, directory: process.cwd() }),
    E.bimap(
      (faults) => ({
        exitCode: invalidUsage,
        message: faults
          .map(({ place, message }) => `${place === '--store' ? option : place}: ${message}`)
          .join('\n'),
      }),
      ({ settings }) => settings,
    ),
  );

const failureOf = (problem: CopyProblem): Failure => {
  switch (problem.kind) {
    case 'differs':
      return {
        exitCode: checkFailed,
        message: `the target differs from the source at position ${problem.targetPosition} of the target; the target was not changed`,
        hint: 'Copy into an empty ledger, or into an unfinished copy of the same ledger.',
      };
    case 'refused':
      return {
        exitCode: unavailable,
        message: `the target refused the event at position ${problem.sourcePosition} (${problem.error.kind})`,
        hint: 'The events copied so far stay. Run the same command again to resume.',
      };
    case 'aborted':
      return {
        exitCode: checkFailed,
        message: 'copying was interrupted; run the same command again to resume',
      };
  }
};

/** The location of a ledger's files. */
const placeOf = ({ store, dataDirectory }: Settings): string =>
  `${store.split(':')[0]} ${resolve(dataDirectory)}`;

/** The source and target ledgers, which must differ. */
const endsOf = (
  options: CopyOptions,
): E.Either<Failure, { readonly from: Settings; readonly to: Settings }> =>
  pipe(
    E.Do,
    E.bind('from', () => settingsOf('--from', options.from, options.data)),
    E.bind('to', () => settingsOf('--to', options.to, options.data)),
    E.filterOrElse(
      ({ from, to }) => placeOf(from) !== placeOf(to) || options.from !== options.to,
      () => invalidUse('--to: expected a ledger other than --from'),
    ),
  );

const copy = (options: CopyOptions, terminal: Terminal): Promise<CommandResult> =>
  pipe(
    TE.fromEither(endsOf(options)),
    TE.bind('copied', ({ from, to }) =>
      withProgress(terminal, async (bar) => {
        const { copyLedger } = await import('../../ledger/copy-ledger.ts');
        const copied = await copyLedger(from, to, options.all === true, ({ phase, events, position, head }) =>
          bar.update(
            position,
            head,
            `${phase === 'copying' ? 'copied' : 'compared'} ${counted(events, 'event', 'events')}`,
          ),
        );
        return E.mapLeft(failureOf)(copied);
      }),
    ),
    TE.map(({ from, copied: { events, compared, digest, copied: beside, leftOut } }) => {
      terminal.out(
        `Both ledgers hold the same ${counted(events, 'event', 'events')}${compared === 0 ? '' : `, ${wholeNumber(compared)} of them already there`}.`,
      );
      if (from.vault !== undefined)
        terminal.note('The vault was not copied. The process at LEDGER_VAULT keeps it.');
      if (beside.length > 0) terminal.out(`Also copied: ${beside.join(', ')}.`);
      if (leftOut.length > 0) {
        const how = options.all === true ? 'the copy already has its own' : '--all copies them too';
        terminal.out(`Not copied: ${leftOut.join(', ')}; ${how}.`);
      }
      terminal.out(`SHA-256 over every event in order: ${digest}`);
      return success;
    }),
  )();

/** Adds the command. */
export const addCopy = (program: Command, terminal: Terminal): void => {
  program
    .command('copy')
    .summary('copy a ledger from one store to another')
    .description(
      'Copies a ledger from one store to another and compares the two. Copies the vault too, and with --all everything else. Reports what it left out. If it is interrupted, run the same command again to resume. Record nothing in either ledger while it runs.',
    )
    .addOption(
      new Option('--from <store>', 'sqlite:DIR, esdb://… or esdb+discover://…').makeOptionMandatory(),
    )
    .addOption(new Option('--to <store>', 'sqlite:DIR, esdb://… or esdb+discover://…').makeOptionMandatory())
    .option(
      '--data <dir>',
      'the directory for the local files of a KurrentDB ledger (default: LEDGER_DATA, or ./data)',
    )
    .option('--all', 'also copy the keys, the reads, and the signed tree with the keys that sign it')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile copy --from sqlite:./data --to 'esdb://127.0.0.1:2113?tls=false' --data ./data-kurrentdb
  $ domicile copy --from 'esdb://127.0.0.1:2113?tls=false' --to sqlite:./copy --data ./data-kurrentdb`,
    )
    .action((options: CopyOptions) => runCommand(terminal, () => copy(options, terminal)));
};
