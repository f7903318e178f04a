/**
 * The auditors' console as built into `console/dist`: the page at its paths, and its files.
 *
 * The page loads only files of its own origin and runs no inline script, so content of events can never become
 * code. Browsers cache files with a content hash in their names permanently.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { etag } from 'hono/etag';
import { pageUnder } from '../http/base-path.ts';
import type { ApiEnv } from '../http/caller.ts';
import { consolePaths } from '../http/console-paths.ts';

/** The output directory of the console's build. */
const dist = fileURLToPath(new URL('../../../console/dist/', import.meta.url));

/** The policy of the page. Only the page *Check* may run WebAssembly, which Cedar's engine needs. */
const contentSecurityPolicy = (path: string): string =>
  [
    "default-src 'none'",
    path === '/check' ? "script-src 'self' 'wasm-unsafe-eval'" : "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');

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
<p>The HTTP API works all the same: it <a href="/openapi.json">describes itself</a>.</p>
</html>
`;

const withCacheControl =
  (cacheControl: string, path = ''): MiddlewareHandler =>
  async (context, next) => {
    await next();
    if (!context.res.ok) return;
    context.header('Cache-Control', cacheControl);
    context.header('Vary', 'Accept-Encoding');
    context.header('Content-Security-Policy', contentSecurityPolicy(path));
  };

/** Browsers check each time whether it has changed. */
const revalidated = (path: string): MiddlewareHandler => withCacheControl('no-cache', path);
const keptForGood = withCacheControl('public, max-age=31536000, immutable');

/** Serves the page with its links under the base path. */
const servePageUnder =
  (basePath: string, file: string): MiddlewareHandler =>
  async (context, next) => {
    const page = await readFile(file, 'utf8').catch(() => undefined);
    return page === undefined ? next() : context.html(pageUnder(basePath, page));
  };

/**
 * The routes of the console.
 *
 * @param directory the output directory of its build.
 * @param basePath the path under which the ledger is served; empty for the root.
 */
export const consoleRoutes = (directory: string = dist, basePath = ''): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const index = join(directory, 'index.html');
  const page =
    basePath === '' ? serveStatic({ path: index, precompressed: true }) : servePageUnder(basePath, index);
  // Without `root`, which must exist when the server starts: the console may be built later.
  const file = serveStatic({ rewriteRequestPath: (path) => join(directory, path), precompressed: true });
  for (const path of consolePaths) {
    routes.get(path, etag(), revalidated(path), page, (context) => {
      context.header('Content-Security-Policy', contentSecurityPolicy(path));
      context.header('Cache-Control', 'no-store');
      return context.html(pageUnder(basePath, notBuilt), 503);
    });
  }
  routes.get('/assets/:file', etag(), keptForGood, file);
  for (const path of ['/icon.svg', '/theme.js']) routes.get(path, etag(), revalidated(path), file);
  return routes;
};
