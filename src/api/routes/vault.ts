/**
 * The vault, shared with other processes on the same log: the server for `src/people/vault/http-vault.ts`.
 *
 * It reveals people only to holders of a key with the scope `vault`, and records who looked up whom. It forgets a
 * person only if the log records the erasure. Names are sent in bodies and never in paths, which proxies might log.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import type * as t from 'io-ts';
import type { Problem } from '../../contract/problem.ts';
import { forgottenId, ledgerSource } from '../../domain/recording/authority.ts';
import { readAt } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
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
import { type ApiEnv, callerOf, needsCaller } from '../http/caller.ts';
import { jsonBody } from '../http/json-body.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';

/** What a shared vault requires of the ledger before it answers. */
export interface VaultGuard {
  /** Whether the log records, up to this position, that the person was forgotten. */
  isSaid(pseudonym: string, saidAt: number): Promise<boolean>;
  /** Records whom the caller looked up, before the caller learns who they are. */
  record(context: Context<ApiEnv>, found: ReadonlySet<string>): Promise<void>;
}

/** The guard of a ledger. */
export const vaultGuard = (ledger: Ledger): VaultGuard => ({
  isSaid: async (pseudonym, saidAt) => {
    const { store, log } = ledger.parts;
    // Asking the store for its head also updates a replica of the log.
    if (saidAt > (await store.head())) return false;
    const said = log.find(ledgerSource, forgottenId(pseudonym));
    return said !== undefined && said.position <= saidAt;
  },
  record: async (context, found) => {
    const [at, reader] = [readAt(ledger), callerOf(context).keyName];
    const question = 'vault';
    await ledger.parts.reads.recordAll([...found].map((subject) => ({ at, reader, subject, question })));
  },
});

const notSaid: Problem = {
  kind: 'invalid-body',
  errors: [
    {
      pointer: '/saidAt',
      message:
        'the log up to this position does not record that the person was forgotten; erase a person with DELETE /v1/subjects/{id}',
    },
  ],
};

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
export const vaultRoutes = (vault: Vault, guard: VaultGuard): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use(needsCaller);

  const answering =
    <A, B, W>(
      request: t.Type<A, unknown, unknown>,
      answer: t.Type<B, W, unknown>,
      act: (asked: A, context: Context<ApiEnv>) => Promise<E.Either<Problem, B>>,
    ) =>
    (context: Context<ApiEnv>): Promise<Response> =>
      pipe(
        () => jsonBody(context, request),
        TE.flatMap((asked) => () => act(asked, context)),
        TE.matchW(
          (refused) => problem(context, refused),
          (done) => sendJson(context, answer.encode(done) as object),
        ),
      )();

  routes.get('/', described('Whether this process shares its vault', SharedVault), (context) =>
    sendJson(context, SharedVault.encode({ version: 2 })),
  );

  routes.post(
    '/find',
    described('Look people up, by name and by pseudonym', FindAnswer, FindRequest),
    answering(FindRequest, FindAnswer, async (asked, context) => {
      const found = await vault.find(asked);
      await guard.record(context, new Set([...found.pseudonyms.values(), ...found.people.keys()]));
      return E.right({
        pseudonyms: asked.names.map((name) => found.pseudonyms.get(name) ?? null),
        people: asked.pseudonyms.map((pseudonym) => {
          const identifier = found.people.get(pseudonym);
          return identifier === undefined ? null : { identifier };
        }),
      });
    }),
  );

  routes.post(
    '/admit',
    described('Create a pseudonym for each named person without one', AdmitAnswer, AdmitRequest),
    answering(AdmitRequest, AdmitAnswer, async ({ names, lookedUpTo }) => {
      const admitted = await vault.admit(names, lookedUpTo ?? undefined);
      return E.right(
        E.isLeft(admitted) ? { lookUpTo: admitted.left.upTo } : { pseudonyms: admitted.right.pseudonyms },
      );
    }),
  );

  routes.post(
    '/forget',
    described('Forget a person whose erasure is in the log', ForgetAnswer, ForgetRequest),
    answering(ForgetRequest, ForgetAnswer, async ({ pseudonym, saidAt }) => {
      if (!(await guard.isSaid(pseudonym, saidAt))) return E.left(notSaid);
      await vault.forget(pseudonym, saidAt);
      return E.right({ forgotten: true } as const);
    }),
  );

  return routes;
};
