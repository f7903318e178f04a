/** The caller's preferences (RFC 7240). */
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiEnv, Caller } from './caller.ts';

/**
 * How long the caller will wait for a complete answer, in milliseconds: `Prefer: wait`, or `wait=` and seconds.
 *
 * @param waitMsMax the server's maximum, also used if the caller gives no time.
 * @returns undefined if the caller does not ask to wait.
 */
export const preferredWaitMs = (context: Context, waitMsMax: number): number | undefined => {
  for (const preference of (context.req.header('prefer') ?? '').split(',')) {
    const wait = /^\s*wait\s*(?:=\s*"?(\d{1,9})"?\s*)?(?:;|$)/i.exec(preference);
    if (wait !== null)
      return wait[1] === undefined ? waitMsMax : Math.min(waitMsMax, Number(wait[1]) * 1_000);
  }
  return undefined;
};

/** Whether the caller prefers pseudonyms even though it may see identifiers: `Prefer: pseudonyms`. */
const prefersPseudonyms = (context: Context): boolean =>
  (context.req.header('prefer') ?? '')
    .split(',')
    .some((preference) => /^\s*pseudonyms\s*(?:;|$)/i.test(preference));

/**
 * Removes the scope `identify` from a request that prefers pseudonyms, so that people have no other names in it.
 */
export const pseudonymsWhereWanted: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const caller: Caller | undefined = context.get('caller');
  if (caller !== undefined && prefersPseudonyms(context)) {
    context.set('caller', {
      ...caller,
      scopes: new Set([...caller.scopes].filter((scope) => scope !== 'identify')),
    });
    context.header('Preference-Applied', 'pseudonyms');
  }
  return next();
};
