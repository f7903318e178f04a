/**
 * Who sends a request, and what of people that caller may see.
 */
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

/** A caller that was let in. */
export interface Caller {
  /** The name of its key or login; null while callers need none. */
  readonly keyName: string | null;
  readonly scopes: ReadonlySet<Scope>;
  /** What it may record. */
  readonly bounds: Bounds;
  /** Whether it would still be let in: what takes long looks again, and ends once the key is revoked. */
  isStillLetIn(): boolean;
}

/** What middleware leaves with a request for its route. */
export interface ApiEnv {
  Variables: RequestIdVariables & {
    caller: Caller;
    /** The path under which the ledger is served; empty at the root. */
    basePath: string;
    origin: Origin;
  };
}

/**
 * The caller of a request.
 *
 * @throws where no middleware let it in: a route that is mounted without `letIn` answers 500.
 */
export const callerOf = (context: Context<ApiEnv>): Caller => {
  const caller: Caller | undefined = context.get('caller');
  if (caller === undefined) throw new Error('a route was reached without authentication');
  return caller;
};

/** The refusal of what goes on after the key was revoked. */
export const revokedMeanwhile: Problem = {
  kind: 'unauthorized',
  detail: 'the key was revoked during the request',
};

/** Answers 500 to callers that no middleware let in: for routes that ask nothing else of their caller. */
export const needsCaller: MiddlewareHandler<ApiEnv> = async (context, next) => {
  callerOf(context);
  return next();
};

/** Whether the caller has a scope. */
export const may = (context: Context<ApiEnv>, scope: Scope): boolean => callerOf(context).scopes.has(scope);

/** The caller, as one who records events. */
export const emitterOf = (context: Context<ApiEnv>): Emitter => {
  const { keyName, scopes, bounds } = callerOf(context);
  return { recordedBy: keyName, authority: authorityOf(scopes), bounds };
};

/** People, as the caller may see them. */
export const peopleOf = (context: Context<ApiEnv>, ledger: Ledger): People =>
  new People(ledger, may(context, 'identify'));
