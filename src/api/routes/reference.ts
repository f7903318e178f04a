/** The API reference as a page, generated from the API's own description, without scripts or external resources. */

import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { JsonObject } from '../../domain/events/json-object.ts';
import { pageUnder } from '../http/base-path.ts';
import type { ApiEnv } from '../http/caller.ts';
import { madeOnce } from '../http/made-once.ts';

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: ReadonlyArray<{
    readonly name: string;
    readonly in: string;
    readonly description?: string;
  }>;
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonObject }>> };
  readonly responses?: Readonly<
    Record<
      string,
      {
        readonly description?: string;
        readonly content?: Readonly<Record<string, { readonly schema?: JsonObject }>>;
      }
    >
  >;
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

const style = `
:root { color-scheme: light dark; --line: light-dark(#d8d8d8, #444); --soft: light-dark(#555, #aaa); --mark: light-dark(#0b5d9e, #7cc0f5) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code { font: 0.9em ui-monospace, monospace }
h2 { border-top: 1px solid var(--line); padding-top: 1.2rem; margin-top: 2rem; font-size: 1.1rem; overflow-wrap: anywhere }
h2 b { color: var(--mark); margin-right: 0.5rem }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0 }
td, th { text-align: left; vertical-align: top; padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid var(--line) }
td:first-child { white-space: nowrap }
details { margin: 0.4rem 0 0.4rem 0.6rem } summary { cursor: pointer }
small { color: var(--soft) } nav ul { columns: 20rem 2; padding-left: 1rem } a { color: var(--mark) }
`;

const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const code = (text: string): string => `<code>${escaped(text)}</code>`;

const isJson = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

/** The values that a schema accepts, in a few words. */
const typeOf = (schema: JsonObject): string => {
  const alternatives = (schema.oneOf ?? schema.anyOf) as ReadonlyArray<JsonObject> | undefined;
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeOf))].join(' or ');
  if (Array.isArray(schema.enum)) return schema.enum.map((each) => JSON.stringify(each)).join(', ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'array' && isJson(schema.items)) return `list of ${typeOf(schema.items)}`;
  if (schema.type === 'object') return String(schema.title ?? 'object');
  return String(schema.format ?? schema.type ?? 'anything');
};

/** The fields of a schema as a table, with those of nested objects folded below. */
const fieldsOf = (schema: JsonObject): string => {
  const alternatives = (schema.oneOf ?? schema.anyOf) as ReadonlyArray<JsonObject> | undefined;
  if (alternatives !== undefined) {
    return alternatives
      .filter(({ type }) => type === 'object' || type === 'array')
      .map((each) => folded(String(each.title ?? typeOf(each)), fieldsOf(each)))
      .join('');
  }
  if (schema.type === 'array' && isJson(schema.items)) return fieldsOf(schema.items);
  if (!isJson(schema.properties)) return '';
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const rows = Object.entries(schema.properties as Readonly<Record<string, JsonObject>>).map(
    ([name, field]) => {
      const about = typeof field.description === 'string' ? escaped(field.description) : '';
      const inner = fieldsOf(field);
      const more = inner === '' ? '' : folded('fields', inner);
      return `<tr><td>${code(required.has(name) ? name : `${name}?`)}</td><td>${escaped(typeOf(field))}</td><td>${about}${more}</td></tr>`;
    },
  );
  return `<table>${rows.join('')}</table>`;
};

const folded = (title: string, content: string): string =>
  `<details><summary>${escaped(title)}</summary>${content}</details>`;

const contentOf = (content: Readonly<Record<string, { readonly schema?: JsonObject }>> = {}): string =>
  Object.entries(content)
    .filter(([mediaType]) => mediaType !== 'application/problem+json')
    .map(([mediaType, { schema }]) => folded(mediaType, schema === undefined ? '' : fieldsOf(schema)))
    .join('');

const idOf = (method: string, path: string): string => `${method}${path.replace(/[^a-zA-Z0-9]+/g, '-')}`;

const operationText = (path: string, method: string, operation: Operation): string => {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, description = '' }) =>
      `<tr><td>${code(name)}</td><td><small>${place}</small></td><td>${escaped(description)}</td></tr>`,
  );
  const responses = Object.entries(operation.responses ?? {}).map(
    ([status, { description = '', content }]) =>
      `<tr><td>${code(status)}</td><td>${escaped(description)}${contentOf(content)}</td></tr>`,
  );
  return [
    `<h2 id="${idOf(method, path)}"><b>${method.toUpperCase()}</b>${code(path)}</h2>`,
    `<p>${escaped(operation.summary ?? '')}</p>`,
    operation.description === undefined ? '' : `<p>${escaped(operation.description)}</p>`,
    parameters.length === 0 ? '' : folded('Parameters', `<table>${parameters.join('')}</table>`),
    operation.requestBody === undefined ? '' : `<p>Body</p>${contentOf(operation.requestBody.content)}`,
    `<table>${responses.join('')}</table>`,
  ].join('\n');
};

const pageOf = (title: string, about: string, paths: Paths): string => {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const links = operations.map(
    ({ path, method }) =>
      `<li><a href="#${idOf(method, path)}">${method.toUpperCase()} ${code(path)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}: the HTTP API</title><style>${style}</style></head>
<body>
<h1>${escaped(title)}: the HTTP API</h1>
<p>${escaped(about)} This page is generated from <a href="/openapi.json">the description of this server</a> (OpenAPI 3.1).
Problems are answered as <code>application/problem+json</code> (RFC 9457).</p>
<nav><ul>${links.join('\n')}</ul></nav>
<main>
${operations.map(({ path, method, operation }) => operationText(path, method, operation)).join('\n')}
</main>
</body>
</html>
`;
};

/** The route `/reference` for a described API. */
export const referenceRoutes = (
  info: { readonly title: string; readonly description: string },
  described: () => Promise<{ readonly paths: unknown }>,
  basePath: string,
): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const headers = {
    'Content-Type': 'text/html; charset=UTF-8',
    'Content-Security-Policy': contentSecurityPolicy,
  };
  routes.get(
    '/reference',
    madeOnce(headers, async () =>
      pageUnder(basePath, pageOf(info.title, info.description, (await described()).paths as Paths)),
    ),
  );
  return routes;
};
