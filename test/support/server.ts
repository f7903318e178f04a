/**
 * A ledger over HTTP: a real server process with its own data directory, or the same app in this process. Both have
 * the same client, so that a test only says what it sends and what comes back.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type AppOptions, createApp } from '../../src/api/app.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import type { Settings } from '../../src/ledger/settings.ts';
import { storeIn } from './stores.ts';

/** How long a server process may take to start or to end. */
const processWaitMsMax = 90_000;

/** The media types of events. */
export const one = 'application/cloudevents+json';
export const batch = 'application/cloudevents-batch+json';
export const lines = 'application/x-ndjson';

/** A response. `body` is parsed if it is JSON, otherwise its text. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the server said, and fails where it is not there
  readonly body: any;
}

/** Parameters of a question; undefined ones are omitted. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A path with its parameters. */
export const withQuery = (path: string, query: Query = {}): string => {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) given.append(name, String(value));
  return given.size === 0 ? path : `${path}?${given}`;
};

const replyOf = async (response: Response): Promise<Reply> => {
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
};

/** A client of a ledger. */
export class Client {
  /** Sends a request to a path, as `fetch` does. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>;

  constructor(request: (path: string, init?: RequestInit) => Promise<Response>) {
    this.request = request;
  }

  /** Asks a question. */
  async get(path: string, query: Query = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return replyOf(await this.request(withQuery(path, query), { headers }));
  }

  /** Sends a body unchanged. */
  async send(
    body: string | Uint8Array,
    type = batch,
    headers: Record<string, string> = {},
    path = '/v1/events',
  ): Promise<Reply> {
    const init: RequestInit = {
      method: 'POST',
      body: body as NonNullable<RequestInit['body']>,
      headers: { 'content-type': type, ...headers },
    };
    return replyOf(await this.request(path, init));
  }

  /** Records a batch of events. */
  post(events: ReadonlyArray<unknown>): Promise<Reply> {
    return this.send(JSON.stringify(events));
  }

  /** Records events as NDJSON. */
  postLines(events: ReadonlyArray<unknown>): Promise<Reply> {
    return this.send(events.map((event) => `${JSON.stringify(event)}\n`).join(''), lines);
  }

  /** Records a batch, which must succeed; returns the position after it. */
  async record(events: ReadonlyArray<unknown>): Promise<string> {
    const reply = await this.post(events);
    if (reply.status > 201) throw new Error(`not recorded: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body.position;
  }

  async delete(path: string): Promise<Reply> {
    return replyOf(await this.request(path, { method: 'DELETE' }));
  }

  /** All rows of a list, page by page; the question must be answered. */
  async rows(path: string, query: Query = {}): Promise<ReadonlyArray<Reply['body']>> {
    const rows: unknown[] = [];
    for (let cursor: string | undefined; ; ) {
      const { status, body } = await this.get(path, { ...query, cursor });
      if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
      rows.push(...body.data);
      if (body.next === null) return rows;
      cursor = body.next;
    }
  }
}

/** A new directory for a ledger. */
export const newDataDirectory = (): string => mkdtempSync(join(tmpdir(), 'domicile-server-'));

export const removeDirectory = (directory: string): void =>
  rmSync(directory, { recursive: true, force: true });

export interface ServerOptions {
  readonly directory: string;
  /** Settings besides the store, host and port. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A command that starts the server instead, given Node and its arguments. */
  readonly through?: ReadonlyArray<string>;
  /** Receives the process as soon as it exists, before it listens. */
  readonly spawned?: (process: ChildProcess) => void;
}

/** A server in a separate process. */
export class ServerProcess extends Client {
  readonly url: string;
  readonly process: ChildProcess;
  private readonly printed: { text: string };

  private constructor(url: string, process: ChildProcess, printed: { text: string }) {
    super((path, init) => fetch(url + path, init));
    this.url = url;
    this.process = process;
    this.printed = printed;
  }

  /** Starts a server on a free port and waits until it listens. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const { directory, environment = {}, through = [], spawned } = options;
    const [command, ...rest] = [...through, process.execPath, join('src', 'main', 'serve.ts')];
    const child = spawn(command!, rest, {
      cwd: join(import.meta.dirname, '..', '..'),
      env: {
        ...process.env,
        LEDGER_STORE: await storeIn(directory),
        LEDGER_DATA: directory,
        LEDGER_PORT: '0',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    spawned?.(child);
    const printed = { text: '' };
    const url = await new Promise<string>((resolve, reject) => {
      const fail = (): void => reject(new Error(`the server did not start: ${printed.text}`));
      const timer = setTimeout(fail, processWaitMsMax);
      const read = (part: Buffer): void => {
        printed.text += part.toString();
        const found = / on (http:\/\/\S+)\n/.exec(printed.text)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('exit', () => {
        clearTimeout(timer);
        fail();
      });
    });
    return new ServerProcess(url, child, printed);
  }

  /** Everything the process has printed, on either stream. */
  output(): string {
    return this.printed.text;
  }

  /** Whether the process still runs. */
  alive(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Ends the process with a signal and waits until it is gone; returns its exit code, null after a kill. */
  async end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<number | null> {
    if (this.alive()) {
      const exited = once(this.process, 'exit');
      this.process.kill(signal);
      const timer = setTimeout(() => this.process.kill('SIGKILL'), processWaitMsMax);
      await exited;
      clearTimeout(timer);
    }
    return this.process.exitCode;
  }
}

/** The settings of a ledger in a directory, on the tested store. */
export const settingsIn = async (directory: string, waitMs = 10_000): Promise<Settings> => ({
  store: await storeIn(directory),
  dataDirectory: directory,
  host: '127.0.0.1',
  port: 0,
  waitMs,
  allowedHosts: [],
  origin: 'example.org/ledger',
});

/** The app over a ledger in this process. */
export class LocalServer extends Client {
  readonly ledger: Ledger;

  constructor(ledger: Ledger, options: AppOptions = {}) {
    const app = createApp(ledger, pino({ level: 'silent' }), options);
    super(async (path, init) => app.request(path, init));
    this.ledger = ledger;
  }

  /** Opens the ledger in a directory, ready for questions. */
  static async open(
    directory: string,
    waitMs?: number,
    settings: Partial<Settings> = {},
    options: AppOptions = {},
  ): Promise<LocalServer> {
    const ledger = await openLedger({ ...(await settingsIn(directory, waitMs)), ...settings });
    await ledger.ready();
    return new LocalServer(ledger, options);
  }

  close(): Promise<void> {
    return this.ledger.close();
  }
}
