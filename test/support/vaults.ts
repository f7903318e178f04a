/** Vaults for tests: in a file, and shared over HTTP by a server in this process, which can misbehave. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { letEverybodyIn } from '../../src/api/http/access.ts';
import type { ApiEnv } from '../../src/api/http/caller.ts';
import { type VaultGuard, vaultRoutes } from '../../src/api/routes/vault.ts';
import { embeddedVault } from '../../src/people/vault/embedded-vault.ts';
import { openSqliteVault, type VaultFile } from '../../src/people/vault/sqlite-vault.ts';
import type { Vault } from '../../src/people/vault/vault.ts';
import { vaultPath } from '../../src/people/vault/vault-wire.ts';

/** The vault in a file. */
export const vaultInFile = (file: string, logHead = 0): Vault =>
  embeddedVault(openSqliteVault(file, { now: Date.now, random: randomBytes }), logHead);

/** The pseudonyms of these people, by identifier; those who are new are admitted. */
export const pseudonymsFor = (
  vault: VaultFile,
  identifiers: ReadonlyArray<string>,
): ReadonlyMap<string, string> => {
  const { pseudonyms } = vault.admit(identifiers);
  return new Map(identifiers.map((identifier, place) => [identifier, pseudonyms[place]!]));
};

/** What a server does instead of answering. */
export type Misbehaviour = (
  request: import('node:http').IncomingMessage,
  response: import('node:http').ServerResponse,
) => void;

/** For a vault without a ledger, whose log would be consulted. */
const unguarded: VaultGuard = { isSaid: async () => true, record: async () => undefined };

/** A server that shares a vault. */
export class VaultServer {
  /** The received requests, with paths and keys. */
  readonly requests: { readonly path: string; readonly key: string | undefined }[] = [];
  misbehaviour: Misbehaviour | undefined;
  private listener: ReturnType<typeof getRequestListener> | undefined;
  private server: Server | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens on its previous port, if there was one. */
  async start(vault?: Vault): Promise<void> {
    if (vault !== undefined)
      this.listener = getRequestListener(
        new Hono<ApiEnv>().use(letEverybodyIn).route(vaultPath, vaultRoutes(vault, unguarded)).fetch,
      );
    const server = createServer((request, response) => {
      this.requests.push({ path: request.url ?? '', key: request.headers.authorization });
      if (this.misbehaviour !== undefined) this.misbehaviour(request, response);
      else if (this.listener !== undefined) void this.listener(request, response);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Stops, and closes every connection. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }
}
