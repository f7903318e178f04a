/**
 * The vault, shared with other processes on the same log: the other end of `src/people/vault/http-vault.ts`.
 *
 * It tells only holders of a key with the scope `vault` who people are. Names are sent in bodies and never in paths,
 * which proxies might log.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type * as t from 'io-ts';
import type { Vault } from '../../people/vault/vault.ts';
import {
  AdmitAnswer,
  AdmitRequest,
  FindAnswer,
  FindRequest,
  ForgetAnswer,
  ForgetRequest,
  SharedVault,
} from '../../people/vault/vault-wire.ts';
import { jsonBody } from '../http/json-body.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';

const described = (summary: string, answer: t.Mixed, request?: t.Mixed) =>
  describeRoute({
    summary,
    ...(request === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: jsonSchema(request) as object } },
          },
        }),
    responses: {
      200: {
        description: answer.name,
        content: { 'application/json': { schema: jsonSchema(answer) as object } },
      },
      503: problemResponse('The vault is temporarily unavailable: see Retry-After'),
    },
  });

/** The routes under `/v1/vault`. */
export const vaultRoutes = (vault: Vault): Hono => {
  const routes = new Hono();

  const answering =
    <A, B, W>(
      request: t.Type<A, unknown, unknown>,
      answer: t.Type<B, W, unknown>,
      act: (asked: A) => Promise<B>,
    ) =>
    async (context: Context): Promise<Response> => {
      const asked = await jsonBody(context, request);
      if (E.isLeft(asked)) return problem(context, asked.left);
      return context.json(answer.encode(await act(asked.right)) as object);
    };

  routes.get('/', described('Whether a vault is shared here', SharedVault), (context) =>
    context.json(SharedVault.encode({ version: 1 })),
  );

  routes.post(
    '/find',
    described('Look people up, by name and by pseudonym', FindAnswer, FindRequest),
    answering(FindRequest, FindAnswer, async (asked) => {
      const found = await vault.find(asked);
      return {
        pseudonyms: asked.names.map((name) => found.pseudonyms.get(name) ?? null),
        people: asked.pseudonyms.map((pseudonym) => {
          const identifier = found.people.get(pseudonym);
          return identifier === undefined ? null : { identifier };
        }),
      };
    }),
  );

  routes.post(
    '/admit',
    described('Give a pseudonym to each named person who has none', AdmitAnswer, AdmitRequest),
    answering(AdmitRequest, AdmitAnswer, async ({ names, lookedUpTo }) => {
      const admitted = await vault.admit(names, lookedUpTo ?? undefined);
      return E.isLeft(admitted)
        ? { lookUpTo: admitted.left.upTo }
        : { pseudonyms: names.map((name) => admitted.right.get(name)!) };
    }),
  );

  routes.post(
    '/forget',
    described('Forget a person whose erasure is in the log', ForgetAnswer, ForgetRequest),
    answering(ForgetRequest, ForgetAnswer, async ({ pseudonym, saidAt }) => {
      await vault.forget(pseudonym, saidAt);
      return { forgotten: true } as const;
    }),
  );

  return routes;
};
