/**
 * Limits the requests of a caller: beyond the limit, 429 with `Retry-After` (RFC 6585).
 *
 * Each caller has a token bucket with one token for each request allowed in a minute, refilled evenly. It belongs
 * to a key or, without a key, to an address.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { LRUCache } from 'lru-cache';
import { isTokenOfKey } from '../../people/access/keys.ts';
import type { ApiEnv, Caller } from './caller.ts';
import { isOfConsole } from './console-paths.ts';
import { problem } from './problem.ts';

/** Callers whose buckets are kept; a dropped one starts again with a full bucket. */
const callersMax = 10_000;
const msPerMinute = 60_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** The buckets of all callers. */
class Buckets {
  private readonly perMinute: number;
  private readonly now: () => number;
  private readonly buckets = new LRUCache<string, Bucket>({ max: callersMax });

  constructor(perMinute: number, now: () => number) {
    this.perMinute = perMinute;
    this.now = now;
  }

  /** Takes a token. Returns 0, or the milliseconds until there is one. */
  take(who: string): number {
    const { perMinute } = this;
    const now = this.now();
    const bucket = this.buckets.get(who) ?? { tokens: perMinute, filledAt: now };
    this.buckets.set(who, bucket);
    const refilled = bucket.tokens + ((now - bucket.filledAt) / msPerMinute) * perMinute;
    bucket.tokens = Math.min(perMinute, Math.max(0, refilled));
    bucket.filledAt = now;
    if (bucket.tokens >= 1) {
      bucket.tokens--;
      return 0;
    }
    return ((1 - bucket.tokens) / perMinute) * msPerMinute;
  }

  /** Gives a token back. */
  giveBack(who: string): void {
    const bucket = this.buckets.get(who);
    if (bucket !== undefined) bucket.tokens = Math.min(this.perMinute, bucket.tokens + 1);
  }
}

const refusal = (context: Context<ApiEnv>, perMinute: number, retryAfterMs: number): Response =>
  problem(context, {
    kind: 'too-many-requests',
    detail: `expected at most ${perMinute} requests per minute`,
    retryAfterMs,
  });

const addressOf = (context: Context<ApiEnv>): string => `address ${context.get('origin').address ?? ''}`;

/**
 * Refuses requests beyond the limit.
 *
 * @param whoOf whose bucket a request uses; undefined if it does not count.
 */
const limitOf = (
  perMinute: number,
  now: () => number,
  onRefused: () => void,
  whoOf: (context: Context<ApiEnv>) => string | undefined,
): MiddlewareHandler<ApiEnv> => {
  const buckets = new Buckets(perMinute, now);
  return async (context, next) => {
    const who = whoOf(context);
    const waitMs = who === undefined ? 0 : buckets.take(who);
    if (waitMs === 0) return next();
    onRefused();
    return refusal(context, perMinute, waitMs);
  };
};

const callerIn = (context: Context<ApiEnv>): string | undefined => {
  const caller: Caller | undefined = context.get('caller');
  if (caller === undefined) return undefined;
  return caller.keyName === null ? addressOf(context) : `key ${caller.keyName}`;
};

/**
 * Limits the requests of an authorized caller in a minute.
 *
 * @param now a monotonic clock, in milliseconds.
 * @param onRefused called for each refused request.
 */
export const limitRequests = (
  perMinute: number,
  now: () => number,
  onRefused: () => void,
): MiddlewareHandler<ApiEnv> => limitOf(perMinute, now, onRefused, callerIn);

/** The same for each address. */
export const limitAddresses = (
  perMinute: number,
  now: () => number,
  onRefused: () => void,
): MiddlewareHandler<ApiEnv> => limitOf(perMinute, now, onRefused, addressOf);

/** Probes are always answered, and a page of the console loads many files. */
const isFree = (path: string): boolean => path === '/livez' || path === '/readyz' || isOfConsole(path);

/**
 * Limits the requests of an address without a valid key in a minute: public ones, and those refused for lack of a
 * key. It runs before authorization. An address over the limit can still use a key, but not a login, since
 * verifying a signature takes long.
 *
 * @param now a monotonic clock, in milliseconds.
 * @param onRefused called for each refused request.
 */
export const limitWithoutKey = (
  perMinute: number,
  now: () => number,
  onRefused: () => void,
): MiddlewareHandler<ApiEnv> => {
  const buckets = new Buckets(perMinute, now);
  return async (context, next) => {
    if (isFree(context.req.path)) return next();
    const address = addressOf(context);
    const waitMs = buckets.take(address);
    const token = context.req.header('authorization')?.replace(/^Bearer /i, '') ?? '';
    if (waitMs > 0 && !isTokenOfKey(token)) {
      onRefused();
      return refusal(context, perMinute, waitMs);
    }
    await next();
    if (waitMs === 0 && context.get('caller') !== undefined) buckets.giveBack(address);
  };
};
