/**
 * Delivering new findings to a receiver that fails, is slow or goes away, and into a file; nothing is lost in
 * between.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Delivery, deliverOnce } from '../../src/cli/delivery/deliver-findings.ts';
import { type DeliveryState, keepState, readState } from '../../src/cli/delivery/delivery-state.ts';
import { changes, readSecrets } from '../../src/cli/delivery/finding-message.ts';
import { fileSink, type Sink, webhookSink } from '../../src/cli/delivery/sinks.ts';
import { createClient, patiently } from '../../src/client/client.ts';
import { LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';

const directory = newDataDirectory();
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const before = `whsec_${randomBytes(24).toString('base64')}`;
let ledger: LocalServer;
let position = 0;

const said = (type: string, time: string, data: object) => ({
  ...{ specversion: '1.0', id: `${type}-${position++}`, source: 'https://acme.example/dc', type, time, data },
});
/** Overdue backups, each a finding of a built-in policy. */
const overdue = (count: number) =>
  Array.from({ length: count }, () =>
    said('BackupTaken', '2024-01-01T00:00:00Z', {
      ...{ backup: `b${position}`, dataset: 'acme/profile', scope: { subject: 'ana@acme.example' } },
      ...{ from: 'virginia', to: 'singapore', expires: '2024-06-01T00:00:00Z' },
    }),
  );

/** Records overdue backups, and waits until questions know them. */
const record = async (count: number): Promise<void> => {
  const atLeast = await ledger.record(overdue(count));
  await ledger.rows('/v1/findings', { atLeast });
};

beforeAll(async () => {
  ledger = await LocalServer.open(join(directory, 'ledger'));
});
afterAll(async () => {
  await ledger.close();
  removeDirectory(directory);
});

