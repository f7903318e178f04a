/** `domicile affected`: everybody whose data a party could reach in a period, or accessed. */
import type { Command } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AffectedQuestion, Answer, Client, Reply } from '../../client/client.ts';
import { everyPage } from '../../client/pages.ts';
import type { Affected, PersonRow } from '../../contract/rows/people.ts';
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
import { show } from '../terminal/formats.ts';
import { kindText, pathText } from '../terminal/path-text.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment, spoken, wholeNumber } from '../terminal/wording.ts';

interface AffectedOptions extends PeriodOptions {
  readonly site?: string;
  readonly dataset?: string;
  readonly via?: string;
  readonly observed?: boolean;
}

/** One interval of one person: a line of the table or of CSV. */
interface Line {
  readonly subject: string;
  readonly populations: string;
  readonly dataset: string;
  readonly site: string | null;
  readonly kind: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly path: string;
  readonly access: string | null;
}

const linesOf = (people: ReadonlyArray<PersonRow>): ReadonlyArray<Line> =>
  people.flatMap(({ subject, populations, intervals }) =>
    intervals.map(({ from, to, holding: { dataset, site, kind, backup }, path, access }) => ({
      subject,
      populations: populations.join(' '),
      dataset,
      site,
      kind: kind === null ? '' : kindText({ kind, backup }),
      from,
      to,
      path: pathText(path),
      access,
    })),
  );

const fields = ['subject', 'populations', 'dataset', 'site', 'kind', 'from', 'to', 'path', 'access'];

const columns: ReadonlyArray<Column<Line>> = [
  { title: 'Person', cell: ({ subject }) => subject },
  { title: 'In', cell: ({ populations }) => populations },
  { title: 'Data', cell: ({ dataset }) => dataset },
  { title: 'Site', cell: ({ site }) => site ?? 'not said' },
  { title: 'Kind', cell: ({ kind }) => kind },
  { title: 'From', cell: ({ from }) => (from === null ? 'ever' : moment(from)) },
  { title: 'To', cell: ({ to }) => (to === null ? 'still so' : moment(to)) },
  { title: 'How', cell: ({ path, access }) => (access === null ? path : `access, event ${access}`) },
];

/** The maximum number of people in a page. */
const pageMax = 1_000;

/** The answer with all people: page after page under the clocks of the first. */
const everybody = async (
  { parties }: Client,
  party: string,
  question: AffectedQuestion,
): Reply<Answer<Affected>> =>
  pipe(
    await everyPage((start) => parties.affected(party, { ...question, limit: pageMax, ...start })),
    E.map((pages) => {
      const [{ limitMet: _, ...answer }] = pages;
      const people = pages.flatMap(({ data }) => data.people);
      return { ...answer, data: { ...answer.data, people }, next: null };
    }),
  );

/** The counts in sentences. */
const countLines = (counts: Affected): ReadonlyArray<string> => {
  const some = (name: string, rows: ReadonlyArray<readonly [string | null, number]>, none: string): string =>
    `By ${name}: ${rows.map(([value, subjects]) => `${value ?? none} ${wholeNumber(subjects)}`).join(', ')}.`;
  return [
    `${counted(counts.subjects, 'person', 'people')}, each counted once.`,
    ...(counts.subjects === 0
      ? []
      : [
          some(
            'population',
            counts.populations.map(({ population, subjects }) => [population, subjects] as const),
            'none',
          ),
          some(
            'jurisdiction',
            counts.jurisdictions.map(({ jurisdiction, subjects }) => [jurisdiction, subjects] as const),
            'unknown',
          ),
          some(
            'data',
            counts.datasets.map(({ dataset, subjects }) => [dataset, subjects] as const),
            '',
          ),
          some(
            'category',
            counts.categories.map(({ category, subjects }) => [category, subjects] as const),
            '',
          ),
        ]),
  ];
};

const ask = async (party: string, options: AffectedOptions, terminal: Terminal) => {
  const { from, to, site, dataset, via, observed } = options;
  const question = { ...questionOf(options), from, to, site, dataset, via, observed };
  const isTable = options.format === 'table';
  return askLedger(
    options,
    terminal,
    (ledger) => (isTable ? ledger.parties.affected(party, question) : everybody(ledger, party, question)),
    (answer) => {
      const { clocks, data, next } = answer;
      const lines = linesOf(data.people);
      if (options.format === 'ndjson') for (const row of data.people) terminal.out(JSON.stringify(row));
      else
        show(
          // The table shows only the first people; the counts include all.
          isTable ? { ...answer, next: null, limitMet: false } : answer,
          lines,
          options.format,
          {
            fields,
            columns,
            title: `Whose data ${terminal.style('bold', party)} ${observed === true ? 'accessed' : 'could reach'}${
              from === undefined && to === undefined ? ` on ${spoken(clocks.validAt)}` : ''
            }, ${knownWords(clocks, options)}`,
            empty: ['Nobody’s data, as far as the ledger knows.'],
            footer: [
              ...countLines(data),
              ...(next === null
                ? []
                : ['There are more people than shown: --format ndjson or csv lists all of them.']),
              'Times are UTC.',
            ],
          },
          terminal,
        );
      if (options.format === 'ndjson' || options.format === 'csv')
        for (const line of countLines(data)) terminal.note(line);
      return success;
    },
  );
};

/** Adds the command. */
export const addAffected = (program: Command, terminal: Terminal): void => {
  withQuestionOptions(
    withPeriodOptions(
      program
        .command('affected <party>')
        .summary('everybody whose data a party could reach, or accessed')
        .description(
          'Counts everybody whose data a party could reach, at --valid-at or between --from and --to, each person once. Then lists them with the intervals and the paths.',
        ),
    ),
  )
    .option('--site <site>', 'only data at this site')
    .option('--dataset <dataset>', 'only data of this dataset')
    .option('--via <edges>', 'only paths made of these edges, separated by commas')
    .option('--observed', 'only people whose data it was observed to access')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile affected bytedance --valid-at 2022-06-30
  $ domicile affected bytedance --from 2021-01-01 --to 2022-01-01 --observed
  $ domicile affected oracle --from 2022-06-17 --format csv > affected.csv`,
    )
    .action((party: string, options: AffectedOptions) =>
      runCommand(terminal, () => ask(party, options, terminal)),
    );
};
