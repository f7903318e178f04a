/** What the calls to KurrentDB ask for. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ServerConnection } from '../../src/store/kurrentdb/server-connection.ts';
import { until } from './kurrentdb-ledgers.ts';

test('given any call, compressed answers are not accepted', async () => {
  const accepted: Array<[path: string, encodings: unknown]> = [];
  const server = createServer();
  server.on('stream', (stream, headers) => {
    accepted.push([String(headers[':path']).split('/').at(-1)!, headers['grpc-accept-encoding']]);
    stream.respond(
      { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' },
      { endStream: true },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const connection = new ServerConnection(`esdb://127.0.0.1:${port}?tls=false`, 5_000, randomUUID);
  onTestFinished(async () => {
    await connection.close();
    server.close();
  });
  await connection.write('a-b', -1n, []);
  await expect(connection.head()).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(connection.read(undefined, { records: 10, bytes: 10 }, ['a-'])).rejects.toMatchObject({
    kind: 'unreachable',
  });
  connection.subscribe(undefined, ['a-']).on('error', () => undefined);
  const ours = () => accepted.filter(([path]) => path === 'Read' || path === 'BatchAppend');
  await until(() => ours().length >= 4);
  expect(ours().map(([path]) => path)).toEqual(['BatchAppend', 'Read', 'Read', 'Read']);
  for (const [path, encodings] of ours()) expect([path, encodings]).toEqual([path, 'identity']);
});
