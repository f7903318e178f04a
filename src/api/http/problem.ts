/**
 * Problem details (RFC 9457) as responses. Every refusal of the API is made here.
 */
import type { Context } from 'hono';
import { type Problem, problemDetails } from '../../contract/problem.ts';

/** The response that tells of a problem. */
export const problem = (context: Context, given: Problem): Response => {
  if (given.kind === 'method-not-allowed') context.header('Allow', given.allowed.join(', '));
  if (given.kind === 'unavailable' || given.kind === 'too-many-requests')
    context.header('Retry-After', String(Math.ceil(given.retryAfterMs / 1_000)));
  const details = problemDetails(given);
  return context.body(JSON.stringify(details), details.status, {
    'Content-Type': 'application/problem+json',
  });
};
