/** Replays of the projections: start, follow and cancel them. */
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { describeRoute } from 'hono-openapi';
import type { Problem } from '../../contract/problem.ts';
import { type Replay, ReplayAnswer, ReplayList, ReplayRequest } from '../../contract/replays.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { wireClocksNow } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ReplayRun } from '../../projections/engine/replay.ts';
import { linkTo } from '../http/base-path.ts';
import { type ApiEnv, callerOf, needsCaller } from '../http/caller.ts';
import { jsonBody } from '../http/json-body.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';
import { wantedType } from '../http/wanted.ts';

/** The minimum time between two progress reports to a follower. */
const progressIntervalMs = 200;

const refusals = {
  busy: 'a replay is running; only one runs at a time',
  'no-generation-before': 'there is no earlier generation to roll back to',
};

const wire = (replay: ReplayRun): Replay => ({
  id: replay.id,
  rollback: replay.rollback,
  state: replay.state,
  processed: replay.processed,
  total: replay.total,
  rate: replay.rate,
  startedAt: formatInstant(replay.startedAt),
  endedAt: replay.endedAt === undefined ? null : formatInstant(replay.endedAt),
  etaMs: replay.etaMs ?? null,
  differences: replay.differences ?? null,
  failure: replay.failure ?? null,
});

/** The routes under `/v1/replays`. */
export const replayRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use(needsCaller);
  const { replays } = ledger;
  const answerOf = (replay: ReplayRun): ReplayAnswer => ({ clocks: wireClocksNow(ledger), ...wire(replay) });
  const described = { 'application/json': { schema: jsonSchema(ReplayAnswer) as object } };

  routes.post(
    '/',
    describeRoute({
      summary:
        'Rebuild the projections from the log beside the serving ones, then swap; or roll back to the previous ones',
      requestBody: {
        required: false,
        content: { 'application/json': { schema: jsonSchema(ReplayRequest) as object } },
      },
      responses: {
        202: { description: 'Started: follow it at Location', content: described },
        409: problemResponse('A replay is running, or there is nothing to roll back to'),
      },
    }),
    (context) => {
      // Without a body it is a plain replay.
      const isEmpty = context.req.header('content-type') === undefined;
      return pipe(
        isEmpty
          ? TE.right<Problem, ReplayRequest>({ rollback: false })
          : () => jsonBody(context, ReplayRequest),
        TE.flatMap(({ rollback }) =>
          pipe(
            async () => replays.start(rollback),
            TE.mapLeft((reason): Problem => ({ kind: 'busy', detail: refusals[reason] })),
          ),
        ),
        TE.matchW(
          (refused) => problem(context, refused),
          (replay) => {
            context.header('Location', linkTo(context, `/v1/replays/${replay.id}`));
            return sendJson(context, answerOf(replay), 202);
          },
        ),
      )();
    },
  );

  routes.get(
    '/',
    describeRoute({
      summary: 'The replays of this process, the latest first',
      responses: {
        200: {
          description: 'The replays',
          content: { 'application/json': { schema: jsonSchema(ReplayList) as object } },
        },
      },
    }),
    (context) =>
      sendJson(context, { clocks: wireClocksNow(ledger), data: replays.all().map(wire), next: null }),
  );

  const unknown = (context: Context<ApiEnv>): Response =>
    problem(context, { kind: 'unknown', what: 'replay', detail: 'no replay with this id is known' });

  routes.get(
    '/:id',
    describeRoute({
      summary: 'One replay; text/event-stream follows it until it ends',
      responses: {
        200: { description: 'The replay', content: described },
        404: problemResponse('No such replay'),
      },
    }),
    (context) => {
      const id = context.req.param('id');
      const replay = replays.get(id);
      if (replay === undefined) return unknown(context);
      if (wantedType(context, ['application/json', 'text/event-stream']) === 'application/json')
        return sendJson(context, answerOf(replay));
      return streamSSE(context, async (out) => {
        // Watching starts before the first read, so that no change is missed.
        let changed: () => void = () => {};
        let change = new Promise<void>((resolve) => {
          changed = resolve;
        });
        const unwatch = replays.watch((each) => {
          if (each.id === id) changed();
        });
        out.onAbort(() => changed());
        try {
          while (!out.aborted && callerOf(context).isStillLetIn()) {
            const current = replays.get(id);
            if (current === undefined) return;
            const isRunning = current.state === 'running';
            await out.writeSSE({
              event: isRunning ? 'progress' : 'ended',
              data: JSON.stringify(wire(current)),
            });
            if (!isRunning) return;
            await change;
            change = new Promise<void>((resolve) => {
              changed = resolve;
            });
            if (replays.get(id)?.state === 'running') await out.sleep(progressIntervalMs);
          }
        } finally {
          unwatch();
        }
      });
    },
  );

  routes.delete(
    '/:id',
    describeRoute({
      summary: 'Cancel a running replay',
      responses: {
        204: { description: 'Cancelled' },
        404: problemResponse('No such replay'),
        409: problemResponse('The replay has ended'),
      },
    }),
    async (context) => {
      const id = context.req.param('id');
      if (replays.get(id) === undefined) return unknown(context);
      const cancelled = await replays.cancel(id);
      return cancelled
        ? context.body(null, 204)
        : problem(context, { kind: 'busy', detail: 'the replay has ended and cannot be cancelled' });
    },
  );

  return routes;
};
