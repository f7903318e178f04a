/**
 * The complete HTTP API, built with Hono (https://hono.dev). Problems follow RFC 9457; the description is OpenAPI
 * 3.1.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { Logger } from 'pino';
import type { Problem } from '../contract/problem.ts';
import type { Mapping } from '../import/mapping/mapping.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { passingProblem } from '../ledger/passing-problems.ts';
import type { LoginSettings, TrustedProxies } from '../ledger/settings.ts';
import { Logins } from '../people/access/logins.ts';
import { vaultPath } from '../people/vault/vault-wire.ts';
import { letEverybodyIn, letIn, neededFor } from './http/access.ts';
import { answerHeaders, compressed } from './http/answer-headers.ts';
import { routedPath } from './http/base-path.ts';
import type { ApiEnv } from './http/caller.ts';
import { originReader } from './http/forwarded.ts';
import { madeOnce } from './http/made-once.ts';
import { asksForPage, noPage } from './http/no-page.ts';
import { describeApi } from './http/openapi.ts';
import { pseudonymsWhereWanted } from './http/prefer.ts';
import { problem } from './http/problem.ts';
import { limitAddresses, limitRequests, limitWithoutKey } from './http/rate-limit.ts';
import { refuseOtherSites } from './http/same-site.ts';
import { tellCheckpoint } from './http/tell-checkpoint.ts';
import { LedgerMetrics } from './observing/ledger-metrics.ts';
import { nameRequest, observeRequests } from './observing/observe-requests.ts';
import type { Tracing } from './observing/observed-request.ts';
import type { Aside } from './routes/aside.ts';
import { backupRoutes } from './routes/backups.ts';
import { callerRoutes } from './routes/caller.ts';
import { consoleRoutes } from './routes/console.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { findingRoutes } from './routes/findings.ts';
import { healthRoutes } from './routes/health.ts';
import { importRoutes } from './routes/importing.ts';
import { logRoutes } from './routes/log.ts';
import { logKeyRoutes } from './routes/log-keys.ts';
import { loginRoutes } from './routes/login.ts';
import { proofRoutes, tileRoutes } from './routes/merkle-log.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { movementRoutes } from './routes/movements.ts';
import { openLineageRoutes } from './routes/openlineage.ts';
import { reachRoutes } from './routes/reach.ts';
import { readRoutes } from './routes/reads.ts';
import { recordingRoutes } from './routes/recording.ts';
import { referenceRoutes } from './routes/reference.ts';
import { registryRoutes } from './routes/registry.ts';
import { replayRoutes } from './routes/replays.ts';
import { reportRoutes } from './routes/reports.ts';
import { sealedIndexRoutes } from './routes/sealed-index.ts';
import { subjectRoutes } from './routes/subjects.ts';
import { vaultGuard, vaultRoutes } from './routes/vault.ts';

/** The API's description of itself. */
const info = {
  title: 'Domicile',
  version: '1',
  description: 'Where people’s data lived, who could reach it, and which policy that broke, on two clocks.',
};

/** The methods that a path supports; none if the path does not exist. */
const methodsTakenAt = (app: Hono<ApiEnv>, path: string): ReadonlyArray<string> => {
  const segments = path.split('/');
  const matches = (pattern: ReadonlyArray<string>): boolean =>
    pattern.length === segments.length &&
    segments.every((segment, index) =>
      pattern[index]?.startsWith(':') === true ? segment !== '' : segment === pattern[index],
    );
  const methods = app.routes
    .filter(({ method, path: route }) => !['ALL', 'OPTIONS'].includes(method) && matches(route.split('/')))
    .map(({ method }) => method);
  return [...new Set(methods)].sort();
};

/** The problem for an unsupported method, with the supported ones. */
const methodNotAllowed = (methods: ReadonlyArray<string>): Problem => ({
  kind: 'method-not-allowed',
  detail: `expected ${methods.join(' or ')}`,
  allowed: methods,
});

/** The stack frames of an error without its message, which may quote the input. */
const framesOf = (error: Error): ReadonlyArray<string> =>
  (error.stack ?? '').split('\n').flatMap((line) => /^\s+at (.+)$/.exec(line)?.[1] ?? []);

/** Options of the API. */
export interface AppOptions {
  /** Whether everybody has access, even without a key: for a process that has the ledger's files open itself. */
  readonly trusted?: boolean;
  /** Host names by which the ledger may be addressed, besides those of this machine. */
  readonly allowedHosts?: ReadonlyArray<string>;
  /** The mapping of names of other systems, for imports without their own mapping. */
  readonly importMapping?: Mapping | undefined;
  /** Where to keep records of other systems that become no event. */
  readonly aside?: Aside | undefined;
  /** The path under which the ledger is served; empty for the root. */
  readonly basePath?: string | undefined;
  readonly trustProxy?: TrustedProxies | undefined;
  /** The origins of other sites whose pages may call the API. */
  readonly corsOrigins?: ReadonlyArray<string> | undefined;
  /** The issuer of logins, if there is one. */
  readonly logins?: LoginSettings | undefined;
  /** How many requests a caller may send in a minute; 0 for no limit. */
  readonly requestsPerMinute?: number | undefined;
  /** The metrics, if others export them. */
  readonly metrics?: LedgerMetrics | undefined;
  readonly tracing?: Tracing | undefined;
}

