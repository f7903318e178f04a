/** Who asks; and signing in with an issuer of OpenID Connect, as the console does. */
import { CallerAnswer } from '../contract/caller.ts';
import { LoginOffer, TokenAnswer, type TokenRequest } from '../contract/login.ts';
import type { Asking } from './asking.ts';
import type { Reply, RequestOptions } from './reply.ts';
import { ask } from './transport.ts';

export const loginCalls = ({ target }: Asking) => ({
  /** The key or the login that asks, and what it may do. */
  caller: (options?: RequestOptions): Reply<CallerAnswer> =>
    ask(target, { path: ['v1', 'caller'], signal: options?.signal }, CallerAnswer),
  /** Where and as whom to sign in; null if the ledger asks for a key. */
  offer: (options?: RequestOptions): Reply<LoginOffer> =>
    ask(target, { path: ['login.json'], signal: options?.signal }, LoginOffer),
  /** Exchanges the code that the issuer gave for a token. */
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
