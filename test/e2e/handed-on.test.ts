/** Sharing: links that show the same, files of every table, and printed pages. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { enrolled, many } from '../support/given-events.ts';
import { consoleOver, downloaded, foundingCase, panel, policies } from './support/console.ts';

const the = consoleOver(foundingCase, policies, () =>
  [enrolled('late', 'nora.new', 'us-users'), ...many(200)]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join(''),
);

/** Screens with tables, and the last element to appear in them. */
const screens: Readonly<Record<string, readonly [address: string, there: (page: Page) => Locator]>> = {
  person: [
    '/person?subject=ana&validAt=2022-06-30&knownPosition=101',
    (page) => panel(page, 'Rules broken').getByRole('row').nth(2),
  ],
  map: [
    '/map?validAt=2022-06-30&knownPosition=101',
    // The holdings of the four sites are requested last.
    (page) => page.getByRole('table', { name: 'Sites and what they hold' }).getByRole('row').nth(4),
  ],
  findings: [
    '/findings?validAt=2022-06-30&knownPosition=113&policy=gdpr-chapter-v',
    (page) =>
      page
        .getByRole('table', { name: /^Findings of/ })
        .getByRole('row')
        .nth(2),
  ],
  reach: [
    '/reach?validAt=2022-06-30&knownPosition=101&party=bytedance&site=singapore',
    (page) => page.getByRole('table', { name: 'Edges on these paths' }).getByRole('row').nth(2),
  ],
  log: ['/log?knownPosition=300', (page) => page.getByRole('link', { name: /^300, proof of/ })],
};

/** Rows of a table without group rows; for a long table, the number that it announces. */
const rowsOf = async (table: Locator): Promise<number> => {
  const all = await table.getAttribute('aria-rowcount');
  return all === null ? table.locator('tbody tr:not(.group)').count() : Number(all) - 1;
};

describe('Given every screen with tables', () => {
  it.each(Object.entries(screens))(
    'then each table of %s can be saved as CSV and as JSON: all its rows, with the clocks and the position',
    async (_, [address, there]) => {
      const page = await the.page(address);
      await there(page).waitFor();
      const position = /knownPosition=(\d+)/.exec(address)![1];
      const tables = page.getByRole('table').filter({ has: page.locator('caption') });
      const count = await tables.count();
      expect(count).toBeGreaterThan(0);
      for (let index = 0; index < count; index++) {
        const table = tables.nth(index);
        const caption = await table.locator('caption').innerText();
        const rows = await rowsOf(table);
        const file = (kind: string) =>
          downloaded(page, () =>
            page.getByRole('button', { name: `Download as ${kind}: ${caption}`, exact: true }).click(),
          );
        const { clocks, data } = JSON.parse((await file('JSON')).text);
        expect({ caption, rows: data.length }).toEqual({ caption, rows });
        expect(clocks.position).toBe(position);
        const [head, ...lines] = (await file('CSV')).text.trim().split('\r\n');
        expect({ caption, rows: lines.length }).toEqual({ caption, rows });
        expect(head).toMatch(/,validAt,knownAt,position,minAssurance$/);
        expect(lines.every((line) => line.includes(`,${position},`))).toBe(true);
      }
    },
  );
});

