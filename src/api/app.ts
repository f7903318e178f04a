/**
 * The HTTP API, all of it: https://hono.dev on Web standards. Problems are RFC 9457; the description is OpenAPI 3.1.
 */
import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { openAPIRouteHandler } from 'hono-openapi';
import type { Logger } from 'pino';
import type { Ledger } from './ledger.ts';
import { problem } from './problem.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { movementRoutes } from './routes/movements.ts';
import { registryRoutes } from './routes/registry.ts';
import { subjectRoutes } from './routes/subjects.ts';

/** The API over a ledger. A log line never holds a path or a query: either may name a person. */
export const createApp = (ledger: Ledger, logger: Logger): Hono => {
  const app = new Hono();
  app.use(requestId());
  app.use(secureHeaders());
  app.route('/', healthRoutes(ledger));
  app.route('/v1/events', eventRoutes(ledger));
  app.route('/v1/subjects', subjectRoutes(ledger));
  app.route('/v1', registryRoutes(ledger));
  app.route('/v1', movementRoutes(ledger));
  app.get(
    '/openapi.json',
    openAPIRouteHandler(app, {
      documentation: {
        openapi: '3.1.0',
        info: {
          title: 'Domicile',
          version: '1',
          description:
            'Where people’s data lived, who could reach it, and which policy that broke, on two clocks.',
        },
      },
    }),
  );
  app.notFound((context) => problem(context, { kind: 'not-found' }));
  app.onError((error, context) => {
    logger.error(
      { requestId: context.get('requestId' as never), error: error.name, stack: error.stack },
      'request failed',
    );
    return problem(context, { kind: 'internal' });
  });
  return app;
};
