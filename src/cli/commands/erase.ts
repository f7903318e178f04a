/**
 * `domicile erase`: erases a person from the ledger (R21; GDPR, Article 17), and says before what that leaves to do.
 */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import type { PersonFile } from '../../contract/rows/person.ts';
import { withLedgerOptions } from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { checkFailed, invalidUsage, success } from '../invocation/exit-codes.ts';
import { failureOf } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

interface EraseOptions extends LedgerOptions {
  readonly yes?: boolean;
}

/** Rows of each list that are looked at: the most that one answer may have. */
const rowsMax = 1_000;

const show = (file: PersonFile, terminal: Terminal): void => {
  const told = file.recipients.filter(({ disclosed }) => disclosed);
  terminal.out('To be told of the erasure (GDPR, Article 19): who stored the data or accessed it');
  for (const { party, name, country, datasets, how } of told)
    terminal.out(
      `  ${party}${name === null ? '' : `, ${name}`}${country === null ? '' : ` (${country})`}: ${how.join(', ')}; ${datasets.join(', ')}`,
    );
  if (told.length === 0) terminal.out('  nobody, as far as the ledger knows');
  const live = file.residency.filter(({ backup }) => backup === null);
  terminal.out('');
  terminal.out('Live data, which stays where it is until somebody deletes it and says so (SubjectErased)');
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
    terminal.out(`Not all is shown: ${file.cut.join(', ')} have more than ${rowsMax} rows.`);
};

/** Whether the person who runs the command says yes. */
const isConfirmed = async (subject: string): Promise<boolean> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await lines.question(
      `Erase ${subject} from this ledger? The link between the person and the history is destroyed; that cannot be undone. Type yes: `,
    );
    return answer.trim() === 'yes';
  } finally {
    lines.close();
  }
};

const erase = async (subject: string, options: EraseOptions, terminal: Terminal) =>
  withLedger(options, terminal, false, async (ledger) => {
    const file = await ledger.subjects.get(subject, { limit: rowsMax });
    if (E.isLeft(file)) return E.left(failureOf(file.left, options.url));
    show(file.right.data, terminal);
    terminal.out('');
    if (options.yes !== true) {
      if (process.stdin.isTTY !== true)
        return E.left({
          exitCode: invalidUsage,
          message: 'nobody is there to confirm the erasure, and nothing was erased',
          hint: 'Run the command in a terminal, or with --yes.',
        });
      if (!(await isConfirmed(subject))) {
        terminal.note('Nothing was erased.');
        return E.right(checkFailed);
      }
    }
    const erased = await ledger.subjects.erase(subject);
    if (E.isLeft(erased)) return E.left(failureOf(erased.left, options.url));
    const { backups } = file.right.data;
    terminal.out(
      `Erased from this ledger. ${backups.length === 0 ? 'No backup is known to hold the data.' : `${counted(backups.length, 'backup holds', 'backups hold')} the data still.`}`,
    );
    return E.right(success);
  });

/** Adds the command. */
export const addErase = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    program
      .command('erase <subject>')
      .summary('erase a person from the ledger')
      .description(
        'Erases a person from the ledger: the link between the person and the history is destroyed. Shows first whom to tell (GDPR, Article 19), where the data still is, and which backups hold it, and asks.',
      ),
  )
    .option('--yes', 'do not ask')
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