describe('Given a view reached in steps', () => {
  it('when one goes back and forward, then each step appears again, and the page says which clocks it shows', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30');
    const where = panel(page, 'Where it lives');
    await where.getByText('Oracle Cloud, Ashburn').waitFor();
    await page.getByLabel('As known', { exact: true }).selectOption('position');
    await page.getByLabel('As known at position').fill('43');
    await page.keyboard.press('Enter');
    await where.getByText('TikTok data centre, Virginia').waitFor();
    await page.getByLabel('Assurance', { exact: true }).selectOption('verified');
    await where.getByText('knows of no live data at this moment').waitFor();

    await page.goBack();
    await where.getByText('TikTok data centre, Virginia').waitFor();
    await page.getByText('As known at position 43').waitFor();
    expect(await page.getByLabel('Assurance', { exact: true }).inputValue()).toBe('claimed');
    await page.goBack();
    await where.getByText('Oracle Cloud, Ashburn').waitFor();
    await page.getByText('As known now').waitFor();
    await page.goForward();
    await where.getByText('TikTok data centre, Virginia').waitFor();
    expect(await page.getByLabel('As known at position').inputValue()).toBe('43');
  });

  it.each([
    ['knownAt=yesterday', 'knownAt'],
    ['validAt=2022-06-30T12:00:00+02:00', 'write "%2B" for the plus sign'],
    ['validAt=2022-06-30T12:00:00', 'with an offset'],
    ['validAt=2022-06-30T24:00:00Z', 'a time of day that exists'],
    ['validat=2022-06-30', 'did you mean "validAt"'],
  ])(
    'when its address contains %s, then the page says what is wrong, and shows no other moment',
    async (query, message) => {
      const page = await the.page(`/person?subject=ana&${query}`);
      await page.getByRole('alert').filter({ hasText: message }).waitFor();
      expect(await page.locator('section.panel').count()).toBe(0);
      expect(await page.getByText('(now)').count()).toBe(0);
      expect(await page.getByRole('navigation', { name: 'Screens' }).count()).toBe(1);
    },
  );

  it('when its address cannot be read, then another moment can be chosen there', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30T12:00:00+02:00');
    await page.getByRole('alert').filter({ hasText: 'validAt' }).waitFor();
    await page.getByLabel('True on').first().fill('2022-06-30');
    await page.keyboard.press('Enter');
    await panel(page, 'Where it lives').getByText('Oracle Cloud, Ashburn').waitFor();
  });
});

describe('Given paper', () => {
  it('when a page is printed, then it has the answer, its clocks and its address, and no controls', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30&knownPosition=101', {
      theme: 'dark',
    });
    await there('person', page);
    await page.emulateMedia({ media: 'print' });
    await page.getByText(`From ${page.url()}`).waitFor();
    await page.getByText('As known at position 101').first().waitFor();
    const pressable = page.locator('button:visible, input:visible, select:visible, nav:visible');
    const bars = page.locator('.bar:visible, .late-span:visible');
    expect(await pressable.count()).toBe(await bars.count());
    // Dark on white in every theme.
    const colours = await page.evaluate(
      '[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]',
    );
    expect(colours).toEqual(['rgb(24, 33, 43)', 'rgb(255, 255, 255)']);
  });

  it('when a filtered page is printed, then the filters are words, not controls', async () => {
    const page = await the.page('/findings?validAt=2022-06-30&site=singapore');
    const found = page.getByRole('table', { name: 'Findings' });
    await found.getByRole('row').nth(2).waitFor();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('select:visible, input:visible').count()).toBe(0);
    expect(await page.locator('.filters').innerText()).toMatch(
      /site\s*TikTok data centre, Singapore\s*party\s*any/,
    );
  });

  it('when a map is printed, then nothing of it is cut off, although paper is narrower than the screen', async () => {
    const page = await the.page('/map?validAt=2022-06-30');
    await there('map', page);
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 700, height: 1000 });
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    const frame = await page.locator('.world-map').boundingBox();
    const names = page.locator('.world-map .place-label');
    await expect.poll(() => names.count()).toBe(4);
    for (const name of await names.all()) {
      const box = await name.boundingBox();
      expect(box!.x).toBeGreaterThanOrEqual(frame!.x);
      expect(box!.x + box!.width).toBeLessThanOrEqual(frame!.x + frame!.width);
    }
  });

  it('when a long table is printed, then it has all rows', async () => {
    const page = await the.page('/log?knownPosition=300');
    await there('log', page);
    const rows = page.getByRole('table', { name: 'Events of the log' }).locator('tbody tr');
    expect(await rows.count()).toBeLessThan(300);
    await page.evaluate("window.dispatchEvent(new Event('beforeprint'))");
    await expect.poll(() => rows.count()).toBe(300);
    await page.evaluate("window.dispatchEvent(new Event('afterprint'))");
    await expect.poll(() => rows.count()).toBeLessThan(300);
  });
});

const there = (name: string, page: Page): Promise<void> => screens[name]![1](page).waitFor();
