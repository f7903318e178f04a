/**
 * Signs in with the OpenID Connect issuer of the ledger: the authorization code flow with PKCE (RFC 7636).
 *
 * The state for the reader's return stays in this tab, and so does the token.
 */
import * as E from 'fp-ts/lib/Either.js';
import { createClient, sentenceOf } from '../../../src/client/client.ts';
import type { LoginOffer } from '../../../src/contract/login.ts';
import { basePath, ledgerUrl } from './base-path.ts';
import { setKey } from './session.ts';

type Login = NonNullable<LoginOffer['login']>;

const storedUnder = 'domicile-login';
const redirectUri = `${ledgerUrl}/signed-in`;
const randomBytes = 32;

/** Without a key: signing in requires none, and an old one must not be sent. */
const client = createClient({ url: ledgerUrl });

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const random = (): string => base64Url(crypto.getRandomValues(new Uint8Array(randomBytes)));

/** Where to sign in, if the ledger offers it. */
export const loginOffered = async (): Promise<Login | undefined> => {
  const offer = await client.login.offer();
  return E.isRight(offer) ? (offer.right.login ?? undefined) : undefined;
};

/** Goes to the issuer; the reader returns to the current page. */
export const signIn = async ({ authorize, clientId, audience }: Login): Promise<void> => {
  const [state, verifier] = [random(), random()];
  const back = location.pathname + location.search + location.hash;
  sessionStorage.setItem(storedUnder, JSON.stringify({ state, verifier, back }));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const url = new URL(authorize);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid',
    resource: audience,
    state,
    code_challenge: base64Url(new Uint8Array(hash)),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url.href);
};

/**
 * When the token of a login expires, in milliseconds since the epoch; undefined for a key, which does not expire.
 */
export const endOfLogin = (token: string): number | undefined => {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token)?.[1];
  if (payload === undefined) return undefined;
  try {
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
};

/** Why signing in failed, if it was tried. */
export let loginFault: string | undefined;

interface Leaving {
  readonly state: string;
  readonly verifier: string;
  readonly back: string;
}

const leaving = (): Leaving | undefined => {
  const text = sessionStorage.getItem(storedUnder);
  sessionStorage.removeItem(storedUnder);
  return text === null ? undefined : (JSON.parse(text) as Leaving);
};

/** After the return from the issuer: exchanges the code for a token, and goes to the previous page. */
export const finishSigningIn = async (): Promise<void> => {
  if (location.pathname !== `${basePath}/signed-in`) return;
  const given = new URLSearchParams(location.search);
  const left = leaving();
  history.replaceState(null, '', left?.back ?? `${basePath}/`);
  const code = given.get('code');
  if (left === undefined || given.get('state') !== left.state) {
    loginFault = 'the issuer’s answer does not belong to a request of this tab';
  } else if (code === null) {
    loginFault = `the issuer did not sign you in (${given.get('error') ?? 'without a reason'})`;
  } else {
    const exchanged = await client.login.exchange({ code, verifier: left.verifier, redirectUri });
    if (E.isLeft(exchanged)) loginFault = sentenceOf(exchanged.left);
    else setKey(exchanged.right.token);
  }
};
