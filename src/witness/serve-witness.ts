/**
 * Serves a witness over HTTP until it is told to stop.
 */
import { serve } from '@hono/node-server';
import { pino } from 'pino';
import type { Witness } from './witness.ts';
import { witnessApp } from './witness-app.ts';

/** How long open connections may take to end when the server stops. */
const closeWaitMsMax = 5_000;
/** How long a request may take to arrive. */
const requestMsMax = 10_000;

export interface RunningWitness {
  readonly url: string;
  /** Ends the server, and closes the witness. */
  stop(): Promise<void>;
}

/** Listens. Rejects where the port cannot be had. */
export const serveWitness = (witness: Witness, host: string, port: number): Promise<RunningWitness> => {
  const app = witnessApp(witness, pino({ level: process.env.LOG_LEVEL ?? 'warn' }));
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, hostname: host, port, serverOptions: { requestTimeout: requestMsMax } },
      (address) =>
        resolve({
          url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
          stop: async () => {
            const closed = new Promise<void>((done) => server.close(() => done()));
            const timer = setTimeout(
              () => 'closeAllConnections' in server && server.closeAllConnections(),
              closeWaitMsMax,
            );
            if ('closeIdleConnections' in server) server.closeIdleConnections();
            await closed;
            clearTimeout(timer);
            witness.close();
          },
        }),
    );
    server.once('error', (error) => {
      witness.close();
      reject(error);
    });
  });
};
