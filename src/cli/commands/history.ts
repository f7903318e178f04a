/**
 * `domicile history`: where a person's data was, over time.
 */
import type { Command } from 'commander';
import { everyRow } from '../../client/client.ts';
import { HistoryRow } from '../../contract/rows/residency.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  knownWords,
  type PeriodOptions,
  questionOf,
  withPeriodOptions,
  withQuestionOptions,
} from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { fieldsOf, show } from '../terminal/formats.ts';
import { nameText } from '../terminal/name-text.ts';
import { kindText } from '../terminal/path-text.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

const columns: ReadonlyArray<Column<HistoryRow>> = [
  { title: 'From', cell: ({ from }) => moment(from) },
  {
    title: 'To',
    cell: ({ to }) => (to === null ? 'still so' : moment(to)),
    style: ({ to }) => (to === null ? 'green' : undefined),
  },
  { title: 'Dataset', cell: ({ dataset }) => dataset },
  { title: 'Site', cell: ({ site }) => site },
  { title: 'Country', cell: ({ country }) => country ?? 'unknown' },
  { title: 'Operator', cell: ({ operator }) => operator ?? 'unknown' },
  { title: 'Kind', cell: kindText },
  { title: 'Attested', cell: ({ assurance }) => assurance },
  { title: 'Events', cell: ({ events }) => events.join(' ') },
];

const ask = async (subject: string, options: PeriodOptions, terminal: Terminal) => {
  const { from, to } = options;
  return askLedger(
    options,
    terminal,
    (ledger) =>
      everyRow((page) => ledger.subjects.history(subject, page), {
        ...questionOf(options),
        from,
        to,
      }),
    (answer) => {
      const { clocks, data } = answer;
      const open = data.filter((row) => row.to === null).length;
      show(
        answer,
        data,
        options.format,
        {
          fields: fieldsOf(HistoryRow),
          columns,
          title: `${terminal.style('bold', nameText(subject))}: where the data was over time, ${knownWords(clocks, options)}`,
          empty: [
            'Nowhere. No site is known to have held data of this person in that period.',
            'Leave out --from and --to to see all of time.',
          ],
          footer: [`${counted(data.length, 'stay', 'stays')}, ${open} of them still so. Times are UTC.`],
        },
        terminal,
      );
      return success;
    },
  );
};

/** Adds the command. */
export const addHistory = (program: Command, terminal: Terminal): void => {
  withQuestionOptions(
    withPeriodOptions(
      program
        .command('history <subject>')
        .summary('where a person’s data was, over time')
        .description('Shows every period in which a site held a person’s data, live or in a backup.'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile history ana
  $ domicile history ana --from 2022-01-01 --to 2023-01-01
  $ domicile history ana --known-position 42 --format json`,
    )
    .action((subject: string, options: PeriodOptions) =>
      runCommand(terminal, () => ask(subject, options, terminal)),
    );
};
