/**
 * OpenLineage as its clients send it (https://openlineage.io/apidocs/openapi): one event, or a batch whose events
 * are accepted independently.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { ImportOutcome, LineageBatchOutcome } from '../../contract/imports.ts';
import type { BodyFault, Problem } from '../../contract/problem.ts';
import { problemDetails } from '../../contract/problem.ts';
import { describe } from '../../domain/events/fault.ts';
import { checked, type Importer } from '../../import/imported/imported.ts';
import type { Mapping } from '../../import/mapping/mapping.ts';
import { openLineageImporter } from '../../import/openlineage/openlineage.ts';
import { Tally } from '../../import/tally.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { type Recorded, Recorder } from '../../ledger/recording/recorder.ts';
import { Turns } from '../../threads/turns.ts';
import { readJson } from '../http/bodies.ts';
import { type ApiEnv, callerOf, emitterOf, needsCaller, revokedMeanwhile } from '../http/caller.ts';
import { decodedBody } from '../http/content-coding.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';
import { type Aside, SettingAside } from './aside.ts';

/** Events in one batch. */
const lineageBatchEventsMax = 1_000;
/**
 * The ledger events of a batch are recorded together up to this number; beyond it, they are recorded separately for
 * each OpenLineage event.
 */
const togetherEventsMax = 1_000;

const anyObject = {
  type: 'object',
  description: 'a RunEvent, JobEvent or DatasetEvent of OpenLineage 2-0-2',
};

/** Whether a problem is temporary, so that the client may send the same again. */
const mayPass = ({ kind }: Problem): boolean => kind === 'unavailable' || kind === 'full';

const reasonOf = (given: Problem): string => {
  const { detail, title, errors = [] } = problemDetails(given);
  const [first] = errors;
  return first === undefined ? (detail ?? title) : `${first.pointer} ${first.message}`.trim();
};

const reasonOfFaults = ([first]: ReadonlyArray<BodyFault>): string =>
  `${first!.pointer} ${first!.message}`.trim();

