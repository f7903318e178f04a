/** Closes idle connections, except while their answers are being computed. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes each connection that was idle for `silentMsMax`: without a request, in the middle of a body, or while its
 * answer is not read. A complete request may wait for its answer for any time.
 */
export const endSilentConnections = (server: Server, silentMsMax: number): void => {
  const last = new WeakMap<Socket, { readonly request: IncomingMessage; readonly answer: ServerResponse }>();
  server.timeout = silentMsMax;
  server.on('request', (request, answer) => last.set(request.socket, { request, answer }));
  server.on('timeout', (socket) => {
    const exchange = last.get(socket);
    if (exchange?.request.complete === true && !exchange.answer.headersSent) return;
    socket.destroy();
  });
};
