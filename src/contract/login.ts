/** Signing in to the console with an OpenID Connect issuer. */
import * as t from 'io-ts';
import { exact, nullable } from '../domain/events/codec.ts';
import { lineOf } from '../domain/events/scalars.ts';

/** The request to exchange the issuer's code for a token. */
export const TokenRequest = exact(
  'TokenRequest',
  {
    code: lineOf('a code', 4_096),
    /** The PKCE verifier (RFC 7636). */
    verifier: lineOf('a verifier', 128),
    /** The address to which the issuer redirected. */
    redirectUri: lineOf('an address', 2_048),
  },
  {},
);
export type TokenRequest = t.TypeOf<typeof TokenRequest>;

/** Where and as which client the console signs in; null if it asks for a key. */
export const LoginOffer = exact(
  'LoginOffer',
  {
    login: nullable(
      exact(
        'Login',
        {
          issuer: t.string,
          /** The issuer's authorization endpoint. */
          authorize: t.string,
          clientId: t.string,
          /** The audience of the token (RFC 8707). */
          audience: t.string,
        },
        {},
      ),
    ),
  },
  {},
);
export type LoginOffer = t.TypeOf<typeof LoginOffer>;

export const TokenAnswer = exact('TokenAnswer', { token: t.string }, {});
