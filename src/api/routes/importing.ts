/**
 * Importing the records of other systems: they become events, which are recorded as those of `POST /v1/events` are.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { ImportBody, ImportOutcome, ImportTrial } from '../../contract/imports.ts';
import type { Problem } from '../../contract/problem.ts';
import { ImportQuestion } from '../../contract/questions/imports.ts';
import { readQuestion } from '../../contract/questions/question.ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { importKindNames } from '../../import/kind-names.ts';
import { type Import, type ImportOptions, importKindOf } from '../../import/kinds.ts';
import type { GivenRecord } from '../../import/records/given-record.ts';
import type { RecordsIn } from '../../import/records/json-records.ts';
import { Tally } from '../../import/tally.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { Recorder } from '../../ledger/recording/recorder.ts';
import { Turns } from '../../threads/turns.ts';
import { readJson, readNdjson } from '../http/bodies.ts';
import { type ApiEnv, callerOf, emitterOf, needsCaller, revokedMeanwhile } from '../http/caller.ts';
import { decodedBody } from '../http/content-coding.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';

/** Events that are recorded together; those of one record always are. */
const chunkEventsMax = 1_000;
/** Events that a trial shows. */
const shownEventsMax = 100;

type Records = AsyncIterable<E.Either<Problem, GivenRecord>>;

/** A body as it is imported: its records, and how they become events. */
interface ImportedBody {
  readonly opened: Import;
  readonly records: Records;
}

/** The records of lines, each of which is a document. */
async function* recordsOfLines(body: ReadableStream<Uint8Array> | null, recordsIn: RecordsIn): Records {
  let index = 0;
  for await (const chunk of readNdjson(body)) {
    if (E.isLeft(chunk)) {
      yield chunk;
      return;
    }
    for (const given of chunk.right) {
      const place = given.line === undefined ? {} : { line: given.line };
      if ('fault' in given) yield E.right({ index: index++, ...place, fault: given.fault });
      else for (const record of recordsIn(given.json)) yield E.right({ index: index++, ...place, record });
    }
  }
}

async function* eachRight(records: AsyncIterable<GivenRecord> | ReadonlyArray<GivenRecord>): Records {
  for await (const record of records) yield E.right(record);
}

const invalid = (errors: ReturnType<typeof faultsOf>): E.Either<Problem, never> =>
  E.left({ kind: 'invalid-body', errors });

const mediaType: E.Either<Problem, never> = E.left({
  kind: 'media-type',
  detail:
    'expected application/json with one document, a list, or { mapping, records } (for CSV { mapping, csv }); or application/x-ndjson',
});

