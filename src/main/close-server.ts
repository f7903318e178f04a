/** Closes a server: it accepts no new connections, and open ones get some time to finish. */
import type { ServerType } from '@hono/node-server';

/** How long open connections may take to end when the server stops. */
const closeWaitMsMax = 5_000;

/** Closes the server, and after `closeWaitMsMax` its open connections. */
export const closeServer = async (server: ServerType): Promise<void> => {
  const closed = new Promise<void>((done) => server.close(() => done()));
  const timer = setTimeout(
    () => 'closeAllConnections' in server && server.closeAllConnections(),
    closeWaitMsMax,
  );
  if ('closeIdleConnections' in server) server.closeIdleConnections();
  await closed;
  clearTimeout(timer);
};
