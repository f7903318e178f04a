/** Headers and compression of all responses. */
import type { MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';

const isStream = (type: string): boolean => type.startsWith('text/event-stream');

/** Caches must not store answers about people (RFC 9111, 5.2.2.5), and proxies must not buffer streams. */
export const answerHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  // Not by `context.header`, which would make a stream of a text that is sent as it is.
  const { headers } = context.res;
  if (context.req.path.startsWith('/v1/') && !headers.has('Cache-Control'))
    headers.set('Cache-Control', 'no-store');
  if (/^(text\/event-stream|application\/x-ndjson)/.test(headers.get('Content-Type') ?? ''))
    headers.set('X-Accel-Buffering', 'no');
};

/** Shorter answers are not compressed: that would take longer than sending them. */
const compressedBytesMin = 8_192;

/**
 * Compresses text for callers that accept it. The live stream of events is not compressed, since buffering would
 * delay events.
 */
export const compressed: MiddlewareHandler = compress({
  threshold: compressedBytesMin,
  contentTypeFilter: (type) =>
    /^(application\/(json|problem\+json|x-ndjson|javascript)|text\/)/.test(type) && !isStream(type),
});
