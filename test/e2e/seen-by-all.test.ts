/**
 * For everybody, and against everything: assistive technology, both themes, small and large screens, hostile names.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { sent } from '../support/given-events.ts';
import { axeFaults } from './support/axe.ts';
import { consoleOver, foundingCase, panel, picture } from './support/console.ts';

/** What nobody should be called, and somebody is. */
const markup = '<img src=x onerror=alert(1)><script>alert(2)</script>';
const rightToLeft = 'مركز البيانات \u202Eexe.gpj';
/** What would turn round the rest of the name is named instead. */
const rightToLeftShown = 'مركز البيانات [U+202E]exe.gpj';
const long = `${'a'.repeat(120)}/x.y@z:1`;

/** Events whose names try to run as code, to break the layout or to reorder text. */
const hostileEvents = (): string => {
  const cedar =
    '@id("stored-abroad")\nforbid(principal, action == Action::"store", resource) when { resource.country != "US" };';
  const hostile = [
    sent('p1', 'PartyRegistered', { party: 'p.markup', kind: 'organisation', name: markup, country: 'FR' }),
    sent('p2', 'PartyRegistered', { party: long, kind: 'team', name: rightToLeft, country: 'BR' }),
    sent('s1', 'SiteRegistered', { site: 's.markup', name: markup, country: 'FR', operator: 'p.markup' }),
    sent('s2', 'SiteRegistered', { site: 's.rtl', name: rightToLeft, country: 'BR', operator: long }),
    sent('pop', 'PopulationRegistered', { population: 'hostile', name: markup, jurisdiction: 'FR' }),
    sent('e1', 'SubjectEnrolled', { subject: long, population: 'hostile' }),
    sent(
      'd1',
      'DataPlaced',
      { dataset: 'd', scope: { population: 'hostile' }, site: 's.markup' },
      { time: '2020-02-01T00:00:00Z' },
    ),
    sent(
      'd2',
      'DataCopied',
      { dataset: 'd', scope: { population: 'hostile' }, from: 's.markup', to: 's.rtl' },
      { time: '2020-03-01T00:00:00Z', evidence: 'javascript:alert(3)' },
    ),
    sent('pol', 'PolicyAdopted', {
      policy: 'hostile',
      title: markup,
      authority: rightToLeft,
      cedar,
      effectiveFrom: '2020-01-01',
    }),
  ];
  return hostile.map((event) => `${JSON.stringify(event)}\n`).join('');
};

const the = consoleOver(foundingCase, hostileEvents);

/** Each screen, and what it shows when it is there. */
const screens: Readonly<Record<string, readonly [address: string, there: (page: Page) => Promise<void>]>> = {
  home: ['/', (page) => page.getByText('populations').first().waitFor()],
  person: [
    '/person?subject=ana&validAt=2022-06-30&proof=12',
    async (page) => {
      await page.getByRole('complementary', { name: 'Proof' }).getByText('is at').waitFor();
      // Where there is little room the lanes are folded away.
      await page.getByRole('button', { name: /(?:Hide|Show) lanes/ }).waitFor();
      await page.locator('.world-map svg').waitFor();
    },
  ],
  'an unknown person': ['/person?subject=nobody', (page) => page.getByText('Person not found').waitFor()],
  site: [
    '/site?site=s.rtl&validAt=2022-06-30',
    (page) => page.getByRole('heading', { name: /^\d+ events?$/ }).waitFor(),
  ],
  party: [
    '/party?party=tiktok&validAt=2022-06-30',
    (page) => page.getByRole('heading', { name: /^\d+ events?$/ }).waitFor(),
  ],
  dataset: ['/dataset?dataset=d&validAt=2022-06-30', (page) => page.getByText(/^Lineage:/).waitFor()],
  population: ['/population?population=hostile', (page) => page.getByText(/^\d+ findings?,/).waitFor()],
  backups: ['/backups', (page) => page.getByText(/^\d+ backups$/).waitFor()],
  backup: [
    '/backup?backup=us-messages-singapore-2019',
    (page) => page.getByRole('heading', { name: 'Where it was held' }).waitFor(),
  ],
  reports: ['/reports?report=processing', (page) => page.getByText(/: \d+ rows?/).waitFor()],
  reads: ['/reads', (page) => page.getByText(/^\d+ questions?$/).waitFor()],
  correct: ['/correct?event=3', (page) => page.getByText('What happened instead').waitFor()],
  map: [
    '/map?validAt=2022-06-30',
    async (page) => {
      await panel(page, 'Sites that hold data').getByText('Oracle Cloud').waitFor();
      await page.locator('.world-map .way').first().waitFor({ state: 'attached' });
    },
  ],
  findings: [
    '/findings?validAt=2022-06-30&policy=hostile',
    (page) =>
      page
        .getByRole('table', { name: /^Findings of/ })
        .getByText('stored-abroad')
        .first()
        .waitFor(),
  ],
  finding: [
    '/findings?validAt=2022-06-30&policy=hostile',
    async (page) => {
      await page
        .getByRole('table', { name: /^Findings of/ })
        .locator('a.thing-link')
        .first()
        .click();
      await page.getByRole('heading', { name: /whom it concerns/ }).waitFor();
    },
  ],
  'the effect of a correction': [
    '/correct?event=7',
    async (page) => {
      await page.getByRole('button', { name: 'It never happened' }).click();
      await page.getByLabel(/^Reason/).fill('A rehearsal');
      await page.getByRole('button', { name: 'Show the effect' }).click();
      await page.getByRole('button', { name: 'Record this correction' }).waitFor();
    },
  ],
  check: ['/check', (page) => page.getByText('Whom you trust').waitFor()],
  'what if': ['/findings/try', (page) => page.getByLabel('Rules, in Cedar').waitFor()],
  reach: [
    '/reach?validAt=2022-06-30&party=bytedance&site=singapore',
    async (page) => {
      await page.getByText('these 2 edges').waitFor();
      await page.getByText('5 parties reach').or(page.getByText('7 parties reach')).waitFor();
    },
  ],
  log: ['/log', (page) => page.getByText('110 events').waitFor()],
  discrepancies: ['/log?show=resolved', (page) => page.getByText('Resolved discrepancies').first().waitFor()],
  integrity: ['/integrity', (page) => page.getByText('The log agrees with what was signed').waitFor()],
  health: ['/health', (page) => page.getByText('Ready for questions').waitFor()],
};

