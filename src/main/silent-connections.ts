/**
 * Ends connections on which nothing is said any more, but for those whose answer is still being found.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Ends each connection that was silent for so many milliseconds: one without a request, one whose body does not go on,
 * one whose answer nobody takes. A request that came whole may wait for its answer as long as that takes.
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