type Received = { readonly headers: IncomingMessage['headers']; readonly body: string };
let receiver: Server;
let received: Received[];
let answer: (response: ServerResponse, nth: number) => void;
beforeEach(async () => {
  received = [];
  answer = (response) => response.writeHead(204).end();
  receiver = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += String(part);
    received.push({ headers: request.headers, body });
    answer(response, received.length);
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterEach(() => {
  receiver.closeAllConnections();
  receiver.close();
});

const stateFile = join(directory, 'state.json');
const stateNow = (): DeliveryState | undefined => {
  const read = readState(stateFile);
  if (E.isLeft(read)) throw new Error(read.left.message);
  return read.right;
};
afterEach(() => rmSync(stateFile, { force: true }));

/** Delivers from the stored state on, like a newly started process. */
const deliver = (sink: Sink, also: Partial<Delivery> = {}) => {
  const client = createClient({
    ...{ url: 'http://localhost', pseudonyms: true },
    fetch: (request) => ledger.request(request as never),
  });
  return deliverOnce(
    {
      ...{ ledger: client, sink, wanted: new Set(changes), keep: (state) => keepState(stateFile, state) },
      retry: { ...patiently, attemptsMax: 4, firstWaitMs: 1 },
      now: () => Date.now(),
      onRetry: () => undefined,
      onDelivered: () => undefined,
      signal: new AbortController().signal,
      ...also,
    },
    stateNow() ?? { position: '0', under: null },
  );
};

const webhook = (waitMsMax?: number): Sink => {
  const { port } = receiver.address() as AddressInfo;
  const secrets = readSecrets(`${secret}\n${before}\n`);
  if (E.isLeft(secrets)) throw new Error(secrets.left);
  return webhookSink(`http://127.0.0.1:${port}/hook`, secrets.right, () => Date.now(), waitMsMax);
};
const idsReceived = (): ReadonlyArray<unknown> => received.map(({ headers }) => headers['webhook-id']);

describe('findings delivered to a webhook', () => {
  it('are signed with each secret, contain only the number of people concerned, and come once', async () => {
    await record(3);

    const first = await deliver(webhook());
    const again = await deliver(webhook());

    expect([first, again]).toMatchObject([{ right: { under: null } }, { right: { under: null } }]);
    expect(received).toHaveLength(3);
    for (const { headers, body } of received) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const signatures = [secret, before].map(
        (each) =>
          `v1,${createHmac('sha256', Buffer.from(each.slice(6), 'base64'))
            .update(signed)
            .digest('base64')}`,
      );
      expect(headers['webhook-signature']).toBe(signatures.join(' '));
      expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
      expect(JSON.parse(body)).toMatchObject({
        type: 'finding.opened',
        data: { policy: 'domicile:overdue-backup', subjects: 1, from: '2024-06-01T00:00:00.000Z' },
      });
      expect(body).not.toContain('ana@');
    }
    expect(new Set(idsReceived()).size).toBe(3);
  });

  it('are sent again unchanged to a receiver that fails or is slow', async () => {
    await record(2);
    answer = (response, nth) => {
      if (nth === 1) response.writeHead(500).end('not now');
      else if (nth === 2) response.destroy();
      // The third gets no answer.
      else if (nth > 3) response.writeHead(200).end();
    };

    const done = await deliver(webhook(200));

    expect(done).toMatchObject({ right: { under: null } });
    const [id] = idsReceived();
    expect(idsReceived().slice(0, 4)).toEqual([id, id, id, id]);
    expect(new Set(received.slice(0, 4).map(({ body }) => body)).size).toBe(1);
    expect(idsReceived().length).toBe(3 + new Set(idsReceived()).size);
  });

  it('resume after the last accepted one, whenever the process ends, even if more was learned since', async () => {
    await record(4);
    const ids = new Set<unknown>();
    answer = (response, nth) => void response.writeHead(nth > 2 ? 503 : 204).end();

    const ended = await deliver(webhook());
    expect(ended).toMatchObject({
      left: { kind: 'sink', reason: 'the receiver answered 503', gone: false },
    });
    const under = stateNow()?.under;
    expect(under).toMatchObject({ done: 2 });
    for (const id of idsReceived()) ids.add(id);
    expect(ids.size).toBe(3);

    await record(1);
    answer = (response) => void response.writeHead(204).end();
    received = [];
    // This process ends right after the receiver accepted a message, before it could store that.
    let kept = 0;
    const dies = deliver(webhook(), {
      keep: (state) => {
        if (++kept === 2) throw new Error('killed');
        keepState(stateFile, state);
      },
    });
    await expect(dies).rejects.toThrow('killed');
    await deliver(webhook());
    await deliver(webhook());

    for (const id of idsReceived()) ids.add(id);
    const all = await ledger.rows('/v1/findings');
    // All messages, and one of them twice: that of the killed process.
    expect(ids.size).toBe(all.length);
    expect(idsReceived().length).toBe(all.length - 2 + 1);
  });

  it('stop permanently if the receiver is gone, or if the ledger was restored to an earlier state', async () => {
    await record(1);
    answer = (response) => void response.writeHead(410).end();

    expect(await deliver(webhook())).toMatchObject({ left: { kind: 'sink', gone: true } });
    keepState(stateFile, { position: '999999', under: null });
    expect(await deliver(webhook())).toMatchObject({ left: { kind: 'put-back' } });
  });
});

describe('findings delivered into a file', () => {
  it('are lines of JSON; an incomplete line is written again completely', async () => {
    const file = join(directory, 'findings.ndjson');
    const first = fileSink(file);
    await deliver(first);
    first.close();
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"id":"msg_cut of');
    await record(1);

    const second = fileSink(file);
    await deliver(second);
    second.close();

    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(readFileSync(file, 'utf8').startsWith(whole)).toBe(true);
    expect(lines).toHaveLength(whole.trimEnd().split('\n').length + 1);
    const findings = (await ledger.rows('/v1/findings')).map(({ finding }) => finding);
    expect(lines.map((line) => JSON.parse(line).data.finding).sort()).toEqual(findings.sort());
  });

  it('are not delivered with an invalid state, nor signed with an invalid secret', () => {
    writeFileSync(stateFile, '{"position":"x","under":null}');
    expect(readState(stateFile)).toMatchObject({
      left: { message: expect.stringContaining('another file') },
    });
    expect(readSecrets('whsec_c2hvcnQ=')).toMatchObject({ left: expect.stringContaining('24 to 64 bytes') });
  });
});
