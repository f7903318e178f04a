/**
 * Which media type a caller wants: `Accept` by RFC 9110, 12.5.1.
 */
import type { Context } from 'hono';
import Negotiator from 'negotiator';

/** The media types of JSON lines; the first is the one that is answered. */
export const linesTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'] as const;

/**
 * The media type that the caller prefers among those that there are, the first where it has no preference. A caller that
 * takes none of them gets the first too: answers are JSON whatever is asked for, but for what the route has besides.
 */
export const wantedType = <A extends string>(context: Context, types: readonly [A, ...A[]]): A => {
  const accept = context.req.header('accept');
  if (accept === undefined) return types[0];
  return (new Negotiator({ headers: { accept } }).mediaType([...types]) as A | undefined) ?? types[0];
};
