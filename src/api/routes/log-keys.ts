/** Rotates the keys that sign the log (V4): new ones sign beside the previous ones, until these are retired. */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type { Problem } from '../../contract/problem.ts';
import { MerkleLogAnswer } from '../../contract/rows/integrity.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { retireKeys, rotateKeys } from '../../ledger/recording/rotate-keys.ts';
import { type ApiEnv, emitterOf, needsCaller } from '../http/caller.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';
import { merkleLogRow } from './merkle-log-rows.ts';

/** The routes under `/v1/log/keys`. */
export const logKeyRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use(needsCaller);
  const content = { 'application/json': { schema: jsonSchema(MerkleLogAnswer) as object } };

  const answer = (context: Context<ApiEnv>, done: E.Either<Problem, void>, status: 200 | 201): Response =>
    E.isLeft(done)
      ? problem(context, done.left)
      : sendJson(context, { data: merkleLogRow(ledger.parts) }, status);

  routes.post(
    '/',
    describeRoute({
      summary: 'Rotate the signing keys: new ones sign beside the old ones, and the log records it',
      responses: {
        201: { description: 'Rotated: the new keys come first', content },
        409: problemResponse('The last rotation is still in progress: retire its old keys first'),
        503: problemResponse('This process does not sign the log, or recording has stopped'),
      },
    }),
    async (context) => answer(context, await rotateKeys(ledger, emitterOf(context)), 201),
  );

  routes.delete(
    '/earlier',
    describeRoute({
      summary: 'Retire the signing keys from before the last rotation',
      description:
        'They stop signing, and their private keys are deleted from the key file. What they signed can still be verified.',
      responses: {
        200: { description: 'Retired; the answer has the keys that sign now', content },
        404: problemResponse('There are no old keys to retire'),
        503: problemResponse('The ledger does not serve a checkpoint signed by the new keys yet'),
      },
    }),
    (context) => answer(context, retireKeys(ledger), 200),
  );

  return routes;
};
