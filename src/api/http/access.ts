/**
 * Authentication and authorization (RFC 6750 bearer tokens). Every path except the public ones requires a scope:
 * `emit` to record events, `audit` to read, `admin` for replays, policies, erasure and signing keys, `vault` for
 * processes that share the vault. `identify` shows and accepts people's own identifiers.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Context, MiddlewareHandler } from 'hono';
import type { Ledger } from '../../ledger/ledger.ts';
import { boundsOf } from '../../people/access/key-file.ts';
import { isTokenOfKey } from '../../people/access/keys.ts';
import type { Logins } from '../../people/access/logins.ts';
import { Scope } from '../../people/access/scopes.ts';
import { vaultPath } from '../../people/vault/vault-wire.ts';
import type { ApiEnv, Caller } from './caller.ts';
import { isOfConsole } from './console-paths.ts';
import { problem } from './problem.ts';

const msPerSecond = 1_000;
/** When a login may retry while its issuer cannot be reached. */
const issuerRetryMs = 5_000;

/** A caller with every scope: without keys, or in a process that has the ledger's files open itself. */
const everyScope: Caller = {
  keyName: null,
  scopes: new Set(Scope.words),
  bounds: {},
  isStillLetIn: () => true,
};

const publicPaths: ReadonlySet<string> = new Set([
  '/livez',
  '/readyz',
  '/openapi.json',
  '/reference',
  '/login.json',
  '/login/token',
]);

/** The head of the log and its hashes reveal nothing about people; entries contain sources and ids. */
const isOfTree = (path: string): boolean =>
  path === '/log/checkpoint' ||
  path.startsWith('/log/index/') ||
  (path.startsWith('/log/tile/') && !path.startsWith('/log/tile/entries/'));

const isPublic = (path: string): boolean => publicPaths.has(path) || isOfConsole(path) || isOfTree(path);

const isRecording = (path: string): boolean =>
  path === '/v1/events' ||
  path.startsWith('/v1/import/') ||
  path === '/api/v1/lineage' ||
  path === '/api/v1/lineage/batch';

/** The scope that a request requires; undefined only for public paths. */
export const neededFor = (method: string, path: string): Scope | undefined => {
  if (isPublic(path)) return undefined;
  // OPTIONS asks whether a sender may deliver events.
  if (method === 'OPTIONS' && path === '/v1/events') return 'emit';
  if (method === 'POST' && isRecording(path)) return 'emit';
  if (path === vaultPath || path.startsWith(`${vaultPath}/`)) return 'vault';
  if (path === '/v1/log/keys') return 'admin';
  if (path.startsWith('/v1/replays')) return method === 'GET' ? 'audit' : 'admin';
  return method === 'DELETE' ? 'admin' : 'audit';
};

const noVault =
  'using the vault requires a key: create one with domicile keys create NAME vault. From then on, every caller needs a key';

const unauthorized = (context: Context): Response => {
  context.header('WWW-Authenticate', 'Bearer realm="domicile"');
  const detail = 'expected a valid key: Authorization: Bearer dom_… (create one with domicile keys create)';
  return problem(context, { kind: 'unauthorized', detail });
};

const forbidden = (context: Context, needed: Scope, what: 'key' | 'login' = 'key'): Response => {
  const challenge = `Bearer realm="domicile", error="insufficient_scope", scope="${needed}"`;
  context.header('WWW-Authenticate', challenge);
  return problem(context, { kind: 'forbidden', detail: `the ${what} lacks the scope ${needed}` });
};

const issuerAway = (context: Context): Response =>
  problem(context, {
    kind: 'unavailable',
    detail: 'the issuer of logins cannot be reached, so this token cannot be verified; keys still work',
    retryAfterMs: issuerRetryMs,
  });

/**
 * Accepts callers whose key or login has the required scope. Without keys and without an issuer of logins, accepts
 * everybody.
 */
export const letIn =
  (ledger: Ledger, logins?: Logins): MiddlewareHandler<ApiEnv> =>
  async (context, next) => {
    const { keys } = ledger.parts;
    const needed = neededFor(context.req.method, context.req.path);
    if (needed === undefined) return next();
    const token = /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    if (logins !== undefined && token !== undefined && !isTokenOfKey(token)) {
      const login = await logins.loginOf(token);
      if (E.isLeft(login)) return login.left === 'invalid' ? unauthorized(context) : issuerAway(context);
      const { name, scopes, expiresAt } = login.right;
      if (!scopes.has(needed)) return forbidden(context, needed, 'login');
      const isStillLetIn = (): boolean => ledger.parts.now() < expiresAt * msPerSecond;
      context.set('caller', { keyName: name, scopes, bounds: {}, isStillLetIn });
      return next();
    }
    if (!keys.areSetUp() && logins === undefined) {
      if (needed === 'vault' && ledger.parts.vault.at === null)
        return problem(context, { kind: 'forbidden', detail: noVault });
      context.set('caller', { ...everyScope, isStillLetIn: () => !keys.areSetUp() });
      return next();
    }
    const key = token === undefined ? undefined : keys.holderOf(token);
    if (key === undefined) return unauthorized(context);
    const scopes = new Set(key.scopes);
    if (!scopes.has(needed)) return forbidden(context, needed);
    context.set('caller', {
      keyName: key.name,
      scopes,
      bounds: boundsOf(key),
      isStillLetIn: () => keys.isStill(key),
    });
    return next();
  };

/** Accepts everybody, even without a key: for a process that has the ledger's files open itself. */
export const letEverybodyIn: MiddlewareHandler<ApiEnv> = async (context, next) => {
  context.set('caller', everyScope);
  return next();
};
