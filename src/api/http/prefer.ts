/**
 * What a caller prefers (RFC 7240).
 */
import type { Context, MiddlewareHandler } from 'hono';
import type { ApiEnv, Caller } from './caller.ts';

/**
 * How long the caller is ready to wait for all of an answer, in milliseconds: `Prefer: wait`, or `wait=` and seconds.
 *
 * @param waitMsMax how long the server waits at most, and where the caller names no time.
 * @returns undefined where the caller does not ask to wait.
 */
export const preferredWaitMs = (context: Context, waitMsMax: number): number | undefined => {
  for (const preference of (context.req.header('prefer') ?? '').split(',')) {
    const wait = /^\s*wait\s*(?:=\s*"?(\d{1,9})"?\s*)?(?:;|$)/i.exec(preference);
    if (wait !== null)
      return wait[1] === undefined ? waitMsMax : Math.min(waitMsMax, Number(wait[1]) * 1_000);
  }
  return undefined;
};

/** Whether the caller wants people by their pseudonyms, though it may see who they are: `Prefer: pseudonyms`. */
const prefersPseudonyms = (context: Context): boolean =>
  (context.req.header('prefer') ?? '')
    .split(',')
    .some((preference) => /^\s*pseudonyms\s*(?:;|$)/i.test(preference));

/** Takes the scope `identify` from a caller who wants pseudonyms: for this request, people have no other names. */
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
