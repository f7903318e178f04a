/**
 * The demo's questions about the founding case, each as known at the end of May 2022, before the announcement, and
 * as known now.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Client, type ClientError, everyRow, type Question } from '../../client/client.ts';
import { kindText, pathText } from '../terminal/path-text.ts';
import { tableOf } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted, moment } from '../terminal/wording.ts';

/** A line of an answer, as known at two times. */
interface Line {
  /** The subject of the line, for both times. */
  readonly cells: ReadonlyArray<string>;
  /** What was known then, and what is known now; empty for nothing. */
  readonly inMay: string;
  readonly now: string;
}

/** A question of the demo. */
export interface DemoQuestion {
  readonly question: string;
  /** The lesson of the answer. */
  readonly lesson: string;
  readonly titles: ReadonlyArray<string>;
  /** Asks the question twice: as known at the position, and as known now. */
  ask(ledger: Client, knownPosition: string): Promise<E.Either<ClientError, ReadonlyArray<Line>>>;
}

interface Row {
  readonly cells: ReadonlyArray<string>;
  readonly value: string;
}
type Rows = ReadonlyMap<string, Row>;

const isUnknown = (error: ClientError): boolean => error.kind === 'problem' && error.status === 404;

/** The rows of an answer by subject; none for a person or site that was not known yet. */
const rowsOf = <A>(
  answer: E.Either<ClientError, { readonly data: ReadonlyArray<A> }>,
  row: (of: A) => readonly [string, Row],
): E.Either<ClientError, Rows> =>
  pipe(
    answer,
    E.map(({ data }): Rows => new Map(data.map(row))),
    E.orElse((error) => (isUnknown(error) ? E.right<ClientError, Rows>(new Map()) : E.left(error))),
  );

/** Joins two answers line by line. */
const beside = (before: Rows, now: Rows): ReadonlyArray<Line> =>
  [...new Set([...before.keys(), ...now.keys()])].sort().map((key) => ({
    cells: (now.get(key) ?? before.get(key))!.cells,
    inMay: before.get(key)?.value ?? '',
    now: now.get(key)?.value ?? '',
  }));

const twice = (
  ask: (question: Question) => Promise<E.Either<ClientError, Rows>>,
  question: Question,
  knownPosition: string,
): Promise<E.Either<ClientError, ReadonlyArray<Line>>> => {
  const asking = (each: Question) => () => ask(each);
  return pipe(
    TE.Do,
    TE.bind('before', () => asking({ ...question, knownPosition })),
    TE.bind('now', () => asking(question)),
    TE.map(({ before, now }) => beside(before, now)),
  )();
};

const whereWas = (question: string, subject: string, validAt: string, lesson: string): DemoQuestion => ({
  question,
  lesson,
  titles: ['Dataset', 'Site', 'Country', 'Kind'],
  ask: (ledger, knownPosition) =>
    twice(
      async (asked) => {
        const answer = await everyRow((page) => ledger.subjects.residency(subject, page), asked);
        return rowsOf(answer, ({ dataset, site, country, kind, backup, since, overdue }) => [
          [dataset, site, backup ?? ''].join('\n'),
          {
            cells: [dataset, site, country ?? 'unknown', kindText({ kind, backup })],
            value: `since ${moment(since).slice(0, 10)}${overdue ? ', overdue' : ''}`,
          },
        ]);
      },
      { validAt },
      knownPosition,
    ),
});

const heldBy = (question: string, site: string, validAt: string, lesson: string): DemoQuestion => ({
  question,
  lesson,
  titles: ['Dataset', 'Whose', 'Kind'],
  ask: (ledger, knownPosition) =>
    twice(
      async (asked) => {
        const answer = await everyRow((page) => ledger.sites.holdings(site, page), asked);
        return rowsOf(answer, ({ dataset, population, kind, backup, subjects, overdue }) => [
          [population ?? '', dataset, backup ?? ''].join('\n'),
          {
            cells: [dataset, population ?? 'individual people', kindText({ kind, backup })],
            value: `${counted(subjects, 'person', 'people')}${overdue ? ', overdue' : ''}`,
          },
        ]);
      },
      { validAt },
      knownPosition,
    ),
});