/** Response headers that scripts of other sites may read. */
const exposedHeaders = ['Link', 'Location', 'Retry-After', 'Domicile-Checkpoint', 'X-Request-Id', 'ETag'];
/** How many login codes an address may exchange in a minute: each is a request to the issuer. */
const loginsPerMinuteMax = 120;
/** How long browsers cache the CORS permissions, in seconds. */
const corsSecondsMax = 600;

/** The API of a ledger. A log line never contains a path or a query, since either may name a person. */
export const createApp = (ledger: Ledger, logger: Logger, options: AppOptions = {}): Hono<ApiEnv> => {
  const {
    trusted = false,
    allowedHosts = [],
    basePath = '',
    trustProxy = 'off',
    corsOrigins = [],
    requestsPerMinute = 0,
    importMapping = {},
  } = options;
  const app = new Hono<ApiEnv>({ getPath: routedPath(basePath) });
  const readOrigin = originReader(trustProxy);
  const logins = options.logins === undefined ? undefined : new Logins(options.logins, ledger.parts.now);
  const metrics = options.metrics ?? new LedgerMetrics(ledger);
  app.use(nameRequest);
  app.use(observeRequests(logger, metrics, options.tracing));
  app.use(secureHeaders());
  app.use(async (context, next) => {
    context.set('basePath', basePath);
    const origin = readOrigin(context);
    if (E.isLeft(origin)) return problem(context, origin.left);
    context.set('origin', origin.right);
    return next();
  });
  if (corsOrigins.length > 0) {
    app.use(cors({ origin: [...corsOrigins], exposeHeaders: exposedHeaders, maxAge: corsSecondsMax }));
  }
  app.use(compressed);
  app.use(answerHeaders);
  const clock = () => performance.now();
  const onLimited = () => metrics.refusedByLimit();
  app.use('/login/token', limitAddresses(loginsPerMinuteMax, clock, onLimited));
  if (requestsPerMinute > 0) app.use(limitWithoutKey(requestsPerMinute, clock, onLimited));
  if (trusted) app.use(letEverybodyIn);
  else
    app.use(refuseOtherSites(ledger, allowedHosts, corsOrigins, logins !== undefined), letIn(ledger, logins));
  app.use(pseudonymsWhereWanted);
  if (requestsPerMinute > 0) app.use(limitRequests(requestsPerMinute, clock, onLimited));
  app.use(tellCheckpoint(ledger));
  app.route('/', healthRoutes(ledger));
  app.route('/', metricsRoutes(metrics));
  app.route('/v1/events', recordingRoutes(ledger));
  app.route('/v1/events', logRoutes(ledger));
  app.route('/v1/import', importRoutes(ledger, importMapping, options.aside));
  app.route('/api/v1/lineage', openLineageRoutes(ledger, importMapping, options.aside));
  app.route('/v1/subjects', subjectRoutes(ledger));
  app.route('/v1', registryRoutes(ledger));
  app.route('/v1', reachRoutes(ledger));
  app.route('/v1', findingRoutes(ledger));
  app.route('/v1/replays', replayRoutes(ledger));
  app.route('/v1', movementRoutes(ledger));
  app.route('/v1', backupRoutes(ledger));
  app.route('/v1', reportRoutes(ledger));
  app.route('/v1', readRoutes(ledger));
  app.route('/v1', callerRoutes());
  app.route('/log', tileRoutes(ledger));
  app.route('/log/index', sealedIndexRoutes(ledger));
  app.route('/v1', proofRoutes(ledger));
  app.route('/v1/log/keys', logKeyRoutes(ledger));
  app.route('/v1', evidenceRoutes(ledger));
  // A process that uses another process's vault must not share it further.
  if (ledger.parts.vault.at === null)
    app.route(vaultPath, vaultRoutes(ledger.parts.vault, vaultGuard(ledger)));
  app.route('/', loginRoutes(logins, options.logins?.clientId));
  app.route('/', consoleRoutes(undefined, basePath));
  // The API does not change while the process runs.
  let description: ReturnType<typeof describeApi> | undefined;
  const described = () => {
    description ??= describeApi(app, info, neededFor, basePath);
    return description;
  };
  app.get(
    '/openapi.json',
    madeOnce({ 'Content-Type': 'application/json' }, async () => JSON.stringify(await described())),
  );
  app.route('/', referenceRoutes(info, described, basePath));
  app.notFound((context) => {
    const taken = methodsTakenAt(app, context.req.path);
    // A route with this method exists but found nothing, such as a file of the console.
    const method = context.req.method === 'HEAD' ? 'GET' : context.req.method;
    if (taken.length === 0 || taken.includes(method))
      return asksForPage(context) ? noPage(context) : problem(context, { kind: 'not-found' });
    if (context.req.method === 'OPTIONS') {
      context.header('Allow', taken.join(', '));
      return context.body(null, 204);
    }
    return problem(context, methodNotAllowed(taken));
  });
  app.onError((error, context) => {
    const passing = passingProblem(error);
    if (passing !== undefined) return problem(context, passing);
    logger.error(
      { requestId: context.get('requestId'), error: error.name, at: framesOf(error) },
      'request failed',
    );
    return problem(context, { kind: 'internal' });
  });
  return app;
};
