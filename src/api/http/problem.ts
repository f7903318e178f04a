/** Problem details (RFC 9457) as responses. All refusals of the API are created here. */
import type { Context } from 'hono';
import { type Problem, problemDetails } from '../../contract/problem.ts';
import { sendJson } from './send-json.ts';

/** The response for a problem. */
export const problem = (context: Context, given: Problem): Response => {
  if (given.kind === 'method-not-allowed') context.header('Allow', given.allowed.join(', '));
  if (given.kind === 'unavailable' || given.kind === 'too-many-requests')
    context.header('Retry-After', String(Math.ceil(given.retryAfterMs / 1_000)));
  const details = problemDetails(given);
  return sendJson(context, details, details.status, { 'Content-Type': 'application/problem+json' });
};
