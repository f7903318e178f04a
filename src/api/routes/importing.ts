/** Imports records of other systems. They become events, which are recorded as by `POST /v1/events`. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { ImportOutcome, ImportTrial } from '../../contract/imports.ts';
import type { Problem } from '../../contract/problem.ts';
import { ImportQuestion } from '../../contract/questions/imports.ts';
import { readQuestion } from '../../contract/questions/question.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { importKindNames } from '../../import/kind-names.ts';
import { Tally } from '../../import/tally.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { Recorder } from '../../ledger/recording/recorder.ts';
import { Turns } from '../../threads/turns.ts';
import { type ApiEnv, callerOf, emitterOf, needsCaller, revokedMeanwhile } from '../http/caller.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';
import { type Aside, SettingAside } from './aside.ts';
import type { ImportedBody } from './imported-body.ts';
import { RecordedSoFar } from './recorded-so-far.ts';

/** Events to record together; those of one record always are. */
const chunkEventsMax = 1_000;
/** Events that a dry run shows. */
const shownEventsMax = 100;

/** The route `POST /v1/import/{kind}`. */
export const importRoutes = (ledger: Ledger, mapping: unknown, aside?: Aside): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use(needsCaller);
  const recorder = new Recorder(ledger);

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
    return sendJson(context, trial, 200);
  };

  const recorded = async (
    context: Context<ApiEnv>,
    kind: string,
    { opened, records }: ImportedBody,
  ): Promise<Response> => {
    const apart = new SettingAside(aside, kind);
    const by = emitterOf(context);
    const tally = new Tally(opened.importer);
    const turns = new Turns();
    const soFar = new RecordedSoFar(ledger.parts.log.head());
    let waiting: Given[] = [];

    /** Records the collected events. Returns the problem that stops the import, if any. */
    const flush = async (): Promise<Problem | undefined> => {
      const chunk = waiting;
      waiting = [];
      if (chunk.length === 0) return undefined;
      if (!callerOf(context).isStillLetIn()) return revokedMeanwhile;
      return pipe(
        () => recorder.check(chunk, by),
        TE.flatMap((checked) => () => recorder.prepare(checked)),
        TE.flatMapTask((prepared) => () => recorder.recordLines(prepared)),
        TE.match(
          (refused): Problem | undefined => refused,
          (done) => {
            soFar.add(done);
            return done.problem;
          },
        ),
      )();
    };
    const stop = (stopped: Problem): Response => {
      apart.flush();
      return problem(context, { ...stopped, soFar: soFar.summary() } as Problem);
    };

    for await (const given of records) {
      if (E.isLeft(given)) return stop(given.left);
      const become = tally.become(given.right);
      if ('refused' in become) return stop({ kind: 'invalid-events', errors: become.refused });
      if ('record' in given.right) apart.look(given.right.record, become);
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
    const done = soFar.summary();
    const outcome: ImportOutcome = {
      records: read,
      ...done,
      unmappedRecords,
      unmapped,
      ...apart.flush(),
    };
    return sendJson(context, outcome, done.recorded === 0 ? 200 : 201);
  };

  const content = (codec: typeof ImportOutcome | typeof ImportTrial) => ({
    'application/json': { schema: jsonSchema(codec) as object },
  });
  routes.post(
    '/:kind',
    describeRoute({
      summary: 'Import the records of another system',
      description: `The records become events, which are recorded in order, in chunks of up to ${chunkEventsMax}; the events of one record stay together. The first record that cannot be imported stops the import, and the error names it. Earlier records stay recorded, and importing the same again records nothing twice. In errors, index and line refer to the record.`,
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
          description:
            'Nothing new: all events were already recorded, or no record became an event, or dryRun',
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
      const kind = context.req.param('kind');
      // Loaded with the first import, since most ledgers have none.
      const { importedBody } = await import('./imported-body.ts');
      return pipe(
        TE.fromEither(readQuestion(ImportQuestion, new URL(context.req.url).searchParams)),
        TE.bind('body', ({ at }) =>
          importedBody(context, kind, mapping, at === undefined ? undefined : formatInstant(at)),
        ),
        TE.matchE(
          (refused) => async () => problem(context, refused),
          ({ body, dryRun }) =>
            () =>
              dryRun === 'true' ? tried(context, body) : recorded(context, kind, body),
        ),
      )();
    },
  );

  return routes;
};