const whoCould = (question: string, subject: string, validAt: string, lesson: string): DemoQuestion => ({
  question,
  lesson,
  titles: ['Party', 'Name'],
  ask: (ledger, knownPosition) =>
    twice(
      async (asked) => {
        const answer = await everyRow((page) => ledger.subjects.reach(subject, page), asked);
        return rowsOf(answer, ({ party, name, intervals }) => [
          party,
          { cells: [party, name ?? 'unknown'], value: pathText(intervals[0]?.path ?? []) },
        ]);
      },
      { validAt },
      knownPosition,
    ),
});

const observedAccess = (question: string, lesson: string): DemoQuestion => ({
  question,
  lesson,
  titles: ['When', 'Who', 'Did', 'Dataset', 'Where'],
  ask: (ledger, knownPosition) =>
    twice(
      async (asked) => {
        const answer = await everyRow(
          (page) => ledger.events.list({ ...page, type: 'AccessObserved' }),
          asked,
        );
        return rowsOf(answer, ({ time, data, source }) => {
          const { party, action, dataset, site } = data as Readonly<Record<string, string>>;
          const cells = [moment(time).slice(0, 10), party!, action!, dataset!, site ?? 'unknown'];
          return [cells.join('\n'), { cells, value: `known, from ${source.split(':').at(-1)}` }];
        });
      },
      {},
      knownPosition,
    ),
});

/** The questions, in the order in which they are asked. */
export const demoQuestions: ReadonlyArray<DemoQuestion> = [
  whereWas(
    'Where was ana’s data on 30 June 2022?',
    'ana',
    '2022-06-30',
    'In May nobody could know of the move to Oracle. The backups in Singapore were past their expiry date, and no event says that anybody destroyed them.',
  ),
  whereWas(
    'Where is dora’s data in November 2026? All of it was “erased” in November 2021.',
    'dora',
    '2026-11-01',
    'It was erased from every live holding and is still in the backups: an expiry date destroys nothing.',
  ),
  whereWas(
    'Where was fay’s data on 1 January 2020?',
    'fay',
    '2020-01-01',
    'An older account of hers was found three years late. As known in May 2022, the ledger still answers as it would have answered then.',
  ),
  whereWas(
    'Where was hugo’s data, a European user’s, on 1 January 2022?',
    'hugo',
    '2022-01-01',
    'The data was found in China in 2025. Two months later a correction moved the date of its arrival back by years.',
  ),
  heldBy(
    'What did Singapore hold on 31 May 2022, and of how many people?',
    'singapore',
    '2022-05-31',
    'Each backup of 2019 holds one more person now that fay’s older account is known.',
  ),
  whoCould(
    'Who could reach hugo’s data on 11 May 2021, when European profiles were read from China?',
    'hugo',
    '2021-05-11',
    'According to the company, remote access from China began in November 2022; according to the regulator, in July 2020. Each line shows the shortest path to some of the data.',
  ),
  observedAccess(
    'Who was seen reading the data?',
    'All of it happened before May 2022, but none of it was known then.',
  ),
];

/** A question and its answer, as lines of text. */
export const answerText = (
  { question, lesson, titles }: DemoQuestion,
  lines: ReadonlyArray<Line>,
  terminal: Terminal,
): ReadonlyArray<string> => {
  const columns = [
    ...titles.map((title, index) => ({ title, cell: ({ cells }: Line) => cells[index] ?? '' })),
    { title: 'Known in May 2022', cell: ({ inMay }: Line) => inMay || '–' },
    {
      title: 'Known now',
      cell: ({ now }: Line) => now || '–',
      style: ({ inMay, now }: Line) => (inMay === now ? undefined : ('yellow' as const)),
    },
  ];
  return [terminal.style('bold', question), '', tableOf(lines, columns, terminal), '', lesson];
};
