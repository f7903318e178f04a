/**
 * Observes each request: the caller, the template of the route, the status, and the time until the response began.
 *
 * Observations never contain the path, the query or other headers. Log lines, metrics and traces all use the same
 * few fields.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from 'pino';
import type { ApiEnv, Caller } from '../http/caller.ts';
import type { LedgerMetrics } from './ledger-metrics.ts';
import type { ObservedRequest, Tracing } from './observed-request.ts';
import { readTraceParent } from './trace-parent.ts';

/** The length of the hash of a login's name: enough to distinguish a few thousand. */
const hashDigits = 12;

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

const routeOf = (context: Context<ApiEnv>): string =>
  matchedRoutes(context).findLast(({ method }) => method !== 'ALL')?.path ?? 'none';

/** The name of a key; for a login a hash of its name, since it belongs to a person. */
const shownName = (name: string | null): string | null =>
  name?.startsWith('login:') === true
    ? `login:${createHash('sha256').update(name).digest('hex').slice(0, hashDigits)}`
    : name;

const observed = (context: Context<ApiEnv>, began: number): ObservedRequest => {
  const caller: Caller | undefined = context.get('caller');
  const { method } = context.req;
  return {
    requestId: context.get('requestId'),
    who: shownName(caller?.keyName ?? null),
    method: methods.has(method) ? method : 'other',
    route: routeOf(context),
    status: context.res.status,
    ms: Math.round((performance.now() - began) * 1_000) / 1_000,
  };
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Assigns an id to each request. The caller's own is used only if it is a UUID, since any other text could name a
 * person.
 */
export const nameRequest: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const given = context.req.header('x-request-id') ?? '';
  const id = uuid.test(given) ? given : randomUUID();
  context.set('requestId', id);
  context.header('X-Request-Id', id);
  return next();
};

/** Middleware that logs (at the level `info`), measures and traces each request. */
export const observeRequests =
  (logger: Logger, metrics: LedgerMetrics, tracing?: Tracing): MiddlewareHandler<ApiEnv> =>
  async (context, next) => {
    const began = performance.now();
    const parent = readTraceParent(context.req.header('traceparent'));
    const run = async (): Promise<ObservedRequest> => {
      await next();
      return observed(context, began);
    };
    const request = tracing === undefined ? await run() : await tracing.request(parent, run);
    metrics.observe(request);
    logger.info(parent === undefined ? request : { ...request, traceId: parent.traceId }, 'request');
  };
