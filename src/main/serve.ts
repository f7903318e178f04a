/**
 * Serves a ledger over HTTP until it is told to stop.
 */
import { serve as serveHttp } from '@hono/node-server';
import * as E from 'fp-ts/lib/Either.js';
import { pino } from 'pino';
import { createApp } from '../api/app.ts';
import type { Ledger } from '../api/ledger.ts';
import { openLedger } from './open-ledger.ts';
import { type Settings, settingsFrom } from './settings.ts';

/** How long open connections may take to end when the server stops. */
const closeWaitMsMax = 5_000;

/** A running server. */
export interface Running {
  readonly ledger: Ledger;
  readonly url: string;
  stop(): Promise<void>;
}

/** Opens the ledger and listens. Resolves when the server takes requests. */
export const serve = async (settings: Settings): Promise<Running> => {
  const logger = pino({ level: process.env.LOG_LEVEL ?? 'warn' });
  const ledger = await openLedger(settings, (notice) => logger.info(notice, 'store'));
  // The projections are there before the first question is.
  await ledger.ready();
  await ledger.refill();
  const app = createApp(ledger, logger);
  return new Promise((resolve, reject) => {
    const server = serveHttp(
      { fetch: app.fetch, hostname: settings.host, port: settings.port },
      ({ port }) => {
        const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
        resolve({
          ledger,
          url: `http://${host}:${port}`,
          stop: async () => {
            const closed = new Promise<void>((done) => server.close(() => done()));
            const timer = setTimeout(
              () => 'closeAllConnections' in server && server.closeAllConnections(),
              closeWaitMsMax,
            );
            if ('closeIdleConnections' in server) server.closeIdleConnections();
            await closed;
            clearTimeout(timer);
            await ledger.close();
          },
        });
      },
    );
    server.once('error', (error) => {
      void ledger.close().then(() => reject(error));
    });
  });
};

const main = async (): Promise<void> => {
  const settings = settingsFrom(process.env);
  if (E.isLeft(settings)) {
    process.stderr.write(`${settings.left.variable}: ${settings.left.message}\n`);
    process.exitCode = 2;
    return;
  }
  try {
    const running = await serve(settings.right);
    process.stdout.write(`Domicile serves ${settings.right.store} on ${running.url}\n`);
    process.stdout.write(
      'No keys are set up: it listens on loopback only, and lets everybody on this machine in.\n',
    );
    const stop = (): void => {
      void running.stop().then(() => process.exit(0));
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 3;
  }
};

if (import.meta.main) await main();
