/**
 * How routes describe themselves: OpenAPI 3.1, generated from the codecs by which they answer.
 */
import type { Hono, MiddlewareHandler } from 'hono';
import { describeRoute, generateSpecs } from 'hono-openapi';
import type { Mixed } from 'io-ts';
import { ProblemDetails } from '../../contract/problem.ts';
import { catalogue } from '../../domain/events/catalogue.ts';
import { Envelope } from '../../domain/events/event.ts';
import type { ApiEnv } from './caller.ts';
import { type JsonSchema, jsonSchema } from './json-schema.ts';

const parameterDocs: Readonly<Record<string, string>> = {
  validAt: 'When it was true: an RFC 3339 date-time or date (its first instant, UTC). Default: now.',
  knownAt: 'As known when: an RFC 3339 date-time or date. Default: the latest.',
  knownPosition:
    'As known at a position in the log, instead of knownAt. Beyond the last one, as known at the last.',
  minAssurance: 'Leaves out what is attested less well: claimed (default), observed, verified.',
  atLeast: 'A position; the answer waits until the projections have reached it.',
  limit: 'How many rows a page has: 1 to 1000, default 100.',
  cursor: 'The `next` of the answer before.',
  from: 'The period begins at this instant. Default: the beginning.',
  to: 'The period ends before this instant. Default: never.',
};

/** Describes a route that answers a question. */
export const describeQuestion = (
  summary: string,
  answers: Mixed,
  also: Readonly<Record<string, string>> = {},
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
      ...Object.entries({
        ...Object.fromEntries(
          ['validAt', 'knownAt', 'knownPosition', 'minAssurance', 'atLeast', 'limit', 'cursor'].map(
            (name) => [name, parameterDocs[name]!],
          ),
        ),
        ...also,
      }).map(([name, description]) => ({
        name,
        in: 'query' as const,
        description: description === '' ? parameterDocs[name]! : description,
        schema: { type: 'string' as const },
      })),
    ],
    responses: {
      200: {
        description: 'The answer',
        content: { 'application/json': { schema: jsonSchema(answers) as object } },
      },
      400: problemResponse('A parameter is not as it should be; it is named'),
      404: problemResponse('Not known to the ledger'),
      503: problemResponse('The projections have not reached what was asked for; see Retry-After'),
    },
  });

/**
 * The description of a whole API, with what holds for each of its operations: the key that it needs, and how what goes
 * wrong is told.
 *
 * @param neededFor the scope that an operation needs, if any.
 */
export const describeApi = async (
  app: Hono<ApiEnv>,
  info: { readonly title: string; readonly version: string; readonly description: string },
  neededFor: (method: string, path: string) => string | undefined,
) => {
  const description = await generateSpecs(app, {
    documentation: {
      openapi: '3.1.0',
      info,
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'dom_…',
            description: 'The token of a key. A server on which no keys are set up asks for none.',
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
              401: problemResponse('Keys are set up, and none in force was sent'),
              403: problemResponse(`The key lacks the scope ${scope}`),
            }),
        default: problemResponse('Anything else that goes wrong'),
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

/** The schema of every event that can be recorded: one alternative a type. */
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
