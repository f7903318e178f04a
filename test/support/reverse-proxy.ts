/** A reverse proxy in front of a ledger, configured as nginx, Caddy or Traefik usually are. */
import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ProxyOptions {
  /** The address to which requests are forwarded. */
  readonly to: string;
  /** A path of the proxy that it removes from forwarded requests. */
  readonly takesAway?: string;
  /** Further headers, given the caller's host and address. */
  readonly adds?: (host: string, address: string) => Readonly<Record<string, string>>;
}

export interface ReverseProxy {
  readonly url: string;
  close(): Promise<void>;
}

/** The headers of most proxies. */
export const legacyHeaders = (host: string, address: string) => ({
  'x-forwarded-for': address,
  'x-forwarded-host': host,
  'x-forwarded-proto': 'https',
});

/**
 * Starts the proxy on a free port of this machine. It sends its own name of the ledger as `Host`, as nginx does.
 */
export const reverseProxy = async ({
  to,
  takesAway = '',
  adds = legacyHeaders,
}: ProxyOptions): Promise<ReverseProxy> => {
  const target = new URL(to);
  const server = createServer((incoming, outgoing) => {
    const path = incoming.url!.startsWith(`${takesAway}/`)
      ? incoming.url!.slice(takesAway.length)
      : incoming.url!;
    const headers = {
      ...incoming.headers,
      ...adds(incoming.headers.host!, incoming.socket.remoteAddress!),
      host: target.host,
    };
    const passed = ask(
      { host: target.hostname, port: target.port, path, method: incoming.method, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.on('error', () => outgoing.destroy());
    outgoing.on('close', () => passed.destroy());
    incoming.pipe(passed);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