/** The route `POST /v1/import/{kind}`. */
export const importRoutes = (ledger: Ledger, mapping: unknown): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use(needsCaller);
  const recorder = new Recorder(ledger);

  const bodyOf = async (
    context: Context<ApiEnv>,
    kindName: string,
    at: string | undefined,
  ): Promise<E.Either<Problem, ImportedBody>> => {
    const kind = importKindOf(kindName);
    if (kind === undefined) {
      const detail = `kind: expected one of ${importKindNames.join(', ')}`;
      return E.left({ kind: 'bad-parameter', parameter: 'kind', detail });
    }
    const opened = (options: ImportOptions): E.Either<Problem, Import> => {
      const made = kind.open({ at, ...options });
      return E.isLeft(made)
        ? invalid(made.left.map((fault) => ({ ...fault, pointer: `/mapping${fault.pointer}` })))
        : made;
    };
    const decoded = decodedBody(context);
    if (E.isLeft(decoded)) return decoded;
    const body = decoded.right;
    const [type] = (context.req.header('content-type') ?? '').toLowerCase().split(';');
    switch (type?.trim()) {
      case 'application/x-ndjson': {
        if (kind.format === 'csv') return mediaType;
        const made = opened({ mapping });
        return E.isLeft(made)
          ? made
          : E.right({ opened: made.right, records: recordsOfLines(body, kind.recordsIn) });
      }
      case 'application/json': {
        const json = await readJson(body);
        if (E.isLeft(json)) return json;
        const given = json.right;
        if (typeof given !== 'object' || given === null || !('mapping' in given)) {
          if (kind.format === 'csv') return mediaType;
          const made = opened({ mapping });
          const records = kind.recordsIn(given).map((record, index) => ({ index, record }));
          return E.isLeft(made) ? made : E.right({ opened: made.right, records: eachRight(records) });
        }
        const asked = ImportBody.decode(given);
        if (E.isLeft(asked)) return invalid(faultsOf(asked.left));
        const made = opened({ mapping: asked.right.mapping });
        if (E.isLeft(made)) return made;
        const { csv, records = [] } = asked.right;
        if ((csv === undefined) === (kind.format === 'csv'))
          return invalid([
            { pointer: csv === undefined ? '/records' : '/csv', message: `is not how ${kindName} is sent` },
          ]);
        return E.right({
          opened: made.right,
          records: eachRight(
            csv === undefined
              ? records.map((record, index) => ({ index, record }))
              : made.right.records([Buffer.from(csv)]),
          ),
        });
      }
    }
    return mediaType;
  };

  const tried = async (context: Context<ApiEnv>, { opened, records }: ImportedBody): Promise<Response> => {
    const tally = new Tally(opened.importer);
    const first: unknown[] = [];
    const turns = new Turns();
    for await (const given of records) {
      if (E.isLeft(given)) return problem(context, given.left);
      const become = tally.become(given.right);
      if ('events' in become) first.push(...become.events.slice(0, shownEventsMax - first.length));
      if (turns.isOver()) await turns.next();
    }
    const { records: read, events, refusedRecords, refused, unmappedRecords, unmapped } = tally;
    const trial: ImportTrial = {
      records: read,
      events,
      first,
      refusedRecords,
      refused,
      unmappedRecords,
      unmapped,
    };
    return context.json(trial, 200);
  };

  const recorded = async (context: Context<ApiEnv>, { opened, records }: ImportedBody): Promise<Response> => {
    const by = emitterOf(context);
    const tally = new Tally(opened.importer);
    const turns = new Turns();
    let soFar = { recorded: 0, duplicates: 0, position: String(ledger.parts.log.head()) };
    let last = 0;
    let waiting: Given[] = [];

    /** Records the events that wait; the problem that stops the import, if there is one. */
    const flush = async (): Promise<Problem | undefined> => {
      const chunk = waiting;
      waiting = [];
      if (chunk.length === 0) return undefined;
      if (!callerOf(context).isStillLetIn()) return revokedMeanwhile;
      const prepared = await recorder.prepare(chunk, by);
      if (E.isLeft(prepared)) return prepared.left;
      const done = await recorder.recordLines(prepared.right);
      last = Math.max(last, done.position);
      soFar = {
        recorded: soFar.recorded + done.recorded,
        duplicates: soFar.duplicates + done.duplicates,
        position: last === 0 ? soFar.position : String(last),
      };
      return done.problem;
    };
    const stop = (stopped: Problem): Response => problem(context, { ...stopped, soFar } as Problem);

    for await (const given of records) {
      if (E.isLeft(given)) return stop(given.left);
      const become = tally.become(given.right);
      if ('refused' in become) return stop({ kind: 'invalid-events', errors: become.refused });
      if (waiting.length + become.events.length > chunkEventsMax) {
        const stopped = await flush();
        if (stopped !== undefined) return stop(stopped);
      }
      const { index, line } = given.right;
      const place = line === undefined ? { index } : { index, line };
      for (const event of become.events) waiting.push({ ...place, json: event });
      if (turns.isOver()) await turns.next();
    }
    const stopped = await flush();
    if (stopped !== undefined) return stop(stopped);
    const { records: read, unmappedRecords, unmapped } = tally;
    const outcome: ImportOutcome = { records: read, ...soFar, unmappedRecords, unmapped };
    return context.json(outcome, soFar.recorded === 0 ? 200 : 201);
  };

  const content = (codec: typeof ImportOutcome | typeof ImportTrial) => ({
    'application/json': { schema: jsonSchema(codec) as object },
  });
  routes.post(
    '/:kind',
    describeRoute({
      summary: 'Import the records of another system',
      description: `The records become events, which are recorded in chunks of up to ${chunkEventsMax}, in order, those of one record together. The first record that cannot be imported stops it and is named; what was recorded before stays, and importing the same again records nothing twice. In errors, index and line are of the record.`,
      parameters: [
        {
          name: 'kind',
          in: 'path',
          required: true,
          schema: { type: 'string', enum: [...importKindNames] },
        },
        ...Object.entries(ImportQuestion.parameters).map(([name, { description, schema }]) => ({
          name,
          in: 'query' as const,
          description,
          schema: schema as object,
        })),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { description: 'a document, a list, or a body with a mapping' } },
          'application/x-ndjson': { schema: { type: 'string', description: 'one document a line' } },
        },
      },
      responses: {
        201: { description: 'Recorded', content: content(ImportOutcome) },
        200: {
          description: 'Nothing new: all events had been recorded before, or nothing became one; or a trial',
          content: content(ImportTrial),
        },
        409: problemResponse('Another event has the same source and id'),
        413: problemResponse('Body too large'),
        415: problemResponse('Unsupported media type'),
        422: problemResponse(
          'A record that cannot be imported, or an invalid mapping: errors has each place',
        ),
        503: problemResponse('The log is temporarily unavailable: see Retry-After'),
        507: problemResponse('The disk is full'),
      },
    }),
    async (context) => {
      const asked = readQuestion(ImportQuestion, new URL(context.req.url).searchParams);
      if (E.isLeft(asked)) return problem(context, asked.left);
      const { at, dryRun } = asked.right;
      const kind = context.req.param('kind');
      const body = await bodyOf(context, kind, at === undefined ? undefined : formatInstant(at));
      if (E.isLeft(body)) return problem(context, body.left);
      return dryRun === 'true' ? tried(context, body.right) : recorded(context, body.right);
    },
  );

  return routes;
};
