/** Answers that come before the whole body was read: callers can read them, and go on. */
import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endingAfterEarlyAnswers } from '../../src/main/early-answers.ts';
import { batch, lines, newDataDirectory, removeDirectory, ServerProcess } from '../support/server.ts';

const mebibyte = 1_024 * 1_024;
/** The largest body that is read as a whole. */
const wholeBytesMax = 16 * mebibyte;

const head = (type: string, length: number | 'chunked', others = ''): string =>
  `POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\n${others}${
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`
  }\r\n\r\n`;

const blanks = (bytes: number): string => ' '.repeat(bytes);
const chunk = (bytes: number): string => `${bytes.toString(16)}\r\n${blanks(bytes)}\r\n`;
const manyChunks = (count: number): string => chunk(mebibyte).repeat(count);

/** Everything that arrives until the server ends the connection; rejects if that is reset. */
const readToEnd = async (socket: Socket): Promise<string> => {
  let text = '';
  for await (const part of socket) text += part;
  return text;
};

/** Lines of which the first is refused before the last are read. */
const invalidLines = '{"id":"an event without a source, a type and a time"}\n'.repeat(2_200);

describe('given a server', () => {
  const directory = newDataDirectory();
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({ directory });
  });
  afterAll(async () => {
    await server.end();
    removeDirectory(directory);
  });

  const connected = async (): Promise<Socket> => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    // Whoever reads it is told as well.
    return socket.on('error', () => undefined);
  };

  it.each([
    ['is somewhat too large', 413, head(batch, 17 * mebibyte) + blanks(17 * mebibyte)],
    ['is far too large', 413, head(batch, 80 * mebibyte) + blanks(80 * mebibyte)],
    ['is sent in chunks, and far too large', 413, head(batch, 'chunked') + manyChunks(80)],
    ['has one line that is too large', 413, head(lines, 'chunked') + manyChunks(40)],
    ['has an unknown type', 415, head('text/plain', 8 * mebibyte) + blanks(8 * mebibyte)],
    [
      'is from another site',
      403,
      head(batch, 8 * mebibyte, 'Origin: http://x.org\r\n') + blanks(8 * mebibyte),
    ],
  ])(
    'when a body %s, then who sends all of it first can still read the answer',
    async (_, status, request) => {
      const socket = await connected();
      socket.pause();
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.write(request, () => resolve());
      });
      const answer = await readToEnd(socket);
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(answer).toMatch(/\r\nconnection: close\r\n/i);
      expect(answer).toMatch(/\}$/);
    },
  );

  it('when a caller goes on sending after the answer, slowly, then its connection is not reset', async () => {
    const socket = await connected();
    socket.write(head('text/plain', 'chunked') + chunk(mebibyte));
    await once(socket, 'readable');
    for (let part = 0; part < 10; part++) {
      await after(100);
      socket.write(chunk(1_000));
    }
    socket.write('0\r\n\r\n');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 415 /);
  });

  it('when another request follows on a connection that is ending, then it is not answered', async () => {
    const socket = await connected();
    socket.write(head('text/plain', 2 * mebibyte) + blanks(mebibyte));
    await once(socket, 'readable');
    socket.write(`${blanks(mebibyte)}GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect((await readToEnd(socket)).match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 415']);
  });

  it('when a small body has an unknown type, then the connection takes the next request', async () => {
    const socket = await connected();
    socket.write(head('text/plain', 20_000) + blanks(20_000));
    await once(socket, 'data');
    socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 200 /);
  });

  it.each([
    ['a body a little too large', 413, batch, blanks(wholeBytesMax + 9)],
    ['a body far too large', 413, batch, blanks(80 * mebibyte)],
    ['lines of which the first is invalid', 422, lines, invalidLines],
    ['a body of an unknown type', 415, 'text/plain', blanks(8 * mebibyte)],
  ])(
    'when %s is refused, then the next request of the same caller is answered',
    async (_, status, type, body) => {
      for (let round = 0; round < 5; round++) {
        expect((await server.send(body, type)).status).toBe(status);
        expect((await server.get('/livez')).status).toBe(200);
      }
    },
  );

  it('when lines are refused before all are read, then the same connection can take the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (method: string, path: string, body = ''): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': lines, 'content-length': String(body.length) };
        const request = httpRequest(`${server.url}${path}`, { agent, method, headers }, (response) =>
          response.resume().once('end', () => resolve(response.statusCode)),
        );
        request.once('error', reject).end(body);
      });
    for (let round = 0; round < 20; round++) {
      expect(await ask('POST', '/v1/events', invalidLines)).toBe(422);
      expect(await ask('GET', '/livez')).toBe(200);
    }
    agent.destroy();
  });
});

describe('given an app that refuses every body', () => {
  it('when one is sent fast, then only a little of it is read at a time, so that others get their turn', async () => {
    const server = serve({
      fetch: endingAfterEarlyAnswers(async () => new Response('no', { status: 415 })),
      hostname: '127.0.0.1',
      port: 0,
    });
    await once(server, 'listening');
    let [most, before, isOver] = [0, 0, false];
    server.once('connection', (reading: Socket) => {
      const look = (): void => {
        most = Math.max(most, reading.bytesRead - before);
        before = reading.bytesRead;
        if (!isOver) setImmediate(look);
      };
      look();
    });
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.pause().write(head(batch, 30 * mebibyte) + blanks(30 * mebibyte), () => resolve());
    });
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1.1 415 /);
    isOver = true;
    server.close();
    expect(before).toBeGreaterThan(20 * mebibyte);
    expect(most).toBeLessThan(mebibyte / 2);
  });
});
