/** `domicile where`: lists where a person's data is or was. */
import type { Command } from 'commander';
import { everyRow } from '../../client/client.ts';
import { ResidencyRow } from '../../contract/rows/residency.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  knownWords,
  type QuestionOptions,
  questionOf,
  validWords,
  withQuestionOptions,
} from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { fieldsOf, show } from '../terminal/formats.ts';
import { nameText, shellWord } from '../terminal/name-text.ts';
import { kindText } from '../terminal/path-text.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

const columns: ReadonlyArray<Column<ResidencyRow>> = [
  { title: 'Dataset', cell: ({ dataset }) => dataset },
  { title: 'Site', cell: ({ site }) => site },
  { title: 'Country', cell: ({ country }) => country ?? 'unknown' },
  { title: 'Operator', cell: ({ operator }) => operator ?? 'unknown' },
  { title: 'Kind', cell: kindText },
  { title: 'Since', cell: ({ since }) => moment(since) },
  {
    title: 'Overdue',
    cell: ({ overdue }) => (overdue ? 'overdue' : ''),
    style: ({ overdue }) => (overdue ? 'yellow' : undefined),
  },
  { title: 'Attested', cell: ({ assurance }) => assurance },
  { title: 'Events', cell: ({ events }) => events.join(' ') },
];

const ask = async (subject: string, options: QuestionOptions, terminal: Terminal) =>
  askLedger(
    options,
    terminal,
    (ledger) => everyRow((page) => ledger.subjects.residency(subject, page), questionOf(options)),
    (answer) => {
      const { clocks, data } = answer;
      const sites = new Set(data.map(({ site }) => site)).size;
      show(
        answer,
        data,
        options.format,
        {
          fields: fieldsOf(ResidencyRow),
          columns,
          title: `${terminal.style('bold', nameText(subject))}: where the data ${options.validAt === undefined ? 'is' : 'was'} ${validWords(clocks, options)}, ${knownWords(clocks, options)}`,
          empty: [
            'Nowhere. No site is known to have held data of this person then.',
            `To see where the data was over time: domicile history ${shellWord(subject)}`,
          ],
          footer: [
            `${counted(data.length, 'place', 'places')} at ${counted(sites, 'site', 'sites')}. Times are UTC. To see the events: domicile trail ${shellWord(subject)}`,
          ],
        },
        terminal,
      );
      return success;
    },
  );

/** Adds the command. */
export const addWhere = (program: Command, terminal: Terminal): void => {
  withQuestionOptions(
    program
      .command('where <subject>')
      .summary('where a person’s data is or was')
      .description(
        'Shows where a person’s data is, or was at a given time, as known now or at an earlier time.',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile where ana
  $ domicile where ana --valid-at 2022-06-30
  $ domicile where ana --valid-at 2022-06-30 --known-at 2022-06-01 --min-assurance observed
  $ domicile where ana --format csv --url http://127.0.0.1:8484`,
    )
    .action((subject: string, options: QuestionOptions) =>
      runCommand(terminal, () => ask(subject, options, terminal)),
    );
};
