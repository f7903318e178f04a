/**
 * `domicile copy`: moves a ledger from one store to another, verified; broken off, it goes on where it ended.
 */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { type Settings, settingsFrom } from '../../ledger/settings.ts';
import type { CopyProblem } from '../../store/copy.ts';
import { running } from '../invocation/command-options.ts';
import { checkFailed, fine, unreachable, wrongUse } from '../invocation/exit-codes.ts';
import { type Failure, failureOfThrown } from '../invocation/failure.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, wholeNumber } from '../terminal/wording.ts';

interface CopyOptions {
  readonly from: string;
  readonly to: string;
  readonly data?: string;
}

const settingsOf = (option: string, store: string, data: string | undefined): E.Either<Failure, Settings> => {
  const settings = settingsFrom({
    ...process.env,
    LEDGER_STORE: store,
    ...(data === undefined ? {} : { LEDGER_DATA: data }),
  });
  return E.isLeft(settings)
    ? E.left({ exitCode: wrongUse, message: `${option}: ${settings.left.message}` })
    : settings;
};

const failureOf = (problem: CopyProblem): Failure => {
  switch (problem.kind) {
    case 'differs':
      return {
        exitCode: checkFailed,
        message: `the target holds something else than the source at its position ${problem.targetPosition}; nothing there was changed`,
        hint: 'Copy into an empty ledger, or into an unfinished copy of the same one.',
      };
    case 'refused':
      return {
        exitCode: unreachable,
        message: `the target did not take the event at position ${problem.sourcePosition} (${problem.error.kind})`,
        hint: 'What was copied stays; the same command goes on from there.',
      };
    case 'aborted':
      return {
        exitCode: checkFailed,
        message: 'copying was broken off; the same command goes on from there',
      };
  }
};

const copy = async (options: CopyOptions, terminal: Terminal): Promise<E.Either<Failure, number>> => {
  const from = settingsOf('--from', options.from, options.data);
  if (E.isLeft(from)) return from;
  const to = settingsOf('--to', options.to, options.data);
  if (E.isLeft(to)) return to;
  const place = ({ store, dataDirectory }: Settings): string =>
    `${store.split(':')[0]} ${resolve(dataDirectory)}`;
  if (place(from.right) === place(to.right) && options.from === options.to) {
    return E.left({ exitCode: wrongUse, message: '--to: is the same ledger as --from; expected another' });
  }
  const { copyLedger } = await import('../../ledger/copy-ledger.ts');
  const bar = new ProgressBar(terminal, () => performance.now());
  try {
    const copied = await copyLedger(from.right, to.right, ({ phase, events, position, head }) =>
      bar.update(
        position,
        head,
        `${phase === 'copying' ? 'copied' : 'compared'} ${counted(events, 'event', 'events')}`,
      ),
    );
    bar.end();
    if (E.isLeft(copied)) return E.left(failureOf(copied.left));
    const { events, compared, digest } = copied.right;
    terminal.out(
      `Both ledgers hold the same ${counted(events, 'event', 'events')}${compared === 0 ? '' : `, ${wholeNumber(compared)} of them from before`}.`,
    );
    if (from.right.vault !== undefined)
      terminal.note('The vault was not copied: the process at LEDGER_VAULT keeps it.');
    terminal.out(`SHA-256 over every event in order: ${digest}`);
    return E.right(fine);
  } catch (error) {
    bar.end();
    return E.left(failureOfThrown(error));
  }
};

/** Adds the command. */
export const addCopy = (program: Command, terminal: Terminal): void => {
  program
    .command('copy')
    .summary('copy a ledger from one store to another')
    .description(
      'Copies a ledger from one store to another and compares the two. Broken off, the same command goes on where it ended. Nothing may be recorded in either meanwhile.',
    )
    .addOption(
      new Option('--from <store>', 'sqlite:DIR, esdb://… or esdb+discover://…').makeOptionMandatory(),
    )
    .addOption(new Option('--to <store>', 'sqlite:DIR, esdb://… or esdb+discover://…').makeOptionMandatory())
    .option('--data <dir>', 'where a KurrentDB ledger keeps its own files (default: ./data, or LEDGER_DATA)')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile copy --from sqlite:./data --to 'esdb://127.0.0.1:2113?tls=false' --data ./data-kurrentdb
  $ domicile copy --from 'esdb://127.0.0.1:2113?tls=false' --to sqlite:./copy --data ./data-kurrentdb`,
    )
    .action((options: CopyOptions) => running(terminal, () => copy(options, terminal)));
};
