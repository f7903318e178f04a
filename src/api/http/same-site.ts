/**
 * Protects a ledger without keys from web pages that are open on this machine.
 *
 * A page whose name was made to resolve to this machine (DNS rebinding) sends its own name as `Host`. A page of
 * another site identifies itself in `Sec-Fetch-Site` and `Origin` (https://www.w3.org/TR/fetch-metadata/).
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { Ledger } from '../../ledger/ledger.ts';
import type { ApiEnv } from './caller.ts';
import { problem } from './problem.ts';

/** Probes use the address of the machine, and learn nothing about people. */
const probedPaths: ReadonlySet<string> = new Set(['/livez', '/readyz']);
/** Headers of proxies, whose callers need not be on this machine. */
const forwardingHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];
const readingMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a host without its port is this machine. */
export const isLoopbackHost = (host: string): boolean =>
  /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[?::1\]?|localhost)$/i.test(host);

/** The name in a `Host` header, in lower case, without port and trailing dot. */
const nameOf = (host: string): string => host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');

/** Whether a request is addressed to this machine, or to a name that the settings allow. */
const isAddressed = (host: string, allowedHosts: ReadonlyArray<string>): boolean =>
  isLoopbackHost(nameOf(host)) || allowedHosts.includes(nameOf(host));

/** Whether a page of another site sent the request, according to its headers. */
const isCrossSite = (context: Context, host: string, others: ReadonlyArray<string>): boolean => {
  const site = context.req.header('sec-fetch-site');
  const origin = context.req.header('origin');
  // The settings allow this site.
  if (origin !== undefined && others.includes(origin)) return false;
  if (readingMethods.has(context.req.method)) {
    // Following a link from another page is allowed; loading by a page is not.
    const isFollowed = context.req.header('sec-fetch-mode') === 'navigate';
    return site !== undefined && site !== 'same-origin' && site !== 'none' && !isFollowed;
  }
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && URL.parse(origin)?.host !== URL.parse(`http://${host}`)?.host;
};

/**
 * Refuses requests to other names than those of the ledger and, while there are no keys, those from other sites.
 *
 * Behind a proxy, both the caller's `Host` and that of the proxy's request must be allowed, since a page that
 * reaches the ledger directly can send any header.
 *
 * @param allowedHosts names besides those of this machine. With keys, hosts are only checked if there are such
 * names.
 * @param corsOrigins other sites whose pages may call the API.
 * @param hasLogins whether callers need a token even without keys.
 */
export const refuseOtherSites =
  (
    ledger: Ledger,
    allowedHosts: ReadonlyArray<string>,
    corsOrigins: ReadonlyArray<string>,
    hasLogins: boolean,
  ): MiddlewareHandler<ApiEnv> =>
  async (context, next) => {
    if (probedPaths.has(context.req.path)) return next();
    const hasKeys = hasLogins || ledger.parts.keys.areSetUp();
    const host = context.req.header('host') ?? new URL(context.req.url).host;
    const { forwardedHost } = context.get('origin');
    const names = forwardedHost === undefined ? [host] : [host, forwardedHost];
    if ((!hasKeys || allowedHosts.length > 0) && !names.every((name) => isAddressed(name, allowedHosts))) {
      const detail = 'the ledger does not answer to this host name; add it to LEDGER_ALLOWED_HOSTS';
      return problem(context, { kind: 'misdirected', detail });
    }
    if (!hasKeys && forwardingHeaders.some((name) => context.req.header(name) !== undefined)) {
      const detail =
        'this request came through a proxy; without keys, a ledger answers only this machine. Create a key with domicile keys create';
      return problem(context, { kind: 'forbidden', detail });
    }
    if (!hasKeys && isCrossSite(context, forwardedHost ?? host, corsOrigins)) {
      const detail =
        'this request came from a page of another site; without keys, only the ledger’s own pages may use it in a browser';
      return problem(context, { kind: 'forbidden', detail });
    }
    return next();
  };
