/**
 * Serves a ledger under a path of its host, such as `/domicile`: the path is removed from requests before routing,
 * and added to links.
 *
 * A proxy may keep the path or remove it; both work, and probes may omit it.
 */
import type { Context } from 'hono';
import { getPath } from 'hono/utils/url';

/** The path for routing a request. */
export const routedPath =
  (basePath: string) =>
  (request: Request): string => {
    const path = getPath(request);
    if (basePath === '') return path;
    if (path === basePath) return '/';
    return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  };

/** The address of a path of the ledger, for callers. */
export const linkTo = (context: Context, path: string): string => `${context.get('basePath') ?? ''}${path}`;

/** One of our pages, with the base path added to links that begin with `/`. */
export const pageUnder = (basePath: string, page: string): string =>
  page.replaceAll(/\b(src|href|content)="\//g, `$1="${basePath}/`);
