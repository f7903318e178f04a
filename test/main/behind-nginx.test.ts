/**
 * A ledger behind nginx, set up as the page about proxies says. `vitest.config.ts` leaves this file out on machines
 * without nginx; `behind-a-proxy.test.ts` brings a proxy of its own.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Running, serve } from '../../src/main/serve.ts';
import { freePort } from '../support/free-port.ts';
import { enrolled, many } from '../support/given-events.ts';
import { newAuthority } from '../support/kurrentdb-double/certificates.ts';
import { nginxBinary } from '../support/nginx.ts';
import { newDataDirectory, removeDirectory, settingsIn } from '../support/server.ts';

const page = join(import.meta.dirname, '..', '..', 'docs', 'how-to', 'put-behind-a-proxy.md');
const host = 'ledger.example.org';

/** The `server` of the page, on this port, before a ledger on that one. */
const serverOfPage = (port: number, ledgerPort: string, folder: string): string => {
  const [, block] = /```nginx\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8')) ?? [];
  if (block === undefined) throw new Error('the page shows no configuration of nginx');
  return block
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('http://127.0.0.1:8484', `http://127.0.0.1:${ledgerPort}`)
    .replaceAll(/\/etc\/letsencrypt\/live\/ledger\.example\.org/g, folder);
};

const configuration = (server: string, folder: string): string => `daemon off; master_process off;
pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${folder}/${of};`).join(' ')}
  ${server}
}
`;

describe('given a ledger behind nginx, as the page about proxies sets it up', () => {
  const folder = mkdtempSync(join(tmpdir(), 'domicile-nginx-'));
  const directory = newDataDirectory();
  const authority = newAuthority();
  let running: Running;
  let proxy: ChildProcess;
  let port: number;
  let token: string;

  /** Begins a request, as nginx is asked from elsewhere. */
  const begin = (path: string, method = 'GET', headers: Record<string, string> = {}): ClientRequest =>
    request({
      ...{
        host: '127.0.0.1',
        port,
        path,
        method,
        servername: host,
        ca: authority.certificate,
        agent: false,
      },
      headers: { host, authorization: `Bearer ${token}`, ...headers },
    });
  const answerTo = async (asked: ClientRequest): Promise<IncomingMessage> => {
    const [answer] = await once(asked.end(), 'response');
    return answer as IncomingMessage;
  };
  const lines = (count: number, prefix: string): string =>
    many(count, prefix)
      .map((event) => `${JSON.stringify(event)}\n`)
      .join('');

  beforeAll(async () => {
    running = await serve({
      ...(await settingsIn(directory)),
      ...{ basePath: '/domicile', allowedHosts: [host], trustProxy: ['127.0.0.1'] },
    });
    token = readFileSync(running.firstKeyFile!, 'utf8').trim();
    const identity = authority.sign(host, [host]);
    writeFileSync(join(folder, 'fullchain.pem'), identity.certificate);
    writeFileSync(join(folder, 'privkey.pem'), identity.key);
    port = await freePort();
    const server = serverOfPage(port, new URL(running.url).port, folder);
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, configuration(server, folder));
    proxy = spawn(nginxBinary!, ['-c', file, '-e', join(folder, 'error.log')], { stdio: 'inherit' });
    await vi.waitFor(() => answerTo(begin('/domicile/livez')), { timeout: 20_000 });
  });
  afterAll(async () => {
    if (proxy.exitCode === null) {
      proxy.kill();
      await once(proxy, 'exit');
    }
    await running.stop();
    removeDirectory(directory);
    rmSync(folder, { recursive: true });
  });

  it('then a key is required, links lead through nginx, and the caller’s own forwarding headers do not count', async () => {
    const refused = await answerTo(begin('/domicile/v1/events', 'GET', { authorization: 'Bearer none' }));
    expect(refused.statusCode).toBe(401);
    const sent = begin('/domicile/v1/events', 'POST', { 'content-type': 'application/x-ndjson' });
    sent.write(lines(2, 'link-'));
    expect((await answerTo(sent)).statusCode).toBe(201);
    const forged = { forwarded: 'for=192.0.2.1;host=attacker.example', 'x-forwarded-for': '192.0.2.1' };
    const listed = await answerTo(begin('/domicile/v1/events?limit=1&atLeast=2', 'GET', forged));
    expect([listed.statusCode, listed.headers.link]).toEqual([
      200,
      expect.stringMatching(/^<\/domicile\/v1\/events\?.*>; rel="next"$/),
    ]);
  });

  it('when a long upload comes slowly, then its first chunk is recorded before its last is sent', async () => {
    const sent = begin('/domicile/v1/events', 'POST', { 'content-type': 'application/x-ndjson' });
    sent.write(lines(1_500, 'slow-'));
    const headOf = async () => {
      const answer = await answerTo(begin('/domicile/readyz'));
      return Number((JSON.parse(await text(answer)) as { head: string }).head);
    };
    await expect.poll(headOf, { timeout: 20_000 }).toBeGreaterThanOrEqual(1_000);
    sent.write(lines(10, 'last-'));
    const answer = await answerTo(sent);
    expect(JSON.parse(await text(answer))).toMatchObject({ recorded: 1_510 });
  });

  it('when a client follows the log, then an event arrives while the answer is still open', async () => {
    const stream = await answerTo(begin('/domicile/v1/events', 'GET', { accept: 'text/event-stream' }));
    const sent = begin('/domicile/v1/events', 'POST', { 'content-type': 'application/cloudevents+json' });
    sent.write(JSON.stringify(enrolled('followed', 'nora')));
    expect((await answerTo(sent)).statusCode).toBe(201);
    let heard = '';
    for await (const part of stream) {
      heard += String(part);
      if (heard.includes('"id":"followed"')) break;
    }
    expect(heard).toContain('"id":"followed"');
  });
});
