/**
 * Rotating the keys that sign the log (V4): new ones sign beside those of before, until these are retired.
 */
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
import { merkleLogRow } from './merkle-log-rows.ts';

/** The routes under `/v1/log/keys`. */
export const logKeyRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use(needsCaller);
  const content = { 'application/json': { schema: jsonSchema(MerkleLogAnswer) as object } };

  const answer = (context: Context<ApiEnv>, done: E.Either<Problem, void>, status: 200 | 201): Response =>
    E.isLeft(done) ? problem(context, done.left) : context.json({ data: merkleLogRow(ledger.parts) }, status);

  routes.post(
    '/',
    describeRoute({
      summary: 'Rotate the signing keys: new ones sign beside those of before, and the log says so',
      responses: {
        201: { description: 'Rotated: the new keys come first', content },
        409: problemResponse('The keys of the last rotation still sign side by side'),
        503: problemResponse('This process does not sign, or nothing may be recorded'),
      },
    }),
    async (context) => answer(context, await rotateKeys(ledger, emitterOf(context)), 201),
  );

  routes.delete(
    '/earlier',
    describeRoute({
      summary: 'Retire the signing keys of before the last rotation',
      description:
        'They sign no more, and their private halves are in the file of keys no longer; what they signed stays verifiable.',
      responses: {
        200: { description: 'Retired: the keys that sign now', content },
        404: problemResponse('No keys of before sign beside the current ones'),
        503: problemResponse('No checkpoint that the new keys signed is served yet'),
      },
    }),
    (context) => answer(context, retireKeys(ledger), 200),
  );

  return routes;
};
