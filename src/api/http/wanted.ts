/** Content negotiation: `Accept` by RFC 9110, 12.5.1. */
import type { Context } from 'hono';
import Negotiator from 'negotiator';

/** The media types of JSON lines; responses use the first. */
export const linesTypes = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'] as const;

/**
 * The caller's preferred media type among those available; the first one without a preference, or if the caller
 * accepts none. Answers are JSON by default, whatever is accepted.
 */
export const wantedType = <A extends string>(context: Context, types: readonly [A, ...A[]]): A => {
  const accept = context.req.header('accept');
  if (accept === undefined) return types[0];
  return (new Negotiator({ headers: { accept } }).mediaType([...types]) as A | undefined) ?? types[0];
};
