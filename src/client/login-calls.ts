/** The caller; and signing in with an OpenID Connect issuer, as the console does. */
import { CallerAnswer } from '../contract/caller.ts';
import { LoginOffer, TokenAnswer, type TokenRequest } from '../contract/login.ts';
import type { Asking } from './asking.ts';
import type { Reply, RequestOptions } from './reply.ts';
import { ask } from './transport.ts';

/** The calls about the caller and logins. */
export const loginCalls = ({ target }: Asking) => ({
  /** The caller's key or login, and its scopes. */
  caller: (options?: RequestOptions): Reply<CallerAnswer> =>
    ask(target, { path: ['v1', 'caller'], signal: options?.signal }, CallerAnswer),
  /** Where and as which client to sign in; null if the ledger asks for a key. */
  offer: (options?: RequestOptions): Reply<LoginOffer> =>
    ask(target, { path: ['login.json'], signal: options?.signal }, LoginOffer),
  /** Exchanges the issuer's code for a token. */
  exchange: (request: TokenRequest, options?: RequestOptions): Reply<{ readonly token: string }> =>
    ask(
      target,
      {
        method: 'POST',
        path: ['login', 'token'],
        contentType: 'application/json',
        body: JSON.stringify(request),
        signal: options?.signal,
      },
      TokenAnswer,
    ),
});
