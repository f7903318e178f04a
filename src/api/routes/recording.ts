/** Records events: one, a batch, or any number of lines. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { type PolicyWarning, Recorded } from '../../contract/answers.ts';
import type { Problem } from '../../contract/problem.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { ChunksUnderWay } from '../../ledger/recording/chunks-under-way.ts';
import { type Given, warningsMax } from '../../ledger/recording/decode-batch.ts';
import { Recorder } from '../../ledger/recording/recorder.ts';
import { isBinary, readBinary } from '../http/binary-mode.ts';
import { readBatch, readPlain, readStructured } from '../http/bodies.ts';
import { type ApiEnv, callerOf, emitterOf, revokedMeanwhile } from '../http/caller.ts';
import { type Body, decodedBody } from '../http/content-coding.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { readNdjson } from '../http/ndjson.ts';
import { eventSchema, problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';
import { RecordedSoFar } from './recorded-so-far.ts';
import { WriteDiscrepancies } from './write-discrepancies.ts';

const accepted =
  'application/cloudevents+json, application/cloudevents-batch+json, application/json, application/x-ndjson (or application/ndjson, application/jsonl), or CloudEvents binary mode (ce- headers with application/json)';

const recordedContent = { 'application/json': { schema: jsonSchema(Recorded) as object } };

/** Includes warnings if there are any. */
const warned = (warnings: ReadonlyArray<PolicyWarning> = []): Pick<Recorded, 'warnings'> =>
  warnings.length === 0 ? {} : { warnings };

/** The route `POST /v1/events`. */
export const recordingRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const recorder = new Recorder(ledger);

  const recordOnce = async (
    context: Context<ApiEnv>,
    given: E.Either<Problem, ReadonlyArray<Given>>,
  ): Promise<Response> => {
    if (E.isRight(given) && given.right.length === 0) {
      const position = String(ledger.parts.log.head());
      return sendJson(context, { recorded: 0, duplicates: 0, position }, 200);
    }
    return pipe(
      TE.fromEither(given),
      TE.filterOrElse(
        () => callerOf(context).isStillLetIn(),
        (): Problem => revokedMeanwhile,
      ),
      TE.flatMap((events) => () => recorder.record(events, emitterOf(context))),
      TE.matchEW(
        (refused) => async () => problem(context, refused),
        ({ recorded, duplicates, position, warnings, decoded }) =>
          async () => {
            const discrepancies = new WriteDiscrepancies(context, ledger);
            discrepancies.add(decoded);
            const outcome = {
              ...{ recorded, duplicates, position: String(position) },
              ...warned(warnings),
              ...(await discrepancies.found(position)),
            };
            return sendJson(context, outcome, recorded === 0 ? 200 : 201);
          },
      ),
    )();
  };

  const recordLines = async (context: Context<ApiEnv>, body: Body): Promise<Response> => {
    const discrepancies = new WriteDiscrepancies(context, ledger);
    const soFar = new RecordedSoFar(ledger.parts.log.head());
    const warnings: PolicyWarning[] = [];
    const underWay = new ChunksUnderWay(recorder, emitterOf(context), {
      writing: (chunk) => {
        warnings.push(...(chunk.warnings ?? []).slice(0, warningsMax - warnings.length));
        discrepancies.add(chunk.decoded);
      },
      written: (done) => soFar.add(done),
    });
    const stop = (stopped: Problem): Response =>
      problem(context, { ...stopped, soFar: soFar.summary() } as Problem);

    for await (const chunk of readNdjson(body)) {
      const isLetIn = callerOf(context).isStillLetIn();
      const stopped = await underWay.add(isLetIn ? chunk : E.left(revokedMeanwhile));
      if (stopped !== undefined) return stop(stopped);
    }
    const stopped = await underWay.end();
    if (stopped !== undefined) return stop(stopped);
    const done = soFar.summary();
    const outcome = { ...done, ...warned(warnings), ...(await discrepancies.found(soFar.last)) };
    return sendJson(context, outcome, done.recorded === 0 ? 200 : 201);
  };

  routes.post(
    '/',
    describeRoute({
      summary: 'Record events',
      description:
        'One event, an atomic batch of up to 1000, or any number as NDJSON. NDJSON is recorded in order, in atomic chunks of up to 1000 lines that are not empty. The first invalid line stops it, and the error names the line. Sending the same again is safe. With Prefer: wait, discrepancies lists the events that do not fit the others.',
      requestBody: {
        required: true,
        content: {
          'application/cloudevents+json': { schema: eventSchema() as object },
          'application/cloudevents-batch+json': {
            schema: { type: 'array', maxItems: 1_000, items: eventSchema() as object },
          },
          'application/x-ndjson': { schema: { type: 'string', description: 'one event a line' } },
          'application/json': {
            schema: {
              description:
                'one event or an array of up to 1000; with ce- headers for the attributes, only the data',
            },
          },
        },
      },
      responses: {
        201: { description: 'Recorded', content: recordedContent },
        200: { description: 'All events were already recorded', content: recordedContent },
        403: problemResponse('Not allowed with this key: errors has the place of each event'),
        409: problemResponse('Another event has the same source and id'),
        413: problemResponse('Body too large'),
        415: problemResponse('Unsupported Content-Type, or Content-Encoding: see Accept-Encoding'),
        422: problemResponse('Invalid events: nothing of the batch is recorded; errors lists every fault'),
        503: problemResponse('The log is temporarily unavailable: see Retry-After'),
        507: problemResponse('The disk is full'),
      },
    }),
    async (context) => {
      const [mediaType] = (context.req.header('content-type') ?? '').toLowerCase().split(';');
      const decoded = decodedBody(context);
      if (E.isLeft(decoded)) return problem(context, decoded.left);
      const body = decoded.right;
      const { headers } = context.req.raw;
      switch (mediaType?.trim()) {
        case 'application/cloudevents+json':
          return recordOnce(context, await readStructured(body));
        case 'application/cloudevents-batch+json':
          return recordOnce(context, await readBatch(body));
        case 'application/x-ndjson':
        case 'application/ndjson':
        case 'application/jsonl':
          return recordLines(context, body);
        case 'application/json':
          return recordOnce(context, await (isBinary(headers) ? readBinary(headers, body) : readPlain(body)));
      }
      if (isBinary(headers) && mediaType?.trim().endsWith('+json') === true)
        return recordOnce(context, await readBinary(headers, body));
      return problem(context, { kind: 'media-type', detail: `expected the Content-Type ${accepted}` });
    },
  );

  // CloudEvents, HTTP 1.1 Web Hooks for Event Delivery, 4: a sender first asks whether it may deliver here.
  routes.options('/', (context) => {
    const origin = context.req.header('WebHook-Request-Origin');
    context.header('Allow', 'GET, POST');
    if (origin === undefined) return context.body(null, 204);
    context.header('WebHook-Allowed-Origin', origin);
    if (context.req.header('WebHook-Request-Rate') !== undefined) context.header('WebHook-Allowed-Rate', '*');
    return context.body(null, 200);
  });

  return routes;
};
