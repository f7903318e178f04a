/** The tables of an export: their columns on both clocks, and how their rows are requested. */
import * as E from 'fp-ts/lib/Either.js';
import { type Answer, type Client, ClientFailure, type Question, type Reply } from '../../client/client.ts';
import type { TransferRow } from '../../contract/rows/movements.ts';
import type { PersonRow } from '../../contract/rows/people.ts';
import type { FindingRow } from '../../contract/rows/policy.ts';
import type { PartyRow, SiteRow } from '../../contract/rows/registry.ts';
import type { ParquetColumn } from './parquet-file.ts';

/** Rows to request at once. */
const pageRowsMax = 1_000;
/** An end later than every instant. */
const everEnds = '9999-12-31T23:59:59.999Z';

/** The clocks of all answers in an export. */
export interface Snapshot {
  readonly question: Question;
  readonly knownAt: string;
  readonly position: string;
}

/** Called with each answer. */
export type OnAnswer = (answer: Answer<unknown>) => void;

/** A table: its name, its columns, and its rows by page. */
export interface Table<Row = never> {
  readonly name: string;
  readonly columns: ReadonlyArray<ParquetColumn<Row>>;
  readonly rows: (ledger: Client, snapshot: Snapshot, onAnswer: OnAnswer) => AsyncGenerator<Row>;
}

/** @throws ClientFailure if a page cannot be read: a partial table is useless. */
async function* answersOf<A>(
  question: Question,
  ask: (question: Question) => Reply<Answer<A>>,
  onAnswer: OnAnswer,
): AsyncGenerator<A> {
  let cursor: string | null = null;
  do {
    const page: E.Either<ClientFailure['error'], Answer<A>> = await ask({
      ...question,
      limit: pageRowsMax,
      ...(cursor === null ? {} : { cursor }),
    });
    if (E.isLeft(page)) throw new ClientFailure(page.left);
    onAnswer(page.right);
    yield page.right.data;
    cursor = page.right.next;
  } while (cursor !== null);
}

/** The rows of a list. */
const listed = <Row>(
  ask: (ledger: Client) => (question: Question) => Reply<Answer<ReadonlyArray<Row>>>,
): Table<Row>['rows'] =>
  async function* (ledger, { question }, onAnswer) {
    for await (const page of answersOf(question, ask(ledger), onAnswer)) yield* page;
  };

const text = <Row>(name: string, value: (row: Row) => string | null | undefined): ParquetColumn<Row> => ({
  ...{ name, type: 'STRING' },
  value: (row) => value(row) ?? null,
});
const whole = <Row>(name: string, value: (row: Row) => number | string | null): ParquetColumn<Row> => ({
  ...{ name, type: 'INT64' },
  value: (row) => {
    const number = value(row);
    return number === null ? null : BigInt(number);
  },
});
const time = <Row>(name: string, value: (row: Row) => string | null): ParquetColumn<Row> => ({
  ...{ name, type: 'TIMESTAMP' },
  value: (row) => {
    const instant = value(row);
    return instant === null ? null : new Date(instant);
  },
});
const json = <Row>(name: string, value: (row: Row) => unknown): ParquetColumn<Row> => ({
  ...{ name, type: 'JSON' },
  value,
});

type PersonInterval = PersonRow['intervals'][number];
type Stay = PersonInterval & { readonly subject: string };
type Reached = Stay & { readonly party: string };

const holdingColumns: ReadonlyArray<ParquetColumn<Stay>> = [
  text('subject', ({ subject }) => subject),
  text('dataset', ({ holding }) => holding.dataset),
  text('site', ({ holding }) => holding.site),
  text('kind', ({ holding }) => holding.kind),
  text('backup', ({ holding }) => holding.backup),
];
const validColumns: ReadonlyArray<
  ParquetColumn<{ readonly from: string | null; readonly to: string | null }>
> = [time('valid_from', ({ from }) => from), time('valid_to', ({ to }) => to)];

async function* stays(ledger: Client, { question }: Snapshot, onAnswer: OnAnswer): AsyncGenerator<Stay> {
  for await (const people of answersOf(question, (page) => ledger.subjects.list(page), onAnswer))
    for (const { subject, intervals } of people)
      for (const interval of intervals) yield { ...interval, subject };
}

