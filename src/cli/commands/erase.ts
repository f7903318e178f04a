/**
 * `domicile erase`: erases a person from the ledger (R21; GDPR, Article 17), after listing what remains to be done.
 */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { PersonFile } from '../../contract/rows/person.ts';
import { withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { type CommandResult, type Failure, invalidUse, replyFrom } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

interface EraseOptions extends LedgerOptions {
  readonly yes?: boolean;
}

/** Rows of each list to read: the maximum of one answer. */
const rowsMax = 1_000;

const show = (file: PersonFile, terminal: Terminal): void => {
  const told = file.recipients.filter(({ disclosed }) => disclosed);
  terminal.out('To notify of the erasure (GDPR, Article 19): parties that stored the data or accessed it');
  for (const { party, name, country, datasets, how } of told)
    terminal.out(
      `  ${party}${name === null ? '' : `, ${name}`}${country === null ? '' : ` (${country})`}: ${how.join(', ')}; ${datasets.join(', ')}`,
    );
  if (told.length === 0) terminal.out('  nobody, as far as the ledger knows');
  const live = file.residency.filter(({ backup }) => backup === null);
  terminal.out('');
  terminal.out('Live data, which stays until somebody deletes it and records it (SubjectErased)');
  for (const { dataset, site, operator } of live)
    terminal.out(`  ${dataset} at ${site}, operated by ${operator ?? 'an unknown party'}`);
  if (live.length === 0) terminal.out('  none, as far as the ledger knows');
  terminal.out('');
  terminal.out('Backups that hold the data, open until confirmed destroyed (BackupDestroyed)');
  for (const { backup, dataset, site, expires, state } of file.backups)
    terminal.out(
      `  ${backup}: ${dataset} at ${site ?? 'an unknown site'}, ${expires === null ? 'without an expiry date' : `expires ${moment(expires)}`}${state === 'overdue' ? ', overdue' : ''}`,
    );
  if (file.backups.length === 0) terminal.out('  none, as far as the ledger knows');
  if (file.cut.length > 0)
    terminal.out(`This list is incomplete: ${file.cut.join(', ')} have more than ${rowsMax} rows.`);
};

/** Asks the user for confirmation. */
const isConfirmed = async (subject: string): Promise<boolean> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(
      `Erase ${subject} from this ledger? This destroys the link between the person and the history, and cannot be undone. Type yes: `,
    );
    return answer.trim() === 'yes';
  } finally {
    lines.close();
  }
};

/** Whether the erasure is confirmed, by --yes or by the user. */
const isWanted = (subject: string, { yes }: EraseOptions): TE.TaskEither<Failure, boolean> => {
  if (yes === true) return TE.right(true);
  return process.stdin.isTTY === true
    ? TE.fromTask(() => isConfirmed(subject))
    : TE.left(
        invalidUse(
          'the erasure cannot be confirmed without a terminal; nothing was erased',
          'Run the command in a terminal, or with --yes.',
        ),
      );
};

const erase = (subject: string, options: EraseOptions, terminal: Terminal): Promise<CommandResult> =>
  withLedger(options, terminal, false, ({ subjects }) => {
    const erased = ({ backups }: PersonFile): TE.TaskEither<Failure, number> =>
      pipe(
        replyFrom(options.url, () => subjects.erase(subject)),
        TE.map(() => {
          terminal.out(
            `Erased from this ledger. ${backups.length === 0 ? 'No backup is known to hold the data.' : `${counted(backups.length, 'backup still holds', 'backups still hold')} the data.`}`,
          );
          return success;
        }),
      );
    const untouched: TE.TaskEither<Failure, number> = async () => {
      terminal.note('Nothing was erased.');
      return E.right(checkFailed);
    };
    return pipe(
      replyFrom(options.url, () => subjects.get(subject, { limit: rowsMax })),
      TE.flatMap(({ data }) => {
        show(data, terminal);
        terminal.out('');
        return pipe(
          isWanted(subject, options),
          TE.flatMap((wanted) => (wanted ? erased(data) : untouched)),
        );
      }),
    )();
  });

/** Adds the command. */
export const addErase = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    program
      .command('erase <subject>')
      .summary('erase a person from the ledger')
      .description(
        'Erases a person from the ledger by destroying the link between the person and the history. First shows whom to notify (GDPR, Article 19), where the data still is, and which backups hold it, and asks for confirmation.',
      ),
  )
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile erase ana
  $ domicile erase ana --yes --url http://127.0.0.1:8484`,
    )
    .action((subject: string, options: EraseOptions) =>
      runCommand(terminal, () => erase(subject, options, terminal)),
    );
};
