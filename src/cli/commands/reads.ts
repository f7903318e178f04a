/** `domicile reads`: lists who asked the ledger about whom. */
import type { Command } from 'commander';
import { everyRow } from '../../client/client.ts';
import { ReadRow } from '../../contract/rows/reads.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import { type FormatOptions, withFormatOption, withLedgerOptions } from '../invocation/command-options.ts';
import type { LedgerOptions } from '../invocation/connection.ts';
import { success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { fieldsOf, show } from '../terminal/formats.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

interface ReadsOptions extends LedgerOptions, FormatOptions {
  readonly subject?: string;
}

const columns: ReadonlyArray<Column<ReadRow>> = [
  { title: 'When', cell: ({ at }) => moment(at) },
  { title: 'Who', cell: ({ reader }) => reader ?? 'without a key' },
  { title: 'About', cell: ({ subject }) => subject },
  { title: 'What was asked', cell: ({ question }) => question },
];

const ask = async (options: ReadsOptions, terminal: Terminal) => {
  const { subject } = options;
  return askLedger(
    options,
    terminal,
    (ledger) => everyRow((page) => ledger.reads({ ...page, subject }), { limit: 1_000 }),
    (answer) => {
      const { data } = answer;
      show(
        answer,
        data,
        options.format,
        {
          fields: fieldsOf(ReadRow),
          columns,
          title: `Who asked about ${subject === undefined ? 'people' : terminal.style('bold', subject)}, oldest first`,
          empty: ['Nobody asked.'],
          footer: [`${counted(data.length, 'question', 'questions')}. Times are UTC.`],
        },
        terminal,
      );
      return success;
    },
  );
};

/** Adds the command. */
export const addReads = (program: Command, terminal: Terminal): void => {
  withLedgerOptions(
    withFormatOption(
      program
        .command('reads')
        .summary('who asked about whom')
        .description(
          'Shows who asked the ledger about which person: each question about a person is recorded.',
        ),
    ),
  )
    .option('--subject <subject>', 'only questions about this person')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile reads
  $ domicile reads --subject ana --format csv`,
    )
    .action((options: ReadsOptions) => runCommand(terminal, () => ask(options, terminal)));
};