async function* reached(ledger: Client, { question }: Snapshot, onAnswer: OnAnswer): AsyncGenerator<Reached> {
  for await (const parties of answersOf(question, (page) => ledger.parties.list(page), onAnswer))
    for (const { party } of parties) {
      const pages = answersOf(
        question,
        (page) => ledger.parties.affected(party, { ...page, to: everEnds }),
        onAnswer,
      );
      for await (const { people } of pages)
        for (const { subject, intervals } of people)
          for (const interval of intervals) yield { ...interval, subject, party };
    }
}

const table = <Row>(of: Table<Row>): Table => of as unknown as Table;

/** The tables of an export in the order of writing. */
export const tables: ReadonlyArray<Table> = [
  table<Stay>({
    name: 'stays',
    columns: [...holdingColumns, ...validColumns],
    rows: stays,
  }),
  table<Reached>({
    name: 'reach',
    columns: [
      text('party', ({ party }) => party),
      ...holdingColumns,
      json('path', ({ path }) => path.map(({ edge, to }) => ({ edge, to }))),
      ...validColumns,
    ],
    rows: reached,
  }),
  table<FindingRow>({
    name: 'findings',
    columns: [
      text('finding', ({ finding }) => finding),
      text('policy', ({ policy }) => policy),
      whole('version', ({ version }) => version),
      text('rule', ({ rule }) => rule),
      text('verdict', ({ verdict }) => verdict),
      text('action', ({ action }) => action),
      text('party', ({ party }) => party),
      text('dataset', ({ holding }) => holding.dataset),
      text('site', ({ holding }) => holding.site),
      text('kind', ({ holding }) => holding.kind),
      text('backup', ({ holding }) => holding.backup),
      text('holding_population', ({ holding }) => holding.population),
      text('population', ({ population }) => population),
      text('source', ({ source }) => source),
      whole('subjects', ({ subjects }) => subjects),
      text('reason', ({ reason }) => reason),
      text('limits', ({ limits }) => limits),
      json('path', ({ path }) => path.map(({ edge, to }) => ({ edge, to }))),
      json('events', ({ events }) => events),
      ...validColumns,
      time('known_since', ({ knownSince }) => knownSince),
    ],
    rows: listed((ledger) => (question) => ledger.findings.list(question)),
  }),
  table<TransferRow>({
    name: 'transfers',
    columns: [
      text('from_country', ({ from }) => from),
      text('to_country', ({ to }) => to),
      text('from_site', ({ fromSite }) => fromSite),
      text('to_site', ({ toSite }) => toSite),
      text('dataset', ({ dataset }) => dataset),
      text('population', ({ population }) => population),
      text('kind', ({ kind }) => kind),
      whole('subjects', ({ subjects }) => subjects),
      whole('event', ({ event }) => event),
      time('valid_at', (row) => row.time),
    ],
    rows: listed((ledger) => (question) => ledger.transfers(question)),
  }),
  table<SiteRow>({
    name: 'sites',
    columns: [
      text('site', ({ site }) => site),
      text('name', ({ name }) => name),
      text('country', ({ country }) => country),
      text('subdivision', ({ subdivision }) => subdivision),
      text('operator', ({ operator }) => operator),
      text('owner', ({ owner }) => owner),
    ],
    rows: listed((ledger) => (question) => ledger.sites.list(question)),
  }),
  table<PartyRow>({
    name: 'parties',
    columns: [
      text('party', ({ party }) => party),
      text('kind', ({ kind }) => kind),
      text('name', ({ name }) => name),
      text('country', ({ country }) => country),
    ],
    rows: listed((ledger) => (question) => ledger.parties.list(question)),
  }),
];

/**
 * Columns with the known time, which is the same in every row, so that exports of several moments can be queried
 * together.
 */
export const knownColumns = ({ knownAt, position }: Snapshot): ReadonlyArray<ParquetColumn<unknown>> => [
  time('known_at', () => knownAt),
  whole('known_position', () => position),
];
