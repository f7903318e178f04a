/**
 * Answers that are sent before the body of their request has arrived, such as that it is too large.
 *
 * The rest of the body is read and discarded. Were the connection closed with bytes unread, the caller would get a
 * reset, which may destroy an answer that it has not read yet, or its next request. So it is told that the connection ends,
 * and may go on sending for a while (RFC 9112, 9.6).
 */
import type { IncomingMessage } from 'node:http';
import { setImmediate as afterOthers } from 'node:timers/promises';
import type { Http2Bindings, HttpBindings } from '@hono/node-server';

/** How long a caller may go on sending a body that is discarded; nginx waits as long. */
const lingeringMsMax = 30_000;
/** How long to wait after each part of a body that is discarded, usually of 64 KiB. */
const discardPauseMs = 1;

/** Has the rest of a body read, whoever has read its beginning: a part at a time, so that many that are sent fast delay nobody. */
const discardBody = (request: IncomingMessage): void => {
  request.removeAllListeners('data');
  request.on('data', () => {
    request.pause();
    setTimeout(() => request.resume(), discardPauseMs);
  });
  request.resume();
};

/** Ends a connection when its last answer is sent, but reads on until the caller has closed it as well. */
const linger = ({ socket }: IncomingMessage): void => {
  // Both Node and Hono would close it by this method.
  socket.destroySoon = () => socket.end();
  const timer = setTimeout(() => socket.destroy(), lingeringMsMax);
  socket.once('close', () => clearTimeout(timer));
};

type Fetch = (request: Request, bindings: HttpBindings | Http2Bindings) => Response | Promise<Response>;

/** The same app, whose callers can read early answers. */
export const endingAfterEarlyAnswers =
  (fetch: Fetch): Fetch =>
  async (request, bindings) => {
    // It is served over HTTP/1.1 alone.
    const { incoming, outgoing } = bindings as HttpBindings;
    // A connection that is ending takes no further requests.
    if (!incoming.socket.writable) return new Response(null, { status: 503 });
    const answer = await fetch(request, bindings);
    // A small body may have arrived with the head of its request, and is parsed after this.
    if (!incoming.complete) await afterOthers();
    const isEarly = !incoming.complete;
    if (isEarly) answer.headers.set('Connection', 'close');
    if (isEarly || (incoming.readableDidRead && !incoming.readableEnded))
      // Before Node decides what becomes of the connection.
      outgoing.prependOnceListener('finish', () => {
        if (isEarly) linger(incoming);
        discardBody(incoming);
      });
    return answer;
  };
