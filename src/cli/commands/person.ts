/** `domicile person`: everything known about one person (GDPR, Article 15), as a page or as JSON. */
import { type Command, Option } from 'commander';
import { htmlOf } from '../../contract/documents/html.ts';
import { personDocument } from '../../contract/documents/person-document.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  type QuestionOptions,
  questionOf,
  withClockOptions,
  withLedgerOptions,
} from '../invocation/command-options.ts';
import type { LedgerOptions } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import type { Terminal } from '../terminal/terminal.ts';

interface PersonOptions extends LedgerOptions, Omit<QuestionOptions, 'format'> {
  readonly format: 'html' | 'json';
}

/** Rows of each list in the file: the maximum of one answer. */
const rowsMax = 1_000;

const ask = async (subject: string, options: PersonOptions, terminal: Terminal) =>
  askLedger(
    options,
    terminal,
    (ledger) => ledger.subjects.get(subject, { ...questionOf(options), limit: rowsMax }),
    (answer) => {
      const { clocks, data } = answer;
      terminal.out(
        options.format === 'json'
          ? JSON.stringify(answer, undefined, 2)
          : htmlOf(personDocument(data, clocks, options.minAssurance)).trimEnd(),
      );
      if (options.minAssurance !== undefined && options.minAssurance !== 'claimed')
        terminal.note(
          `This file is incomplete: it leaves out what is attested less well than ${options.minAssurance}.`,
        );
      if (data.cut.length > 0)
        terminal.note(`This file is incomplete: ${data.cut.join(', ')} have more than ${rowsMax} rows.`);
      return success;
    },
  );

/** Adds the command. */
export const addPerson = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withClockOptions(
      program
        .command('person <subject>')
        .summary('everything that is known about a person')
        .description(
          'Writes everything that is known about a person (GDPR, Article 15): where the data is and was, who could reach it and who did, purposes, recipients, findings, backups, who asked this ledger, and every event with the reason for including it.',
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
