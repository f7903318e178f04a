/**
 * What can go wrong for a caller, as problem details: RFC 9457. Every refusal of the API is made here.
 */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Problem, SoFar } from '../../contract/problem.ts';

const statuses: Readonly<Record<Problem['kind'], readonly [ContentfulStatusCode, string]>> = {
  'bad-parameter': [400, 'A parameter is not as it should be'],
  unknown: [404, 'Not known to the ledger'],
  'invalid-events': [422, 'Malformed events; nothing of their batch is recorded'],
  'invalid-body': [422, 'The body is not as it should be'],
  'invalid-policy': [422, 'The policy cannot be adopted'],
  conflict: [409, 'Another event is recorded under this source and id'],
  busy: [409, 'Something else is under way'],
  'too-large': [413, 'Too large'],
  'media-type': [415, 'Media type not supported'],
  'incomplete-body': [400, 'The body did not arrive whole'],
  full: [507, 'No space is left for the log'],
  unavailable: [503, 'Not available at the moment'],
  'not-found': [404, 'No such path'],
  unauthorized: [401, 'A key is needed'],
  forbidden: [403, 'The key does not allow this'],
  'method-not-allowed': [405, 'The path does not take this method'],
  internal: [500, 'Something went wrong inside'],
};

/** The response that tells of a problem. */
export const problem = (context: Context, given: Problem): Response => {
  const [status, title] = statuses[given.kind];
  const { kind, ...members } = given;
  const { soFar, retryAfterMs, allowed, ...shown } = members as {
    soFar?: SoFar;
    retryAfterMs?: number;
    allowed?: ReadonlyArray<string>;
  };
  const body = { type: `urn:domicile:problem:${kind}`, title, status, ...shown, ...soFar };
  if (allowed !== undefined) context.header('Allow', allowed.join(', '));
  if (retryAfterMs !== undefined) context.header('Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
  return context.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' });
};
