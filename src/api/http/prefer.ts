/**
 * What a caller prefers (RFC 7240).
 */
import type { Context } from 'hono';

/**
 * How long the caller is ready to wait for all of an answer, in milliseconds: `Prefer: wait`, or `wait=` and seconds.
 *
 * @param waitMsMax how long the server waits at the most, and where the caller names no time.
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