const isCutOff = async (page: Page): Promise<boolean> =>
  (await page.evaluate(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  )) as boolean;

const telephone = { width: 360, height: 780 };
const wall = { width: 3840, height: 2160 };

// A page takes long to load, so each is loaded once and then seen in each way.
describe('Given either theme, a phone 360 pixels wide, and a wall display 3840 pixels wide', () => {
  it.each(Object.entries(screens))(
    'then axe finds nothing on the screen of %s, and nothing is cut off at its side',
    async (name, [address, there]) => {
      const page = await the.page(address);
      const file = `screens/${name.replaceAll(' ', '-')}`;
      await there(page);
      await picture(page, `${file}-light`);
      expect(await axeFaults(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await picture(page, `${file}-dark`);
      // A theme changes nothing but colours.
      expect(await axeFaults(page, 'colours')).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize(wall);
      expect(await isCutOff(page)).toBe(false);
      await page.setViewportSize(telephone);
      await picture(page, `${file}-telephone`);
      await expect.poll(() => isCutOff(page)).toBe(false);
      expect(await axeFaults(page)).toEqual([]);
    },
  );
});

describe('Given names that are markup, in another direction, or very long', () => {
  it('then they are shown as text everywhere, and never interpreted', async () => {
    const page = await the.page(`/person?subject=${encodeURIComponent(long)}&validAt=2020-04-01`);
    await page.getByRole('heading', { name: long }).waitFor();
    const where = panel(page, 'Where it lives');
    await where.getByText(markup, { exact: true }).first().waitFor();
    await where.getByText(rightToLeftShown, { exact: true }).first().waitFor();
    await panel(page, 'Who could reach it').getByText(markup, { exact: true }).first().waitFor();
    await panel(page, 'Rules broken').getByText('stored-abroad').first().waitFor();
    await where
      .getByRole('link', { name: /proof of/ })
      .last()
      .click();
    const proof = page.getByRole('complementary', { name: 'Proof' });
    await proof.getByText('javascript:alert(3)', { exact: true }).first().waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0);

    const findings = await the.page('/findings?policy=hostile');
    await findings.getByText(markup, { exact: true }).filter({ visible: true }).first().waitFor();
    const map = await the.page('/map?validAt=2020-04-01');
    await panel(map, 'Sites that hold data').getByText(markup, { exact: true }).first().waitFor();
  });
});

describe('Given all of these screens', () => {
  it('then no request left the origin, and the page’s policy refused nothing and no error was thrown', () => {
    expect(the.misdeeds).toEqual({ elsewhere: [], faults: [] });
  });

  it('then the policy of the page is strict, and browsers cache its files permanently', async () => {
    const page = await the.server.get('/person');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    // The engine that checks evidence is WebAssembly: its page alone may run it.
    const checking = await the.server.get('/check');
    expect(checking.headers.get('content-security-policy')).toContain(
      "script-src 'self' 'wasm-unsafe-eval';",
    );
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(page.body) ?? [];
    const file = await the.server.get(script ?? '', {}, { 'accept-encoding': 'br' });
    expect(file.headers.get('cache-control')).toContain('immutable');
    expect(file.headers.get('content-type')).toContain('text/javascript');
    const tag = page.headers.get('etag') ?? '';
    expect((await the.server.get('/person', {}, { 'if-none-match': tag })).status).toBe(304);
  });

  it.each([
    '/nowhere',
    '/assets/nothing.js',
    '/assets/..%2f..%2findex.html',
    '/assets/.hidden',
    '/v1/nowhere',
    '/console',
  ])('then %s is not found', async (path) => {
    const reply = await the.server.get(path);
    expect(reply.status).toBe(404);
    expect(reply.body.type).toContain('not-found');
  });

  it('then the first view of a person needs less than 300 kB of compressed JavaScript in total', async () => {
    const page = await the.page('/', { timezone: 'UTC' });
    let bytes = 0;
    page.on('response', (response) => {
      if (response.url().endsWith('.js') && response.status() === 200)
        bytes += Number(response.headers()['content-length'] ?? Number.NaN);
    });
    await page.goto('/person?subject=ana&validAt=2022-06-30');
    await page.locator('.world-map svg').waitFor();
    await panel(page, 'Rules broken').waitFor();
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(300_000);
  });
});