/** The routes `POST /api/v1/lineage` and `POST /api/v1/lineage/batch`. */
export const openLineageRoutes = (ledger: Ledger, mapping: Mapping, aside?: Aside): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use(needsCaller);
  const recorder = new Recorder(ledger);
  const importer: Importer = checked(openLineageImporter(mapping));

  const nothing = (): Recorded => ({ recorded: 0, duplicates: 0, position: ledger.parts.log.head() });

  const record = async (
    context: Context<ApiEnv>,
    given: ReadonlyArray<Given>,
  ): Promise<E.Either<Problem, Recorded>> => {
    if (!callerOf(context).isStillLetIn()) return E.left(revokedMeanwhile);
    return given.length === 0 ? E.right(nothing()) : recorder.record(given, emitterOf(context));
  };

  const jsonOf = async (context: Context<ApiEnv>): Promise<E.Either<Problem, unknown>> => {
    const [mediaType] = (context.req.header('content-type') ?? '').toLowerCase().split(';');
    if (mediaType?.trim() !== 'application/json')
      return E.left({ kind: 'media-type', detail: 'expected the Content-Type application/json' });
    return pipe(
      TE.fromEither(decodedBody(context)),
      TE.flatMap((body) => () => readJson(body)),
    )();
  };

  /** The ledger events of one document. */
  const eventsOf = (
    tally: Tally,
    record: unknown,
    apart: SettingAside,
  ): E.Either<Problem, ReadonlyArray<Given>> => {
    const become = tally.become({ index: 0, record });
    apart.look(record, become);
    return 'refused' in become
      ? E.left({ kind: 'invalid-events', errors: become.refused })
      : E.right(become.events.map((event) => ({ index: 0, json: event })));
  };

  routes.post(
    '/',
    describeRoute({
      summary: 'Record an OpenLineage event',
      requestBody: { required: true, content: { 'application/json': { schema: anyObject as object } } },
      responses: {
        201: {
          description: 'Accepted; unmapped lists what became no event',
          content: { 'application/json': { schema: jsonSchema(ImportOutcome) as object } },
        },
        409: problemResponse('The same run, type and time is already recorded with different content'),
        413: problemResponse('Body too large'),
        415: problemResponse('Unsupported media type'),
        422: problemResponse('Not a valid OpenLineage event: errors has the place of each fault'),
        503: problemResponse('The log is temporarily unavailable: see Retry-After'),
        507: problemResponse('The disk is full'),
      },
    }),
    async (context) => {
      const tally = new Tally(importer);
      const apart = new SettingAside(aside, 'openlineage');
      return pipe(
        () => jsonOf(context),
        TE.flatMapEither((json) => eventsOf(tally, json, apart)),
        TE.flatMap((given) => () => record(context, given)),
        TE.matchW(
          (refused) => problem(context, refused),
          ({ recorded, duplicates, position }) => {
            const { records, unmappedRecords, unmapped } = tally;
            const done = { recorded, duplicates, position: String(position) };
            const outcome: ImportOutcome = {
              ...{ records, ...done, unmappedRecords, unmapped },
              ...apart.flush(),
            };
            return sendJson(context, outcome, 201);
          },
        ),
      )();
    },
  );

  routes.post(
    '/batch',
    describeRoute({
      summary: 'Record OpenLineage events, each one separately',
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: { type: 'array', maxItems: lineageBatchEventsMax, items: anyObject } as object,
          },
        },
      },
      responses: {
        204: { description: 'All events were accepted' },
        200: {
          description: 'Some events were not accepted; the answer names each',
          content: { 'application/json': { schema: jsonSchema(LineageBatchOutcome) as object } },
        },
        413: problemResponse('Body too large, or too many events'),
        415: problemResponse('Unsupported media type'),
        422: problemResponse('Not an array'),
        503: problemResponse('The log is temporarily unavailable: see Retry-After'),
        507: problemResponse('The disk is full'),
      },
    }),
    async (context) => {
      const json = await jsonOf(context);
      if (E.isLeft(json)) return problem(context, json.left);
      if (!Array.isArray(json.right)) {
        const message = `found ${describe(json.right)}; expected an array of OpenLineage events`;
        return problem(context, { kind: 'invalid-body', errors: [{ pointer: '', message }] });
      }
      const { length: received } = json.right;
      if (received > lineageBatchEventsMax) {
        const detail = `the batch has ${received} events; it may have up to ${lineageBatchEventsMax}`;
        return problem(context, { kind: 'too-large', detail });
      }
      const tally = new Tally(importer);
      const apart = new SettingAside(aside, 'openlineage');
      const turns = new Turns();
      const failed: { index: number; reason: string; retriable: boolean }[] = [];
      const taken: Given[][] = [];
      for (const [index, record] of json.right.entries()) {
        const become = tally.become({ index, record });
        if ('refused' in become)
          failed.push({ index, reason: reasonOfFaults(become.refused), retriable: false });
        else taken.push(become.events.map((event) => ({ index, json: event })));
        apart.look(record, become);
        if (turns.isOver()) await turns.next();
      }
      apart.flush();
      const all = taken.flat();
      const together = all.length <= togetherEventsMax ? await record(context, all) : E.left(undefined);
      if (E.isLeft(together)) {
        // One refused event must not affect the others.
        for (const events of taken) {
          const done = await record(context, events);
          if (E.isRight(done)) continue;
          // Nothing can be recorded now: the client sends everything again, and nothing is recorded twice.
          if (mayPass(done.left) || done.left.kind === 'unauthorized') return problem(context, done.left);
          failed.push({ index: events[0]!.index, reason: reasonOf(done.left), retriable: false });
        }
      }
      if (failed.length === 0) return context.body(null, 204);
      const outcome: LineageBatchOutcome = {
        status: 'partial_success',
        summary: {
          received,
          successful: received - failed.length,
          failed: failed.length,
          retriable: 0,
          non_retriable: failed.length,
        },
        failed_events: failed.sort((a, b) => a.index - b.index),
      };
      return sendJson(context, outcome, 200);
    },
  );

  return routes;
};
