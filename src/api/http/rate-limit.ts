/**
 * How many requests a caller may send: 429 and `Retry-After` beyond that (RFC 6585).
 *
 * A caller has a bucket of as many tokens as requests are allowed in a minute, which fills again evenly. It belongs to
 * a key or, if there is none, to an address.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { LRUCache } from 'lru-cache';
import { isTokenOfKey } from '../../people/access/keys.ts';
import type { ApiEnv, Caller } from './caller.ts';
import { isOfConsole } from './console-paths.ts';
import { problem } from './problem.ts';

/** Callers whose buckets are remembered; one that is forgotten begins with a full one. */
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

  /** Takes a token, or says for how many milliseconds there is none. */
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
 * Refuses what somebody sends beyond so many requests in a minute.
 *
 * @param whoOf whose bucket a request takes from; undefined for requests that are not counted.
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
 * Refuses what a caller who was let in sends beyond so many requests in a minute.
 *
 * @param now a clock that never goes back, in milliseconds.
 * @param onRefused is called with each.
 */
export const limitRequests = (
  perMinute: number,
  now: () => number,
  onRefused: () => void,
): MiddlewareHandler<ApiEnv> => limitOf(perMinute, now, onRefused, callerIn);

/** The same for an address, whoever asks from there. */
export const limitAddresses = (
  perMinute: number,
  now: () => number,
  onRefused: () => void,
): MiddlewareHandler<ApiEnv> => limitOf(perMinute, now, onRefused, addressOf);

/** Probes answer always, and a page of the console is many files. */
const isFree = (path: string): boolean => path === '/livez' || path === '/readyz' || isOfConsole(path);

/**
 * Refuses what an address sends without a valid key beyond so many requests in a minute: what is public, and what is refused for
 * want of a key. It comes before callers are let in. A key still gets in from an address that is over the limit; a login does
 * not, because a signature takes long to check.
 *
 * @param now a clock that never goes back, in milliseconds.
 * @param onRefused is called with each.
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
