/** The sender of a request, and its access to people's identifiers. */
import type { Context, MiddlewareHandler } from 'hono';
import type { RequestIdVariables } from 'hono/request-id';
import type { Problem } from '../../contract/problem.ts';
import { authorityOf } from '../../domain/recording/attribution.ts';
import type { Bounds } from '../../domain/recording/bounds.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { People } from '../../ledger/people.ts';
import type { Emitter } from '../../ledger/recording/emitter.ts';
import type { Scope } from '../../people/access/scopes.ts';
import type { Origin } from './forwarded.ts';

/** An authorized caller. */
export interface Caller {
  /** The name of its key or login; null if callers need neither. */
  readonly keyName: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** The bounds of what it may record. */
  readonly bounds: Bounds;
  /** Whether it still has access: long operations check again, and end once the key is revoked. */
  isStillLetIn(): boolean;
}

/** What middleware passes to routes. */
export interface ApiEnv {
  Variables: RequestIdVariables & {
    caller: Caller;
    /** The path under which the ledger is served; empty for the root. */
    basePath: string;
    origin: Origin;
  };
}

/**
 * The caller of a request.
 *
 * @throws if no middleware authorized it: a route mounted without `letIn` answers 500.
 */
export const callerOf = (context: Context<ApiEnv>): Caller => {
  const caller: Caller | undefined = context.get('caller');
  if (caller === undefined) throw new Error('a route was reached without authentication');
  return caller;
};

/** The refusal to continue after the key was revoked. */
export const revokedMeanwhile: Problem = {
  kind: 'unauthorized',
  detail: 'the key was revoked during the request',
};

/** Answers 500 to unauthorized callers, for routes that use their caller in no other way. */
export const needsCaller: MiddlewareHandler<ApiEnv> = async (context, next) => {
  callerOf(context);
  return next();
};

/** Whether the caller has a scope. */
export const may = (context: Context<ApiEnv>, scope: Scope): boolean => callerOf(context).scopes.has(scope);

/** The caller in its role as a recorder of events. */
export const emitterOf = (context: Context<ApiEnv>): Emitter => {
  const { keyName, scopes, bounds } = callerOf(context);
  return { recordedBy: keyName, authority: authorityOf(scopes), bounds };
};

/** People as the caller may see them. */
export const peopleOf = (context: Context<ApiEnv>, ledger: Ledger): People =>
  new People(ledger, may(context, 'identify'));
