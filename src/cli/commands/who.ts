/** `domicile who`: lists who could reach a person's data, and along which path. */
import { type Command, Option } from 'commander';
import { everyRow } from '../../client/client.ts';
import { edgeKinds } from '../../domain/reach/edge.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  knownWords,
  type PeriodOptions,
  questionOf,
  validWords,
  withPeriodOptions,
  withQuestionOptions,
} from '../invocation/command-options.ts';
import { success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { show } from '../terminal/formats.ts';
import { nameText, shellWord } from '../terminal/name-text.ts';
import { kindText, pathText } from '../terminal/path-text.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

interface WhoOptions extends PeriodOptions {
  readonly party?: string;
  readonly via?: string;
}

/** One interval in which a party reached one holding. */
interface Line {
  readonly party: string;
  readonly name: string | null;
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly path: string;
}

const fields = ['party', 'name', 'dataset', 'site', 'kind', 'backup', 'from', 'to', 'path'];

const columns: ReadonlyArray<Column<Line>> = [
  { title: 'Party', cell: ({ party }) => party },
  { title: 'Dataset', cell: ({ dataset }) => dataset },
  { title: 'Site', cell: ({ site }) => site },
  { title: 'Kind', cell: kindText },
  { title: 'From', cell: ({ from }) => (from === null ? 'ever' : moment(from)) },
  {
    title: 'To',
    cell: ({ to }) => (to === null ? 'still so' : moment(to)),
    style: ({ to }) => (to === null ? 'green' : undefined),
  },
  { title: 'Because it', cell: ({ path }) => path },
];

const ask = async (subject: string, options: WhoOptions, terminal: Terminal) => {
  const { from, to, party, via } = options;
  const question = { ...questionOf(options), from, to, party, via };
  return askLedger(
    options,
    terminal,
    (ledger) => everyRow((page) => ledger.subjects.reach(subject, page), question),
    (answer) => {
      const { clocks, data } = answer;
      const lines = data.flatMap(({ party: id, name, intervals }) =>
        intervals.map(({ holding, path, ...interval }) => ({
          party: id,
          name,
          ...holding,
          ...interval,
          path: pathText(path),
        })),
      );
      const period = from !== undefined || to !== undefined;
      const when = period ? 'over time' : validWords(clocks, options);
      show(
        answer,
        lines,
        options.format,
        {
          fields,
          columns,
          title: `${terminal.style('bold', nameText(subject))}: who could reach the data ${when}, ${knownWords(clocks, options)}`,
          empty: [
            'Nobody. No path led from a party to data of this person.',
            `To see where the data was: domicile history ${shellWord(subject)}`,
          ],
          footer: [
            `${counted(data.length, 'party', 'parties')}. Intervals are shown in full, with the shortest path. Times are UTC.`,
          ],
        },
        terminal,
      );
      return success;
    },
  );
};

/** Adds the command. */
export const addWho = (program: Command, terminal: Terminal): void => {
  withQuestionOptions(
    withPeriodOptions(
      program
        .command('who <subject>')
        .summary('who could reach a person’s data, and how')
        .description(
          'Shows every party that could reach a person’s data at a given time or in a period, and the path: grants, sites that the party operates or owns, teams, employees, companies that it controls. It does not show whether the party used that reach.',
        ),
    ),
  )
    .addOption(new Option('--party <party>', 'only this party'))
    .addOption(new Option('--via <edges>', `only over these edges: ${edgeKinds.join(', ')}`))
    .addHelpText(
      'after',
      `
Examples:
  $ domicile who ana --valid-at 2022-06-30
  $ domicile who ana --party bytedance --from 2020-01-01
  $ domicile who ana --via operates,owns --format csv`,
    )
    .action((subject: string, options: WhoOptions) =>
      runCommand(terminal, () => ask(subject, options, terminal)),
    );
};
