/** Serves a ledger over HTTP until stopped. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { Server as TlsServer } from 'node:tls';
import { serve as serveHttp } from '@hono/node-server';
import * as E from 'fp-ts/lib/Either.js';
import { pino } from 'pino';
import { createApp } from '../api/app.ts';
import { isLoopbackHost } from '../api/http/same-site.ts';
import { LedgerMetrics } from '../api/observing/ledger-metrics.ts';
import { faultLine, settingsFrom } from '../ledger/configuration/read-settings.ts';
import { countAhead } from '../ledger/count-ahead.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import type { Settings } from '../ledger/settings.ts';
import { Scope } from '../people/access/scopes.ts';
import { closeServer } from './close-server.ts';
import { endingAfterEarlyAnswers } from './early-answers.ts';
import { importMappingIn } from './import-mapping.ts';
import { asideIn } from './kept-aside.ts';
import { leaveAddress, removeAddress } from './server-address.ts';
import { endSilentConnections } from './silent-connections.ts';
import { onStopSignal } from './stop-signals.ts';
import { startTelemetry } from './telemetry.ts';
import { readCredentials, renewCredentials } from './tls.ts';

/** How long a connection may be idle while no answer is being computed. The live log sends comments more often. */
const silentMsMax = 120_000;
/** No total request timeout: a body with many events may take any time. */
const requestMsMax = 0;

/** A running server. */
export interface Running {
  readonly ledger: Ledger;
  readonly url: string;
  /** The file with the token of the first key, if one was created. */
  readonly firstKeyFile: string | undefined;
  stop(): Promise<void>;
}

/** A message to the person who started the server: who may use it. */
export const whoMayUse = ({ ledger, url, firstKeyFile }: Running): string => {
  if (firstKeyFile !== undefined) {
    return `Other machines can reach this ledger, so a first key with every scope was created; its token is in ${firstKeyFile}`;
  }
  const { keys } = ledger.parts;
  if (keys.areLost()) {
    return `This ledger has had keys, but ${keys.file} is lost, so nobody is admitted. Restore it, or create new keys: domicile keys create`;
  }
  return keys.areSetUp()
    ? `Callers need a key: create one with domicile keys create. The console asks for it at ${url}`
    : 'No keys are set up: the server listens on loopback only, and admits everybody on this machine.';
};

/**
 * Creates a first key if there is none and other machines can reach the server, directly or through a proxy: those
 * always need a key. The token is written to a file that only the owner can read.
 */
const makeFirstKey = (ledger: Ledger, settings: Settings): string | undefined => {
  const { keys, now } = ledger.parts;
  const isForThisMachine = isLoopbackHost(settings.host) && (settings.trustProxy ?? 'off') === 'off';
  if (isForThisMachine || keys.areSetUp() || settings.logins !== undefined) return undefined;
  const token = keys.create('first', Scope.words, now(), randomBytes);
  if (E.isLeft(token)) return undefined;
  const file = join(settings.dataDirectory, 'first-key.txt');
  writeFileSync(file, `${token.right}\n`, { mode: 0o600 });
  return file;
};

/** Opens the ledger and starts listening. Resolves when the server accepts requests. */
export const serve = async (settings: Settings): Promise<Running> => {
  const importMapping = await importMappingIn(settings.importMapFile);
  const aside = asideIn(settings.importAsideFile, () => Date.now());
  const logger = pino({ level: settings.logLevel ?? 'warn' });
  const { tls, basePath = '' } = settings;
  // Checked first: a server without its certificate must not start.
  const credentials = tls === undefined ? undefined : readCredentials(tls);
  const telemetry = await startTelemetry(process.env);
  const ledger = await openLedger(settings, (notice) =>
    notice.kind === 'vault-misses-people'
      ? logger.warn(notice, 'vault')
      : logger[notice.kind === 'log-problem' ? 'warn' : 'info'](notice, 'store'),
  );
  // The projections are ready before the first question arrives.
  await ledger.ready();
  await ledger.refill();
  const endCounting = countAhead(ledger);
  const firstKeyFile = makeFirstKey(ledger, settings);
  const metrics = new LedgerMetrics(ledger);
  telemetry?.begin(ledger, metrics);
  const app = createApp(ledger, logger, {
    ...settings,
    importMapping,
    aside,
    metrics,
    tracing: telemetry?.tracing,
  });
  return new Promise((resolve, reject) => {
    const server = serveHttp(
      {
        fetch: endingAfterEarlyAnswers(app.fetch),
        hostname: settings.host,
        port: settings.port,
        ...(credentials === undefined
          ? { serverOptions: { requestTimeout: requestMsMax } }
          : {
              createServer: createTlsServer,
              serverOptions: { ...credentials, requestTimeout: requestMsMax },
            }),
      },
      ({ port }) => {
        const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
        const url = `${tls === undefined ? 'http' : 'https'}://${host}:${port}${basePath}`;
        // A server that listens on all addresses is reachable on this machine.
        leaveAddress(settings.dataDirectory, url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, '//127.0.0.1:'));
        resolve({
          ledger,
          url,
          firstKeyFile,
          stop: async () => {
            endRenewing();
            await closeServer(server);
            removeAddress(settings.dataDirectory);
            // Metrics are read once more while the ledger is open.
            await telemetry?.end();
            const counted = endCounting();
            await ledger.close();
            await counted;
          },
        });
      },
    );
    const endRenewing =
      tls !== undefined && server instanceof TlsServer
        ? renewCredentials(server, tls, logger)
        : () => undefined;
    if ('timeout' in server) endSilentConnections(server, silentMsMax);
    server.once('error', (error) => {
      void endCounting();
      void ledger.close().then(() => reject(error));
    });
  });
};

const main = async (): Promise<void> => {
  const settings = settingsFrom(process.env);
  if (E.isLeft(settings)) {
    process.stderr.write(`${settings.left.map(faultLine).join('\n')}\n`);
    process.exitCode = 2;
    return;
  }
  // A signal during opening stops the server once it is open. As the first process of a container, it must handle
  // signals itself.
  let running: Running | undefined;
  let asked = false;
  const stop = (): void => {
    asked = true;
    const server = running;
    void server?.stop().then(() => process.exit(0));
  };
  onStopSignal(stop);
  try {
    running = await serve(settings.right);
    if (asked) return stop();
    // A connection string may contain a password.
    const store = settings.right.store.startsWith('sqlite:') ? settings.right.store : 'its store';
    process.stdout.write(`Domicile serves ${store} on ${running.url}\n`);
    process.stdout.write(`${whoMayUse(running)}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 3;
  }
};

if (import.meta.main) await main();
