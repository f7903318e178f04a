/** `domicile discrepancies`: lists events that do not fit the others. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { everyRow } from '../../client/client.ts';
import { DiscrepancyRow } from '../../contract/rows/events.ts';
import { type DiscrepancyCode, discrepancyCodes } from '../../domain/recording/discrepancy.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  knownWords,
  type QuestionOptions,
  questionOf,
  withQuestionOptions,
} from '../invocation/command-options.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { fieldsOf, show } from '../terminal/formats.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

interface DiscrepanciesOptions extends QuestionOptions {
  readonly source?: string;
  readonly code?: DiscrepancyCode;
  readonly event?: string;
  readonly resolved?: boolean;
  readonly fail?: boolean;
}

const columns: ReadonlyArray<Column<DiscrepancyRow>> = [
  { title: 'Event', cell: ({ event }) => event, align: 'right' },
  { title: 'Code', cell: ({ code }) => code },
  { title: 'What does not fit', cell: ({ message }) => message },
  { title: 'Recorded', cell: ({ since }) => moment(since) },
];

const positionOf = (text: string): string => {
  if (!/^\d{1,16}$/.test(text))
    throw new InvalidArgumentError('Expected a position in the log, such as 1234.');
  return text;
};

const ask = async (options: DiscrepanciesOptions, terminal: Terminal) => {
  const { source, code, event, resolved } = options;
  const filter = { source, code, event, state: resolved === true ? ('resolved' as const) : undefined };
  return askLedger(
    options,
    terminal,
    (ledger) => everyRow((page) => ledger.discrepancies({ ...page, ...filter }), questionOf(options)),
    (answer) => {
      const { clocks, data } = answer;
      const events = new Set(data.map((row) => row.event)).size;
      show(
        answer,
        data,
        options.format,
        {
          fields: fieldsOf(DiscrepancyRow),
          columns,
          title: `Events that ${resolved === true ? 'did not fit the others, and do now' : 'do not fit the others'}, ${knownWords(clocks, options)}`,
          empty: ['None.'],
          footer: [
            `${counted(events, 'event', 'events')}. Times are UTC. They are recorded, and count as resolved once later events explain them.`,
          ],
        },
        terminal,
      );
      return options.fail === true && data.length > 0 ? checkFailed : success;
    },
  );
};

/** Adds the command. */
export const addDiscrepancies = (program: Command, terminal: Terminal): void => {
  withQuestionOptions(
    program
      .command('discrepancies')
      .summary('events that do not fit the others')
      .description(
        'Shows events that do not fit the others: they name something that nobody registered, move data from a site that had none, or end something that never began. A well-formed event is never refused; such an event is resolved when later ones explain it.',
      ),
  )
    .option('--source <source>', 'only events of this source')
    .addOption(new Option('--code <code>', 'only discrepancies of this kind').choices(discrepancyCodes))
    .option('--event <position>', 'only the event at this position', positionOf)
    .option('--resolved', 'events that did not fit as known earlier, and fit now')
    .option('--fail', 'exit with 1 if there is one')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile discrepancies
  $ domicile discrepancies --source https://tiktok.example/infrastructure --code unknown-site
  $ domicile discrepancies --fail --format ndjson`,
    )
    .action((options: DiscrepanciesOptions) => runCommand(terminal, () => ask(options, terminal)));
};
