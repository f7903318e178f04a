/**
 * Lists of people as responses: a page as JSON, or all people as a stream of NDJSON or CSV.
 *
 * A stream asks page by page, so that other questions get their turn in between. The lookup of each person is
 * recorded, under the pseudonym, before the row is sent.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import { type Answered, type Asked, wireClocks } from '../../contract/asked.ts';
import { csvLines } from '../../contract/csv.ts';
import type { Problem } from '../../contract/problem.ts';
import type { PlainQuestion, QuestionOf } from '../../contract/questions/question.ts';
import type { PersonRow } from '../../contract/rows/people.ts';
import { readAt } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type {
  AskedFor,
  AskedWidely,
  FoundBy,
  GivenTo,
  WideQuestion,
} from '../../questions/wide/wide-questions.ts';
import { answerWide, askedOf } from './answer.ts';
import { type ApiEnv, callerOf, peopleOf } from './caller.ts';
import { problem } from './problem.ts';
import { linesTypes, wantedType } from './wanted.ts';

/** People to request at once in a stream. */
const streamedPeopleMax = 500;
/** How many streams of people may be open. */
const peopleStreamsMax = 16;
let openStreams = 0;

const tooMany: Problem = {
  kind: 'unavailable',
  detail: `${peopleStreamsMax} streams of people are already open; try again later`,
  retryAfterMs: 1_000,
};

/** How to find the people in a question's answer. */
export interface PeopleOf<F> {
  /** The name under which lookups of people are recorded. */
  readonly name: string;
  readonly rows: (found: F) => ReadonlyArray<PersonRow>;
  /** The answer, with the people as the caller sees them. */
  readonly shown: (found: F, rows: ReadonlyArray<PersonRow>) => unknown;
}

/** The rows as the caller sees them, after recording the lookups. */
const seen = async (
  context: Context<ApiEnv>,
  ledger: Ledger,
  rows: ReadonlyArray<PersonRow>,
  name: string,
): Promise<ReadonlyArray<PersonRow>> => {
  const [at, reader] = [readAt(ledger), callerOf(context).keyName];
  await ledger.parts.reads.recordAll(rows.map(({ subject }) => ({ at, reader, subject, question: name })));
  const reveal = await peopleOf(context, ledger).seen(rows.map(({ subject }) => subject));
  return rows.map((row) => ({ ...row, subject: reveal(row.subject) }));
};

const csvColumns = [
  ...['subject', 'populations', 'from', 'to', 'dataset', 'site', 'kind', 'backup', 'path', 'access'],
];

/** One line for each interval of each person. */
const csvOf = (rows: ReadonlyArray<PersonRow>): string => {
  const values = rows.flatMap(({ subject, populations, intervals }) =>
    intervals.map(({ from, to, holding, path, access }) => {
      const { dataset, site, kind, backup } = holding;
      const way = path.map(({ edge, to: of }) => `${edge} ${of}`).join(', ');
      return [subject, populations, from, to, dataset, site, kind, backup, way, access];
    }),
  );
  const [, ...lines] = csvLines(csvColumns, values);
  return lines.map((line) => `${line}\r\n`).join('');
};

const formats = {
  ndjson: {
    mediaType: 'application/x-ndjson',
    head: '',
    write: (rows: ReadonlyArray<PersonRow>): string => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  },
  csv: {
    mediaType: 'text/csv; charset=utf-8; header=present',
    head: `${csvColumns.join(',')}\r\n`,
    write: csvOf,
  },
} as const;
type Format = (typeof formats)[keyof typeof formats];

/** The requested stream format, if any. */
const streamedAs = (context: Context<ApiEnv>): Format | undefined => {
  const wanted = wantedType(context, ['application/json', ...linesTypes, 'text/csv']);
  if (wanted === 'application/json') return undefined;
  return wanted === 'text/csv' ? formats.csv : formats.ndjson;
};

/** A page failed after others were sent. A normal end would suggest that the list is complete. */
class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

type Pages = (
  after: string | number | null,
) => Promise<E.Either<Problem, Answered<ReadonlyArray<PersonRow>>>>;

async function* bytesOf(
  context: Context<ApiEnv>,
  format: Format,
  first: Answered<ReadonlyArray<PersonRow>>,
  page: Pages,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  const { signal } = context.req.raw;
  openStreams++;
  try {
    if (format.head !== '') yield encoder.encode(format.head);
    for (let found = first; ; ) {
      if (found.data.length > 0) yield encoder.encode(format.write(found.data));
      const { after = null } = found;
      if (after === null || signal.aborted) return;
      if (!callerOf(context).isStillLetIn()) throw new BrokenOff('the key was revoked during the request');
      const next = await page(after);
      if (E.isLeft(next)) throw new BrokenOff('the next page could not be read');
      found = next.right;
    }
  } finally {
    openStreams--;
  }
}

const stream = async <Q extends WideQuestion>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  format: Format,
  asking: { readonly asked: Asked<AskedFor<Q>>; readonly question: Q; readonly given: GivenTo<Q> },
  of: PeopleOf<FoundBy<Q>>,
): Promise<Response> => {
  const { mediaType } = format;
  const { signal } = context.req.raw;
  if (context.req.raw.method === 'HEAD') return context.body(null, 200, { 'Content-Type': mediaType });
  if (openStreams >= peopleStreamsMax) return problem(context, tooMany);
  const { asked, question, given } = asking;
  const page: Pages = async (after) => {
    const paged = { ...asked, limit: streamedPeopleMax, after: after ?? asked.after };
    const found = await ledger.questions.askWidely(
      { question, asked: paged, given } as unknown as AskedWidely<Q>,
      signal,
    );
    if (E.isLeft(found)) return found;
    const { data, ...rest } = found.right;
    return E.right({ ...rest, data: await seen(context, ledger, of.rows(data), of.name) });
  };
  const first = await page(null);
  if (E.isLeft(first)) return problem(context, first.left);
  const { validAt, knownAt, position } = wireClocks(asked.clocks);
  return context.body(ReadableStream.from(bytesOf(context, format, first.right, page)), 200, {
    'Content-Type': mediaType,
    'Domicile-Valid-At': validAt,
    'Domicile-Known-At': knownAt,
    'Domicile-Position': position,
  });
};

/** Answers a wide question about people: a page as JSON, or all people as NDJSON or CSV if requested. */
export const answerPeople = async <Q extends WideQuestion>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  parameters: QuestionOf<AskedFor<Q>>,
  question: Q,
  given: GivenTo<Q>,
  of: PeopleOf<FoundBy<Q>>,
): Promise<Response> => {
  const format = streamedAs(context);
  if (format === undefined)
    return answerWide(context, ledger, parameters, question, given, async (found) =>
      of.shown(found, await seen(context, ledger, of.rows(found), of.name)),
    );
  const asked = await askedOf(context, ledger, parameters as QuestionOf<PlainQuestion>);
  if (E.isLeft(asked)) return problem(context, asked.left);
  return stream(context, ledger, format, { asked: asked.right as Asked<AskedFor<Q>>, question, given }, of);
};
