/**
 * Logins: callers whom an OpenID Connect issuer identifies by a signed token (JWT, RFC 7519; RFC 9068).
 *
 * The issuer's keys are fetched when needed, and again when a token names an unknown one. A mapping in the settings
 * derives a login's scopes from the claims of its token; without a matching entry, it has none.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import type { createRemoteJWKSet, errors, JWTPayload } from 'jose';
import { list } from '../../domain/events/codec.ts';
import { lineOf } from '../../domain/events/scalars.ts';
import type { Scope } from './scopes.ts';

/** The tolerated difference between the clocks of the issuer and of this machine, in seconds. */
const clockToleranceSeconds = 30;
/** How long to wait for the issuer's answer, in milliseconds. */
const issuerMsMax = 5_000;
/** How long the issuer's metadata is cached, in milliseconds. */
const metadataMsMax = 3_600_000;
/** How long to wait after a failure before asking the issuer again, in milliseconds. */
const failedMs = 1_000;
/**
 * How long to wait after fetching keys before looking for an unknown one again, in milliseconds: a caller must not
 * be able to trigger endless requests.
 */
const keysCooldownMs = 10_000;
/** Only asymmetric signatures: everybody who can verify a symmetric one can also make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** A value of a claim, and the scopes that it grants. */
export interface ClaimScopes {
  readonly claim: string;
  readonly value: string;
  readonly scopes: ReadonlyArray<Scope>;
}

export interface LoginOptions {
  /** The issuer's address, as its tokens give it. */
  readonly issuer: string;
  /** The required audience of its tokens. */
  readonly audience: string;
  readonly scopes: ReadonlyArray<ClaimScopes>;
  /** The claim that names a login in the log. */
  readonly nameClaim: string;
}

/** A caller whom the issuer identifies. */
export interface Login {
  /** `login:` and the value of the claim. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** When access ends, in seconds since the epoch: at the end of the token plus the tolerated clock difference. */
  readonly expiresAt: number;
}

/** Why a login is refused: its token is not one of this issuer for this ledger, or the issuer cannot be reached. */
export type LoginProblem = 'invalid' | 'issuer-away';

/** The issuer's metadata (OpenID Connect Discovery 1.0), as far as it is needed. */
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

/** The address of an issuer's metadata. */
const discoveryOf = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;

/** Loaded with the first token, since most ledgers have no logins. */
const jose = () => import('jose');

const isOfJose = (error: unknown, { JOSEError, JWKSTimeout, JWKSInvalid }: typeof errors): boolean =>
  error instanceof JOSEError &&
  !(error instanceof JWKSTimeout) &&
  // The answer from the address of the keys was not a key set.
  !(error instanceof JWKSInvalid) &&
  error.code !== 'ERR_JOSE_GENERIC';

/** Verifies tokens of one issuer, and maps their claims to scopes. */
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

  /** The issuer's metadata. Rejects while the issuer cannot be asked. */
  describe(): Promise<Metadata> {
    const { metadata } = this;
    const now = this.now();
    if (metadata !== undefined && now - metadata.at < metadataMsMax) return metadata.value;
    const value = this.discover();
    this.metadata = { at: now, value };
    value.catch(() => {
      // Cached metadata stays valid for a while; failures are not cached.
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
    // A text that is not a token is refused even while the issuer cannot be reached.
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
