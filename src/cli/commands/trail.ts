/** `domicile trail`: lists every event that affected a person's data, with reasons. */
import type { Command } from 'commander';
import { everyRow } from '../../client/client.ts';
import { TrailRow } from '../../contract/rows/events.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  knownWords,
  type QuestionOptions,
  questionOf,
  withQuestionOptions,
} from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { fieldsOf, show } from '../terminal/formats.ts';
import { nameText } from '../terminal/name-text.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, eventText, moment, recorderText } from '../terminal/wording.ts';

/** The column with who recorded an event appears only if an event has a recorder: without keys, none has. */
const columnsFor = (rows: ReadonlyArray<TrailRow>): ReadonlyArray<Column<TrailRow>> => [
  { title: 'Pos', cell: ({ event }) => event.position, align: 'right' },
  { title: 'True from', cell: ({ event }) => moment(event.time) },
  { title: 'Event', cell: ({ event }) => event.type },
  { title: 'Says', cell: ({ event }) => eventText(event) },
  { title: 'Attested', cell: ({ event }) => event.assurance },
  ...(rows.some(({ event }) => event.recordedby !== null)
    ? [{ title: 'Recorded by', cell: ({ event }: TrailRow) => recorderText(event) }]
    : []),
  { title: 'Why it is here', cell: ({ why }) => why.join('\n') },
];

const ask = async (subject: string, options: QuestionOptions, terminal: Terminal) =>
  askLedger(
    options,
    terminal,
    (ledger) => everyRow((page) => ledger.subjects.trail(subject, page), questionOf(options)),
    (answer) => {
      const { clocks, data } = answer;
      show(
        answer,
        data,
        options.format,
        {
          fields: fieldsOf(TrailRow),
          columns: columnsFor(data),
          title: `${terminal.style('bold', nameText(subject))}: the audit trail, in the order in which it was learned, ${knownWords(clocks, options)}`,
          empty: [
            'No event touched this person’s data.',
            'Try a lower --min-assurance or a later --known-at.',
          ],
          footer: [`${counted(data.length, 'event', 'events')}. Times are UTC.`],
        },
        terminal,
      );
      return success;
    },
  );

/** Adds the command. */
export const addTrail = (program: Command, terminal: Terminal): void => {
  withQuestionOptions(
    program
      .command('trail <subject>')
      .summary('every event that touched a person’s data')
      .description(
        'Shows the audit trail: every event that touched a person’s data, in the order in which it was learned, and why it is in the trail.',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ domicile trail ana
  $ domicile trail ana --known-at 2022-06-01
  $ domicile trail ana --format ndjson > trail.ndjson`,
    )
    .action((subject: string, options: QuestionOptions) =>
      runCommand(terminal, () => ask(subject, options, terminal)),
    );
};
