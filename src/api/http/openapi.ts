/** Descriptions of routes in OpenAPI 3.1, generated from their codecs. */
import type { Hono, MiddlewareHandler } from 'hono';
import { describeRoute, generateSpecs } from 'hono-openapi';
import type { Mixed } from 'io-ts';
import { ProblemDetails } from '../../contract/problem.ts';
import type { Parameters } from '../../contract/questions/question.ts';
import { catalogue } from '../../domain/events/catalogue.ts';
import { Envelope } from '../../domain/events/event.ts';
import type { ApiEnv } from './caller.ts';
import { type JsonSchema, jsonSchema } from './json-schema.ts';

/** The parameters of a question in a description. */
export const parametersIn = ({ parameters }: { readonly parameters: Parameters }) =>
  Object.entries(parameters).map(([name, { description, schema }]) => ({
    name,
    in: 'query' as const,
    description,
    schema: schema as object,
  }));

/** Describes a route that answers a question. */
export const describeQuestion = (
  summary: string,
  question: { readonly parameters: Parameters },
  answers: Mixed,
  inPath: ReadonlyArray<string> = [],
): MiddlewareHandler =>
  describeRoute({
    summary,
    parameters: [
      ...inPath.map((name) => ({
        name,
        in: 'path' as const,
        required: true,
        schema: { type: 'string' as const },
      })),
      ...parametersIn(question),
    ],
    responses: {
      200: {
        description: 'The answer',
        content: { 'application/json': { schema: jsonSchema(answers) as object } },
      },
      400: problemResponse('Invalid parameter, which `parameter` names'),
      404: problemResponse('Not found in the ledger'),
      503: problemResponse('The projections have not reached the position yet: see Retry-After'),
    },
  });

/**
 * The description of a whole API. It adds each operation's required scope, and how problems are reported.
 *
 * @param neededFor the scope that an operation requires, if any.
 */
export const describeApi = async (
  app: Hono<ApiEnv>,
  info: { readonly title: string; readonly version: string; readonly description: string },
  neededFor: (method: string, path: string) => string | undefined,
  basePath: string,
) => {
  const description = await generateSpecs(app, {
    documentation: {
      openapi: '3.1.0',
      info,
      servers: [{ url: basePath === '' ? '/' : basePath }],
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'dom_…',
            description: 'The token of a key. A server without keys needs none.',
          },
        },
      },
    },
  });
  for (const [path, methods] of Object.entries(description.paths)) {
    for (const [method, operation] of Object.entries(methods ?? {})) {
      const scope = neededFor(method.toUpperCase(), path);
      const described = operation as { security?: unknown; responses?: Record<string, unknown> };
      described.security = scope === undefined ? [] : [{ key: [scope] }, {}];
      described.responses = {
        ...described.responses,
        ...(scope === undefined
          ? {}
          : {
              401: problemResponse('The server requires a key, and the request has no valid one'),
              403: problemResponse(`The key lacks the scope ${scope}`),
            }),
        default: problemResponse('Any other problem'),
      };
    }
  }
  return description;
};

/** A response with problem details (RFC 9457). */
export const problemResponse = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: jsonSchema(ProblemDetails) as object } },
});

/** The schema of every event that can be recorded, with one alternative per type. */
export const eventSchema = (): JsonSchema => {
  const envelope = jsonSchema(Envelope) as { properties: Record<string, unknown> };
  return {
    oneOf: Object.entries(catalogue).map(([type, { data: codec }]) => ({
      ...envelope,
      title: type,
      properties: { ...envelope.properties, type: { const: type }, data: jsonSchema(codec as Mixed) },
    })),
  };
};
