/**
 * What others can verify about the log: the signed checkpoint and tiles of C2SP tlog-tiles, proofs, and stored
 * bytes (V5).
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { Problem } from '../../contract/problem.ts';
import { CheckpointsQuestion, ConsistencyQuestion } from '../../contract/questions/integrity.ts';
import { limitDefault, position as positionIn } from '../../contract/questions/parameter.ts';
import { invalidParameter, readQuestion } from '../../contract/questions/question.ts';
import { CheckpointsAnswer, ConsistencyAnswer, MerkleLogAnswer } from '../../contract/rows/integrity.ts';
import { toBase64 } from '../../integrity/signed-note.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { type ApiEnv, callerOf } from '../http/caller.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';
import { checkpointRow, merkleLogRow } from './merkle-log-rows.ts';
import { tilePath } from './tile-path.ts';

/** Full tiles and the bytes of events never change. */
const forEver = 'public, max-age=31536000, immutable';
/** A checkpoint is replaced by the next one. */
const briefly = 'public, max-age=1';
const bytesType = 'application/octet-stream';
const textType = 'text/plain; charset=utf-8';

const unavailable = (detail: string): Problem => ({ kind: 'unavailable', detail, retryAfterMs: 1_000 });
const notSignedYet = unavailable(
  'no checkpoint is signed yet because the log is still being hashed; try again later',
);

const notWitnessedYet = unavailable(
  'no checkpoint has a quorum of cosignatures yet; GET /v1/log shows the state of each witness',
);

const PositionInPath = positionIn('A position in the log.');

/** Bytes as the body of a response. */
const bytes = (context: Context<ApiEnv>, body: Uint8Array): Response =>
  context.body(new Uint8Array(body), 200, { 'Content-Type': bytesType, 'Cache-Control': forEver });

const described = (
  summary: string,
  type: string,
  schema: object,
  refusals: Readonly<Record<number, string>>,
) =>
  describeRoute({
    summary,
    responses: {
      200: { description: 'The answer', content: { [type]: { schema } } },
      ...Object.fromEntries(
        Object.entries(refusals).map(([status, description]) => [status, problemResponse(description)]),
      ),
    },
  });
const binary = { type: 'string', format: 'binary' };
const text = { type: 'string' };
const notReached = {
  400: 'Invalid parameter',
  404: 'The log has fewer events',
  503: 'Nothing is signed yet',
};

/** The routes of C2SP tlog-tiles, under `/log`. */
export const tileRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const { merkle } = ledger.parts;

  routes.get(
    '/checkpoint',
    described('The signed checkpoint of the log (C2SP tlog-checkpoint)', 'text/plain', text, {
      503: 'Nothing is signed yet',
    }),
    (context) => {
      const { checkpoint, signed } = merkle.state;
      return checkpoint === undefined
        ? problem(context, signed === undefined ? notSignedYet : notWitnessedYet)
        : context.body(checkpoint.note, 200, { 'Content-Type': textType, 'Cache-Control': briefly });
    },
  );

  routes.get(
    '/tile/:tile{.+}',
    described('A tile of the tree, or the entries of one (C2SP tlog-tiles)', bytesType, binary, notReached),
    (context) => {
      const path = tilePath(context.req.param('tile'));
      if (E.isLeft(path)) return problem(context, path.left);
      const { kind, level, index, width } = path.right;
      if (kind === 'entries') callerOf(context);
      const found =
        kind === 'entries' ? merkle.entries(index, width) : merkle.tree()?.tile(level, index, width);
      return found === undefined
        ? problem(context, { kind: 'unknown', what: 'tile', detail: 'the log has fewer events' })
        : bytes(context, found);
    },
  );

  return routes;
};

/** The routes under `/v1` for proofs about the log. */
export const proofRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const { merkle, log } = ledger.parts;

  const atPosition = (
    context: Context<ApiEnv>,
    answer: (position: number) => E.Either<Problem, Response>,
  ): Response => {
    callerOf(context);
    return pipe(
      PositionInPath.decode(context.req.param('position')),
      E.orElse(
        (): E.Either<Problem, number> =>
          invalidParameter('position', 'expected a position in the log, a whole number such as 1234'),
      ),
      E.filterOrElse(
        (position) => position >= 1 && position <= log.head(),
        (): Problem => ({ kind: 'unknown', what: 'event', detail: 'no event is recorded at this position' }),
      ),
      E.flatMap(answer),
      E.getOrElse((refused) => problem(context, refused)),
    );
  };

  routes.get(
    '/events/:position/proof',
    described('Proof that an event is in the signed log (C2SP tlog-proof)', 'text/plain', text, notReached),
    (context) =>
      atPosition(context, (position) =>
        pipe(
          merkle.proofOf(position),
          E.fromNullable(unavailable('the event is not in a signed checkpoint yet; try again in a second')),
          E.map((proof) =>
            context.body(proof, 200, { 'Content-Type': textType, 'Cache-Control': 'private, max-age=1' }),
          ),
        ),
      ),
  );

  routes.get(
    '/events/:position/stored',
    described('The bytes that the log keeps of an event', bytesType, binary, notReached),
    (context) => atPosition(context, (position) => E.right(bytes(context, log.at(position)!.bytes))),
  );

  routes.get(
    '/log',
    described('The state of the Merkle log', 'application/json', jsonSchema(MerkleLogAnswer) as object, {}),
    (context) => {
      callerOf(context);
      return sendJson(context, { data: merkleLogRow(ledger.parts) });
    },
  );

  routes.get(
    '/log/checkpoints',
    described(
      'The signed checkpoints, the largest first',
      'application/json',
      jsonSchema(CheckpointsAnswer) as object,
      { 400: 'Invalid parameter' },
    ),
    (context) => {
      callerOf(context);
      return pipe(
        readQuestion(CheckpointsQuestion, new URL(context.req.url).searchParams),
        E.matchW(
          (refused) => problem(context, refused),
          ({ upTo = Number.MAX_SAFE_INTEGER, limit = limitDefault }) =>
            sendJson(context, { data: merkle.history(upTo, limit).map(checkpointRow) }),
        ),
      );
    },
  );

  routes.get(
    '/log/consistency',
    described(
      'Proof that the log of one size begins with that of another',
      'application/json',
      jsonSchema(ConsistencyAnswer) as object,
      notReached,
    ),
    (context) => {
      callerOf(context);
      return pipe(
        readQuestion(ConsistencyQuestion, new URL(context.req.url).searchParams),
        E.flatMap(({ from, to = merkle.state.checkpoint?.size }): E.Either<Problem, Response> => {
          if (from === undefined) return invalidParameter('from', 'expected the size of the earlier log');
          if (to === undefined) return E.left(notSignedYet);
          if (from > to) return invalidParameter('from', 'expected a size of at most `to`');
          const proof = merkle.consistency(from, to);
          return proof === undefined
            ? E.left({ kind: 'unknown', what: 'tree', detail: `the log has not reached ${to} events` })
            : E.right(sendJson(context, { data: { from, to, proof: proof.map(toBase64) } }));
        }),
        E.getOrElse((refused) => problem(context, refused)),
      );
    },
  );

  return routes;
};
