/** Serves a witness over HTTP until stopped. */
import { serve } from '@hono/node-server';
import { pino } from 'pino';
import type { Witness } from '../witness/witness.ts';
import { witnessApp } from '../witness/witness-app.ts';
import { closeServer } from './close-server.ts';
import { endingAfterEarlyAnswers } from './early-answers.ts';

/** How long a request may take to arrive. */
const requestMsMax = 10_000;

export interface RunningWitness {
  readonly url: string;
  /** Closes the server and the witness. */
  stop(): Promise<void>;
}

/** Starts listening. Rejects if the port cannot be used. */
export const serveWitness = (witness: Witness, host: string, port: number): Promise<RunningWitness> => {
  const app = witnessApp(witness, pino({ level: process.env.LOG_LEVEL ?? 'warn' }));
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: endingAfterEarlyAnswers(app.fetch),
        hostname: host,
        port,
        serverOptions: { requestTimeout: requestMsMax },
      },
      (address) =>
        resolve({
          url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
          stop: async () => {
            await closeServer(server);
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
