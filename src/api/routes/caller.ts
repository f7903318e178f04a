/**
 * The caller's name and scopes. The console uses them to offer only what its user may do, and to explain the rest.
 */
import { Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { CallerAnswer } from '../../contract/caller.ts';
import { type ApiEnv, callerOf } from '../http/caller.ts';
import { jsonSchema } from '../http/json-schema.ts';
import { sendJson } from '../http/send-json.ts';

/** The route `/v1/caller`. */
export const callerRoutes = (): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.get(
    '/caller',
    describeRoute({
      summary: 'The name and the scopes of the key or login that asks',
      responses: {
        200: {
          description: 'The caller; without keys, the name is null and the scopes are all scopes',
          content: { 'application/json': { schema: jsonSchema(CallerAnswer) as object } },
        },
      },
    }),
    (context) => {
      const { keyName, scopes } = callerOf(context);
      return sendJson(context, { name: keyName, scopes: [...scopes] } satisfies CallerAnswer);
    },
  );
  return routes;
};
