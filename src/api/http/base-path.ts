/**
 * A ledger under a path of its host, such as `/domicile`: requests lose it before they are routed, and links get it back.
 *
 * A proxy may pass the path on or take it away: both are understood, and probes may ask without it.
 */
import type { Context } from 'hono';
import { getPath } from 'hono/utils/url';

/** The path by which a request is routed. */
export const routedPath =
  (basePath: string) =>
  (request: Request): string => {
    const path = getPath(request);
    if (basePath === '') return path;
    if (path === basePath) return '/';
    return path.startsWith(`${basePath}/`) ? path.slice(basePath.length) : path;
  };

/** The address of a path of the ledger, as callers ask for it. */
export const linkTo = (context: Context, path: string): string => `${context.get('basePath') ?? ''}${path}`;

/** A page of ours, whose links begin with `/`, under the base path. */
export const pageUnder = (basePath: string, page: string): string =>
  page.replaceAll(/\b(src|href|content)="\//g, `$1="${basePath}/`);
