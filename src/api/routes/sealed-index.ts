/** The second log (V12), whose leaves are the sealed stretches of the first: C2SP tlog-tiles under `/log/index`. */
import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { Problem } from '../../contract/problem.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ApiEnv } from '../http/caller.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { tilePath } from './tile-path.ts';

/** The routes under `/log/index`. Their content is derived from the log and names nobody. */
export const sealedIndexRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const { sealed } = ledger.parts;
  const notServed = (detail: string): Problem => ({ kind: 'unknown', what: 'checkpoint', detail });
  const notSealed = notServed('no stretch of the log is sealed yet, or this process does not sign the log');
  const notWitnessed = notServed(
    'no checkpoint of the sealed index has a quorum of cosignatures; GET /v1/log shows the state of each witness',
  );

  routes.get(
    '/checkpoint',
    describeRoute({
      summary: 'The signed checkpoint of the sealed index (C2SP tlog-checkpoint)',
      responses: {
        200: { description: 'The checkpoint', content: { 'text/plain': { schema: { type: 'string' } } } },
        404: problemResponse('Nothing is sealed yet, or no quorum of witnesses has cosigned it'),
      },
    }),
    (context) => {
      const { checkpoint, signed } = sealed?.state ?? {};
      return checkpoint === undefined
        ? problem(context, signed === undefined ? notSealed : notWitnessed)
        : context.body(checkpoint.note, 200, {
            'Content-Type': 'text/plain; charset=utf-8',
            'Cache-Control': 'public, max-age=1',
          });
    },
  );

  routes.get(
    '/tile/:tile{.+}',
    describeRoute({
      summary: 'A tile of the sealed index, or the entries of one (C2SP tlog-tiles)',
      responses: {
        200: {
          description: 'The tile',
          content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
        },
        400: problemResponse('Invalid parameter'),
        404: problemResponse('Fewer stretches are sealed'),
      },
    }),
    (context) => {
      const path = tilePath(context.req.param('tile'));
      if (E.isLeft(path)) return problem(context, path.left);
      const { kind, level, index, width } = path.right;
      const found =
        kind === 'entries' ? sealed?.entries(index, width) : sealed?.tree()?.tile(level, index, width);
      return found === undefined
        ? problem(context, { kind: 'unknown', what: 'tile', detail: 'fewer stretches are sealed' })
        : context.body(new Uint8Array(found), 200, {
            'Content-Type': 'application/octet-stream',
            'Cache-Control': 'public, max-age=31536000, immutable',
          });
    },
  );

  return routes;
};
