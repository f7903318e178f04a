/**
 * Who is let in, and to what: writers need the scope `emit`, readers `audit`, replays, policies and erasure `admin`; a
 * person's own identifier is shown to, and accepted from, those with `identify`; processes that share the vault need
 * `vault` (RFC 6750 bearer tokens).
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { Ledger } from '../../ledger/ledger.ts';
import { Scope } from '../../people/access/keys.ts';
import { vaultPath } from '../../people/vault/vault-wire.ts';
import { problem } from './problem.ts';

/** What the caller may do. */
export interface Access {
  /** The name of its key; null while no keys are set up. */
  readonly holder: string | null;
  readonly scopes: ReadonlySet<Scope>;
}

const everything: Access = { holder: null, scopes: new Set(Scope.words) };

const accesses = new WeakMap<Request, Access>();

/** What the caller of this request may do. */
export const accessOf = (context: Context): Access => accesses.get(context.req.raw) ?? everything;

/** Whether the caller may do something. */
export const may = (context: Context, scope: Scope): boolean => accessOf(context).scopes.has(scope);

/** The scope that a request needs; none for what everybody may see. */
export const neededFor = (method: string, path: string): Scope | undefined => {
  if (method === 'POST' && (path === '/v1/events' || path === '/api/v1/lineage')) return 'emit';
  if (path === vaultPath || path.startsWith(`${vaultPath}/`)) return 'vault';
  if (path.startsWith('/v1/replays')) return method === 'GET' ? 'audit' : 'admin';
  if (method === 'DELETE') return 'admin';
  return path.startsWith('/v1/') || path === '/metrics' ? 'audit' : undefined;
};

/** Lets in whoever has a key with the needed scope; without keys, everybody. */
export const letIn =
  (ledger: Ledger): MiddlewareHandler =>
  async (context, next) => {
    const { keys } = ledger.parts;
    if (!keys.areSetUp()) return next();
    const needed = neededFor(context.req.method, context.req.path);
    if (needed === undefined) return next();
    const token = /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
    const key = token === undefined ? undefined : keys.holderOf(token);
    if (key === undefined) {
      context.header('WWW-Authenticate', 'Bearer realm="domicile"');
      const detail = 'expected a key in force: Authorization: Bearer dom_… (domicile keys create makes one)';
      return problem(context, { kind: 'unauthorized', detail });
    }
    const scopes = new Set(key.scopes);
    if (!scopes.has(needed)) {
      context.header(
        'WWW-Authenticate',
        `Bearer realm="domicile", error="insufficient_scope", scope="${needed}"`,
      );
      return problem(context, { kind: 'forbidden', detail: `the key lacks the scope ${needed}` });
    }
    accesses.set(context.req.raw, { holder: key.name, scopes });
    return next();
  };
