/** How a server treats idle connections. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endSilentConnections } from '../../src/main/silent-connections.ts';

const silentMsMax = 100;

describe('given a server that closes silent connections', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, answer) => {
      request.resume().once('end', () => setTimeout(() => answer.end('at last'), 6 * silentMsMax));
    });
    endSilentConnections(server, silentMsMax);
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => void server.close());

  const connected = async (sent: string): Promise<Socket> => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    // A reset connection is closed, too.
    socket.on('error', () => undefined).write(sent);
    return socket.resume();
  };

  it('when an answer takes longer to compute, then it still comes', async () => {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expect(await answer.text()).toBe('at last');
  });

  it.each([
    ['nothing is sent', ''],
    ['a body does not go on', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nhalf'],
  ])('when %s, then it is closed', async (_, sent) => {
    await once(await connected(sent), 'close');
  });
});
