/**
 * How many requests a caller may send: 429 and `Retry-After` beyond that (RFC 6585).
 *
 * A caller has a bucket of as many tokens as requests are allowed in a minute, which fills again evenly. It belongs to a key
 * or, where there are no keys, to an address.
 */
import type { MiddlewareHandler } from 'hono';
import { LRUCache } from 'lru-cache';
import type { ApiEnv, Caller } from './caller.ts';
import { problem } from './problem.ts';

/** Callers whose buckets are remembered; one that is forgotten begins with a full one. */
const callersMax = 10_000;
const msPerMinute = 60_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Takes a token, or says for how many milliseconds there is none. */
const take = (bucket: Bucket, perMinute: number, now: number): number => {
  const refilled = bucket.tokens + ((now - bucket.filledAt) / msPerMinute) * perMinute;
  bucket.tokens = Math.min(perMinute, Math.max(0, refilled));
  bucket.filledAt = now;
  if (bucket.tokens >= 1) {
    bucket.tokens--;
    return 0;
  }
  return ((1 - bucket.tokens) / perMinute) * msPerMinute;
};

/**
 * Refuses what a caller sends beyond so many requests in a minute.
 *
 * @param now a clock that never goes back, in milliseconds.
 * @param onRefused is told of each.
 */
export const limitRequests = (
  perMinute: number,
  now: () => number,
  onRefused: () => void,
): MiddlewareHandler<ApiEnv> => {
  const buckets = new LRUCache<string, Bucket>({ max: callersMax });
  return async (context, next) => {
    const caller: Caller | undefined = context.get('caller');
    // What is public is not counted: probes, the console, the tree for witnesses and monitors.
    if (caller === undefined) return next();
    const who =
      caller.keyName === null ? `address ${context.get('origin').address ?? ''}` : `key ${caller.keyName}`;
    const bucket = buckets.get(who) ?? { tokens: perMinute, filledAt: now() };
    buckets.set(who, bucket);
    const waitMs = take(bucket, perMinute, now());
    if (waitMs === 0) return next();
    onRefused();
    return problem(context, {
      kind: 'too-many-requests',
      detail: `expected at most ${perMinute} requests in a minute`,
      retryAfterMs: waitMs,
    });
  };
};
