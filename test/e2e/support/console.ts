/**
 * The console in a real browser with a real server: a test performs a reader's actions and checks what is shown.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser, BrowserContext, Download, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { newDataDirectory, removeDirectory, ServerProcess } from '../../support/server.ts';
import { buildConsole } from './built-console.ts';

// The browser package unpacks its libraries if this says that it runs on Lambda.
process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x';

const root = join(import.meta.dirname, '..', '..', '..');

/** The founding case, as lines of NDJSON. */
export const foundingCase = (): string =>
  readFileSync(join(root, 'scenarios', 'tiktok-us', 'events.ndjson'), 'utf8');

/** The legal policies that come with Domicile, adopted, as lines of NDJSON. */
export const policies = (): string => {
  const folder = join(root, 'policies');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const { limits: _, ...about } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
      const id = name.replace(/\.json$/, '');
      const cedar = readFileSync(join(folder, `${id}.cedar`), 'utf8');
      const time = '2026-11-01T00:00:00.000Z';
      const data = { ...about, cedar };
      return `${JSON.stringify({ specversion: '1.0', id, source: 'urn:example:policies', type: 'PolicyAdopted', time, data })}\n`;
    })
    .join('');
};

/** The browser brings a font, which it expects in /tmp; it ends without one. */
const nameFonts = (): void => {
  const file = join(tmpdir(), 'domicile-fonts.conf');
  const fonts = `<fontconfig><dir>${join(tmpdir(), 'fonts')}</dir><dir>/usr/share/fonts</dir></fontconfig>`;
  writeFileSync(file, `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n${fonts}\n`);
  process.env.FONTCONFIG_FILE ??= file;
};

const launchesMax = 50;
const launchAgainMs = 200;

const launch = async (): Promise<Browser> => {
  const [{ default: chromium }, { chromium: playwright }] = await Promise.all([
    import('@sparticuz/chromium'),
    import('playwright-core'),
  ]);
  // The page has no 3D graphics, and emulating a graphics card is slow.
  chromium.setGraphicsMode = false;
  // The server decides what the page may load, so the browser must enforce it.
  const given = chromium.args.filter((arg) => arg !== '--disable-web-security' && arg !== '--single-process');
  // The pages of a test file share a process, and what its engine has compiled, while one of them is open.
  const args = [...given, '--process-per-site'];
  const executablePath = await chromium.executablePath();
  nameFonts();
  for (let tries = 1; ; tries++) {
    try {
      return await playwright.launch({ executablePath, args, headless: true });
    } catch (error) {
      // Another test file is still unpacking it.
      if (tries === launchesMax || !(error instanceof Error && error.message.includes('ETXTBSY')))
        throw error;
      await wait(launchAgainMs);
    }
  }
};

let launched: Promise<Browser> | undefined;

/** The browser of this process, which all its test files share; it ends with the process. */
const theBrowser = (): Promise<Browser> => {
  launched ??= launch();
  return launched;
};

export interface ContextOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
  readonly timezone?: string;
}

/** How long a page may take to show something, on a busy machine. */
const waitMsMax = 60_000;

/** A server with its own ledger, and a browser with its console. Use `consoleOver` in tests. */
class Console {
  directory = '';
  private running: ServerProcess | undefined;
  private browser: Browser | undefined;
  /** One for each time zone, so that loaded files stay cached. */
  private readonly contexts = new Map<string, BrowserContext>();
  /** A page of each that stays open, so that its process does not end with the pages of a test. */
  private readonly staying = new Set<Page>();
  /** Forbidden actions of pages: requests to other places, exceptions and violations of the policy. */
  readonly misdeeds: { readonly elsewhere: string[]; readonly faults: string[] } = {
    elsewhere: [],
    faults: [],
  };

  /** Starts the server and the browser. */
  async open(): Promise<void> {
    await buildConsole();
    this.directory = newDataDirectory();
    [this.running, this.browser] = await Promise.all([
      ServerProcess.start({ directory: this.directory }),
      theBrowser(),
    ]);
  }

  /** The server; it runs after `open`. */
  get server(): ServerProcess {
    return this.running!;
  }

  /** Records lines of NDJSON, and waits until questions know them. */
  async given(lines: string): Promise<void> {
    const reply = await this.server.send(lines, 'application/x-ndjson');
    if (reply.status > 201) throw new Error(`not recorded: ${JSON.stringify(reply.body)}`);
    await this.server.get('/v1/events', { limit: 1, atLeast: reply.body.position });
  }

  private async newContext(timezoneId: string): Promise<BrowserContext> {
    const context = await this.browser!.newContext({
      baseURL: this.server.url,
      timezoneId,
      acceptDownloads: true,
    });
    context.setDefaultTimeout(waitMsMax);
    this.contexts.set(timezoneId, context);
    const page = await context.newPage();
    await page.goto('/livez');
    this.staying.add(page);
    return context;
  }

  /** A page at an address of the console. */
  async page(path: string, options: ContextOptions = {}): Promise<Page> {
    const { width = 1440, height = 1000, theme = 'light', timezone = 'Europe/Berlin' } = options;
    const context = this.contexts.get(timezone) ?? (await this.newContext(timezone));
    const page = await context.newPage();
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: theme });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${this.server.url}/`) && !url.startsWith('blob:'))
        this.misdeeds.elsewhere.push(url);
    });
    page.on('pageerror', (error) => this.misdeeds.faults.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted Type/i.test(message.text()))
        this.misdeeds.faults.push(message.text());
    });
    await page.goto(path);
    return page;
  }

  /** Kills the server. */
  async serverGoesAway(): Promise<void> {
    await this.server.end('SIGKILL');
  }

  /** Starts it again on the same port with the same ledger. */
  async serverComesBack(environment: Readonly<Record<string, string>> = {}): Promise<void> {
    const { port } = new URL(this.server.url);
    this.running = await ServerProcess.start({
      directory: this.directory,
      environment: { LEDGER_PORT: port, ...environment },
    });
  }

  /** Closes all pages that tests opened. */
  async closePages(): Promise<void> {
    for (const context of this.contexts.values()) {
      for (const page of context.pages()) if (!this.staying.has(page)) await page.close();
    }
  }

  async close(): Promise<void> {
    for (const context of this.contexts.values()) await context.close();
    await this.running?.end();
    removeDirectory(this.directory);
  }
}

/** The console of a test file: opened before its tests with a ledger of these events, and closed after them. */
export const consoleOver = (...events: ReadonlyArray<() => string>): Console => {
  const the = new Console();
  beforeAll(async () => {
    await the.open();
    for (const lines of events) await the.given(lines());
  });
  // Each page that follows the log occupies one of the browser's few connections.
  afterEach(() => the.closePages());
  afterAll(() => the.close());
  return the;
};

/** The name and text of a file that the page offers for download. */
export const downloaded = async (
  page: Page,
  press: () => Promise<void>,
): Promise<{ name: string; text: string }> => {
  const [download] = await Promise.all([page.waitForEvent('download'), press()]);
  return {
    name: (download as Download).suggestedFilename(),
    text: readFileSync(await download.path(), 'utf8'),
  };
};

/** The panel with this heading. */
export const panel = (page: Page, heading: string): Locator =>
  page.locator('section.panel').filter({ has: page.getByRole('heading', { name: heading, exact: true }) });

/** Takes a picture for the documentation, if requested. */
export const picture = async (page: Page, name: string): Promise<void> => {
  if (process.env.DOMICILE_PICTURES === undefined) return;
  const folder = join(root, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
};
