/**
 * Signing in with the issuer of OpenID Connect that the ledger names: the authorization code flow with PKCE (RFC 7636).
 *
 * What is needed when the reader comes back stays in this tab; the token stays there, too.
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

/** Without a key: signing in asks for none, and an old one is not sent. */
const client = createClient({ url: ledgerUrl });

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const random = (): string => base64Url(crypto.getRandomValues(new Uint8Array(randomBytes)));

/** Where to sign in, if the ledger offers that. */
export const loginOffered = async (): Promise<Login | undefined> => {
  const offer = await client.login.offer();
  return E.isRight(offer) ? (offer.right.login ?? undefined) : undefined;
};

/** Leaves for the issuer; the reader comes back to where they were. */
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

/** When the token of a login ends, in milliseconds since the epoch; undefined for a key, which has no end of its own. */
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

/** Why signing in did not work, if it was tried. */
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

/** Where the reader has come back from the issuer: exchanges the code for a token, and goes to where they were. */
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
