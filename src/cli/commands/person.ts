/**
 * `domicile person`: everything that is known about one person (GDPR, Article 15), as a page or as JSON.
 */
import { type Command, Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { htmlOf } from '../../contract/documents/html.ts';
import { personDocument } from '../../contract/documents/person-document.ts';
import {
  type QuestionOptions,
  questionOf,
  withClockOptions,
  withLedgerOptions,
} from '../invocation/command-options.ts';
import { type LedgerOptions, withLedger } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { failureOf } from '../invocation/failure.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface PersonOptions extends LedgerOptions, Omit<QuestionOptions, 'format'> {
  readonly format: 'html' | 'json';
}

/** Rows of each list of the file: the most that one answer may have. */
const rowsMax = 1_000;

const ask = async (subject: string, options: PersonOptions, terminal: Terminal) =>
  withLedger(options, terminal, false, async (ledger) => {
    const answer = await ledger.subjects.get(subject, { ...questionOf(options), limit: rowsMax });
    if (E.isLeft(answer)) return E.left(failureOf(answer.left, options.url));
    const { clocks, data } = answer.right;
    terminal.out(
      options.format === 'json'
        ? JSON.stringify(answer.right, undefined, 2)
        : htmlOf(personDocument(data, clocks)).trimEnd(),
    );
    if (data.cut.length > 0)
      terminal.note(`This is not all: ${data.cut.join(', ')} have more than ${rowsMax} rows.`);
    return E.right(success);
  });

/** Adds the command. */
export const addPerson = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withClockOptions(
      program
        .command('person <subject>')
        .summary('everything that is known about a person')
        .description(
          'Writes everything that is known about a person (GDPR, Article 15): where the data is and was, who could reach it and did, for what purposes, recipients, findings, backups, who asked this ledger, and every event with why it is there.',
        ),
    ),
  )
    .addOption(
      new Option('--format <format>', 'the format of the file').choices(['html', 'json']).default('html'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile person ana > ana.html
  $ domicile person ana --format json --known-at 2022-06-01`,
    )
    .action((subject: string, options: PersonOptions) =>
      runCommand(terminal, () => ask(subject, options, terminal)),
    );
};
