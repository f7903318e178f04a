/**
 * Headers of all answers, and their compression.
 */
import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';

const isStream = (type: string): boolean => type.startsWith('text/event-stream');

/** Answers about people are kept by no cache (RFC 9111, 5.2.2.5), and streams are held back by no proxy. */
export const answerHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  const { headers } = context.res;
  if (context.req.path.startsWith('/v1/') && !headers.has('Cache-Control'))
    context.header('Cache-Control', 'no-store');
  if (/^(text\/event-stream|application\/x-ndjson)/.test(headers.get('Content-Type') ?? ''))
    context.header('X-Accel-Buffering', 'no');
};

/** Compresses what is text, for callers who take it. Events that are followed live must not wait for others. */
export const compressed: MiddlewareHandler = compress({
  contentTypeFilter: (type) =>
    /^(application\/(json|problem\+json|x-ndjson|javascript)|text\/)/.test(type) && !isStream(type),
});
