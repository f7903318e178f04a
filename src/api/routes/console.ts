/**
 * The auditors' console, as it was built into `console/dist`: the page at its addresses, and its files.
 *
 * The page may load files of its own origin alone and runs no script that stands in it; what an event says can therefore
 * never become code. Files whose names carry a hash of their content are kept by browsers for good.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Context, Hono } from 'hono';
import type { ApiEnv } from '../http/caller.ts';
import { consolePaths } from '../http/console-paths.ts';
import { problem } from '../http/problem.ts';

/** Where the console is built to. */
const dist = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

/** Names of files: no folder, nothing hidden. */
const fileName = /^\w[\w-]*(?:\.[\w-]+)*$/;

const encodings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

const readOrNothing = (path: string): Promise<Uint8Array<ArrayBuffer> | undefined> =>
  readFile(path).then(
    (bytes) => new Uint8Array(bytes),
    () => undefined,
  );

/** A built file, in the best encoding that the caller takes. */
const respondWith = async (
  context: Context<ApiEnv>,
  path: string,
  cacheControl: string,
): Promise<Response | undefined> => {
  const type = mediaTypes[extname(path)];
  if (type === undefined) return undefined;
  const accepted = context.req.header('accept-encoding') ?? '';
  for (const [encoding, suffix] of [...encodings, [undefined, '']] as const) {
    if (encoding !== undefined && !accepted.split(',').some((each) => each.trim().split(';')[0] === encoding))
      continue;
    const bytes = await readOrNothing(path + suffix);
    if (bytes === undefined) continue;
    const tag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    context.header('Content-Type', type);
    context.header('Content-Length', String(bytes.length));
    context.header('Cache-Control', cacheControl);
    context.header('Vary', 'Accept-Encoding');
    context.header('ETag', tag);
    if (encoding !== undefined) context.header('Content-Encoding', encoding);
    context.header('Content-Security-Policy', contentSecurityPolicy);
    if (context.req.header('if-none-match') === tag) return context.body(null, 304);
    return context.body(bytes);
  }
  return undefined;
};

const notBuilt = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Domicile</title>
<h1>The ledger is running; its console is not built</h1>
<p>Build it, and load this page again:</p>
<pre>npm ci
npm run console</pre>
<p>The HTTP API works all the same: it is described at <a href="/openapi.json">/openapi.json</a>.</p>
</html>
`;

/**
 * The routes of the console.
 *
 * @param directory where it was built to.
 */
export const consoleRoutes = (directory: string = dist): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  for (const path of consolePaths) {
    routes.get(path, async (context) => {
      const page = await respondWith(context, join(directory, 'index.html'), 'no-cache');
      if (page !== undefined) return page;
      context.header('Content-Security-Policy', contentSecurityPolicy);
      context.header('Cache-Control', 'no-store');
      return context.html(notBuilt, 503);
    });
  }
  const fileOrNothing = async (
    context: Context<ApiEnv>,
    path: string,
    cacheControl: string,
  ): Promise<Response> =>
    (await respondWith(context, join(directory, path), cacheControl)) ??
    problem(context, { kind: 'not-found' });
  routes.get('/assets/:file', async (context) => {
    const file = context.req.param('file');
    return fileName.test(file)
      ? fileOrNothing(context, `assets/${file}`, 'public, max-age=31536000, immutable')
      : problem(context, { kind: 'not-found' });
  });
  for (const file of ['icon.svg', 'theme.js']) {
    routes.get(`/${file}`, (context) => fileOrNothing(context, file, 'no-cache'));
  }
  return routes;
};
