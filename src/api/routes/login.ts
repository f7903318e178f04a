/**
 * Signs the console in with an OpenID Connect issuer: the authorization code flow with PKCE (RFC 7636), as a public
 * client.
 *
 * The page goes to the issuer, returns with a code, and exchanges it here, so that it only contacts the ledger, as
 * its Content-Security-Policy requires. The exchanged data is passed on unchanged and not stored.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import * as t from 'io-ts';
import { TokenRequest } from '../../contract/login.ts';
import type { Logins } from '../../people/access/logins.ts';
import type { ApiEnv } from '../http/caller.ts';
import { jsonBody } from '../http/json-body.ts';
import { problem } from '../http/problem.ts';
import { sendJson } from '../http/send-json.ts';

/** How long to wait for the issuer's answer, in milliseconds. */
const issuerMsMax = 10_000;
/** The required member of the issuer's answer; other members are ignored. */
const IssuedToken = t.type({ access_token: t.string });

/** The routes `/login.json` and `/login/token`. */
export const loginRoutes = (logins: Logins | undefined, clientId: string | undefined): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.use('/login*', async (context, next) => {
    await next();
    context.header('Cache-Control', 'no-store');
  });
  const away = {
    kind: 'unavailable',
    detail: 'the issuer of logins cannot be reached',
    retryAfterMs: 5_000,
  } as const;

  routes.get('/login.json', async (context) => {
    if (logins === undefined || clientId === undefined) return sendJson(context, { login: null });
    const { audience, issuer } = logins.options;
    const described = await logins.describe().catch(() => undefined);
    if (described === undefined) return problem(context, away);
    const authorize = described.authorization_endpoint;
    return sendJson(context, { login: { issuer, authorize, clientId, audience } });
  });

  routes.post('/login/token', async (context) => {
    if (logins === undefined || clientId === undefined) return problem(context, { kind: 'not-found' });
    const asked = await jsonBody(context, TokenRequest);
    if (E.isLeft(asked)) return problem(context, asked.left);
    const { code, verifier, redirectUri } = asked.right;
    try {
      const { token_endpoint: url } = await logins.describe();
      const answer = await fetch(url, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: clientId,
          code,
          code_verifier: verifier,
          redirect_uri: redirectUri,
          resource: logins.options.audience,
        }),
        redirect: 'error',
        signal: AbortSignal.timeout(issuerMsMax),
      });
      const token = IssuedToken.decode(await answer.json());
      return E.isRight(token)
        ? sendJson(context, { token: token.right.access_token })
        : problem(context, {
            kind: 'unauthorized',
            detail: 'the issuer of logins gave no token for this code',
          });
    } catch {
      return problem(context, away);
    }
  });
  return routes;
};
