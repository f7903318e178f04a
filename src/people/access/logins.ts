/**
 * Logins: callers whom an issuer of OpenID Connect vouches for, by a token that it signed (JWT, RFC 7519; RFC 9068).
 *
 * The issuer's keys are fetched when they are needed, and again when a token names one that is not known. What a login may do
 * follows from the claims of its token by a mapping in the settings; without an entry for it, it may do nothing.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { createRemoteJWKSet, errors, JWTPayload } from 'jose';
import { list } from '../../domain/events/codec.ts';
import { lineOf } from '../../domain/events/scalars.ts';
import type { Scope } from './scopes.ts';

/** How far the clocks of the issuer and of this machine may be apart, in seconds. */
const clockToleranceSeconds = 30;
/** How long an answer of the issuer is waited for, in milliseconds. */
const issuerMsMax = 5_000;
/** How long what the issuer says of itself holds, in milliseconds. */
const metadataMsMax = 3_600_000;
/** How long after a failure the issuer is not asked again, in milliseconds. */
const failedMs = 1_000;
/** After a fetch of keys, an unknown one is not looked for again so soon, in milliseconds: a caller could have us ask all day. */
const keysCooldownMs = 10_000;
/** Only asymmetric signatures: anybody who can check a symmetric one can make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** A value of a claim, and what it lets its holder do. */
export interface ClaimScopes {
  readonly claim: string;
  readonly value: string;
  readonly scopes: ReadonlyArray<Scope>;
}

export interface LoginOptions {
  /** The issuer's address, as its tokens give it. */
  readonly issuer: string;
  /** Whom its tokens must be for. */
  readonly audience: string;
  readonly scopes: ReadonlyArray<ClaimScopes>;
  /** The claim by which a login is named in the log. */
  readonly nameClaim: string;
}

/** A caller whom the issuer vouches for. */
export interface Login {
  /** `login:` and the claim that names it. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** When it is let in no longer, in seconds since the epoch: when its token ends, and as long as clocks may be apart. */
  readonly expiresAt: number;
}

/** The token is not one of this issuer for this ledger, or the issuer cannot be reached. */
export type LoginProblem = 'invalid' | 'issuer-away';

/** What the issuer says of itself: OpenID Connect Discovery 1.0. Other members are its own business. */
const Metadata = t.type({
  issuer: t.string,
  jwks_uri: t.string,
  authorization_endpoint: t.string,
  token_endpoint: t.string,
});
export type Metadata = t.TypeOf<typeof Metadata>;

const Name = lineOf('a name', 100);
const Words = list(t.string);

const valuesOf = (payload: JWTPayload, claim: string): ReadonlyArray<string> => {
  const value: unknown = payload[claim];
  if (typeof value === 'string') return claim === 'scope' || claim === 'scp' ? value.split(' ') : [value];
  return Words.is(value) ? value : [];
};

/** The address at which an issuer describes itself. */
const discoveryOf = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

/** Loaded with the first token: most ledgers have no logins. */
const jose = () => import('jose');

const isOfJose = (error: unknown, { JOSEError, JWKSTimeout, JWKSInvalid }: typeof errors): boolean =>
  error instanceof JOSEError &&
  !(error instanceof JWKSTimeout) &&
  // The answer at the address of the keys was no set of keys.
  !(error instanceof JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';

export class Logins {
  readonly options: LoginOptions;
  private metadata: { readonly at: number; readonly value: Promise<Metadata> } | undefined;
  private keys: { readonly uri: string; readonly get: ReturnType<typeof createRemoteJWKSet> } | undefined;
  private readonly now: () => number;

  /** @param now the time, in milliseconds since the epoch. */
  constructor(options: LoginOptions, now: () => number) {
    this.options = options;
    this.now = now;
  }

  private async discover(): Promise<Metadata> {
    const { issuer } = this.options;
    const answer = await fetch(discoveryOf(issuer), {
      signal: AbortSignal.timeout(issuerMsMax),
      redirect: 'error',
    });
    const found = Metadata.decode(answer.ok ? await answer.json() : undefined);
    if (E.isLeft(found) || found.right.issuer !== issuer)
      throw new Error('the address of the issuer has no OpenID configuration');
    return found.right;
  }

  /** What the issuer says of itself; rejects while it cannot be asked. */
  describe(): Promise<Metadata> {
    const { metadata } = this;
    const now = this.now();
    if (metadata !== undefined && now - metadata.at < metadataMsMax) return metadata.value;
    const value = this.discover();
    this.metadata = { at: now, value };
    value.catch(() => {
      // What was known goes on to hold for a while; and a failure is not kept.
      this.metadata =
        metadata === undefined
          ? { at: now - metadataMsMax + failedMs, value }
          : { at: now - metadataMsMax + failedMs, value: metadata.value };
    });
    return metadata === undefined ? value : value.catch(() => metadata.value);
  }

  private async keysOf(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const { jwks_uri: uri } = await this.describe();
    if (this.keys?.uri !== uri) {
      const { createRemoteJWKSet } = await jose();
      const get = createRemoteJWKSet(new URL(uri), {
        timeoutDuration: issuerMsMax,
        cooldownDuration: keysCooldownMs,
      });
      this.keys = { uri, get };
    }
    return this.keys.get;
  }

  /** The login of a token. */
  async loginOf(token: string): Promise<E.Either<LoginProblem, Login>> {
    // What is no token at all is refused also while the issuer is away.
    if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return E.left('invalid');
    const { issuer, audience, nameClaim } = this.options;
    const { errors, jwtVerify } = await jose();
    try {
      const { payload } = await jwtVerify(token, await this.keysOf(), {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        currentDate: new Date(this.now()),
        requiredClaims: ['exp', nameClaim],
      });
      const name: unknown = payload[nameClaim];
      return Name.is(name) && payload.exp !== undefined
        ? E.right({
            name: `login:${name}`,
            scopes: this.scopesOf(payload),
            expiresAt: payload.exp + clockToleranceSeconds,
          })
        : E.left('invalid');
    } catch (error) {
      return E.left(isOfJose(error, errors) ? 'invalid' : 'issuer-away');
    }
  }

  private scopesOf(payload: JWTPayload): ReadonlySet<Scope> {
    return new Set(
      this.options.scopes
        .filter(({ claim, value }) => valuesOf(payload, claim).includes(value))
        .flatMap(({ scopes }) => scopes),
    );
  }
}
