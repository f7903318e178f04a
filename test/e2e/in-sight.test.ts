/** Nothing on a screen is hidden: not cut off, not covered, not beyond the edge of its box. */
import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleOver, foundingCase, panel, policies } from './support/console.ts';

const the = consoleOver(foundingCase, policies);

/** How much of what is inside an element lies beyond its edge, in pixels. */
const beyondEdge = (element: Locator): Promise<number> =>
  element.evaluate((box: { scrollWidth: number; clientWidth: number }) => box.scrollWidth - box.clientWidth);

interface Element {
  readonly getBoundingClientRect: () => Record<'left' | 'right' | 'top' | 'bottom', number>;
  readonly contains: (other: unknown) => boolean;
  readonly ownerDocument: { readonly elementFromPoint: (x: number, y: number) => Element | null };
}

/** Whether nothing covers the middle of an element. */
const isSeen = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element: Element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const at = element.ownerDocument.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return at !== null && (element.contains(at) || at.contains(element));
  });

interface Box {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly scrollHeight: number;
  readonly clientHeight: number;
  readonly textContent: string;
}

/** The cells of findings that are partly cut off. */
const cutOff = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator('.findings td, .findings td > .cell').evaluateAll((cells: Box[]) =>
    cells
      .filter(({ clientWidth }) => clientWidth > 0)
      .filter((cell) => cell.scrollWidth > cell.clientWidth + 1 || cell.scrollHeight > cell.clientHeight + 1)
      .map(({ textContent }) => textContent),
  );

describe('Given a window of 1024 pixels', () => {
  it('then the header is one row', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30', { width: 1024, height: 768 });
    await page.getByText('live, position').waitFor();
    const [brand, tools] = [
      await page.locator('.brand').boundingBox(),
      await page.locator('.top-tools').boundingBox(),
    ];
    expect(tools!.y).toBeLessThan(brand!.y + brand!.height);
    expect(tools!.x + tools!.width).toBeLessThanOrEqual(1024);
  });
});

describe('Given the map', () => {
  it('then the time scrubber does not cover its tables', async () => {
    const page = await the.page('/map?validAt=2022-06-30');
    const row = panel(page, 'Sites that hold data').getByRole('row').nth(1);
    await row.getByRole('cell').first().waitFor();
    await page.getByRole('button', { name: 'Show lanes' }).waitFor();
    expect(await isSeen(row)).toBe(true);
    expect(
      await isSeen(panel(page, 'Transfers between countries, all until then').getByRole('row').nth(1)),
    ).toBe(true);
  });
});

describe('Given more findings than fit on the screen', () => {
  it('then no path is cut off, however long, and all of them can be scrolled to', async () => {
    const page = await the.page('/findings?validAt=2022-06-30');
    const table = page.getByRole('table', { name: 'Findings' });
    await table.getByText('overdue-backup').first().waitFor();
    const box = page.locator('.table-box.long');
    const count = Number(await table.getAttribute('aria-rowcount')) - 1;
    const seen = new Set<string>();
    let paths = 0;
    for (let step = 0; step < 200 && seen.size < count; step++) {
      const rows = await table
        .locator('tr[aria-rowindex]')
        .evaluateAll((all: { ariaRowIndex: string | null }[]) => all.map((row) => row.ariaRowIndex ?? ''));
      for (const row of rows) seen.add(row);
      paths += await table.locator('.path').count();
      expect(await cutOff(page)).toEqual([]);
      await box.evaluate((element: { scrollBy: (x: number, y: number) => void; clientHeight: number }) =>
        element.scrollBy(0, element.clientHeight),
      );
      await page.waitForTimeout(30);
    }
    expect(seen.size).toBe(count);
    expect(paths).toBeGreaterThan(100);
  });
});

describe('Given an open proof', () => {
  it.each([
    ['/person?subject=ana&validAt=2022-06-30&proof=12', 'Rules broken'],
    ['/findings?validAt=2022-06-30&proof=12', 'Proof'],
    ['/map?validAt=2022-06-30&proof=12', 'Sites that hold data'],
    ['/log?proof=12', 'events'],
  ])('then no column of %s is beyond the edge of its table', async (address) => {
    const page = await the.page(address);
    await page.getByRole('complementary', { name: 'Proof' }).getByText('is at').waitFor();
    await page.locator('.table-box').first().waitFor();
    for (const width of [1440, 1100]) {
      await page.setViewportSize({ width, height: 1000 });
      for (const box of await page.locator('.table-box').all())
        expect(await beyondEdge(box)).toBeLessThanOrEqual(1);
    }
  });
});

describe('Given fields that are empty', () => {
  it('then their placeholders are marked as examples', async () => {
    const page = await the.page('/findings/try');
    await page.getByLabel('Policy').waitFor();
    const examples = await page
      .locator('.draft input[placeholder]')
      .evaluateAll((inputs: { placeholder: string }[]) => inputs.map(({ placeholder }) => placeholder));
    expect(examples.filter(Boolean).length).toBeGreaterThan(2);
    expect(examples.filter(Boolean).every((text) => text.startsWith('e.g. '))).toBe(true);
  });
});

describe('Given the start page', () => {
  it('then a truncated list says how many more there are', async () => {
    const page = await the.page('/');
    const parties = page.locator('.overview > div').filter({ hasText: '11 parties' });
    await parties.waitFor();
    expect(await parties.getByRole('listitem').count()).toBe(9);
    await parties.getByText('and 3 more').waitFor();
  });
});
