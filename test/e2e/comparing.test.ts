/** Changes of findings: through what was learned since, and through another version of a policy. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleOver, downloaded, foundingCase, panel, picture, policies } from './support/console.ts';

const the = consoleOver(foundingCase, policies);

const kinds = ['opened', 'closed', 'lengthened', 'shortened'] as const;

/** The number of findings of each kind on the page. */
const figuresOn = async (page: Page): Promise<Record<string, number>> => {
  const figures = page.getByRole('list', { name: 'The difference in short' }).getByRole('listitem');
  const told = await figures.allInnerTexts();
  return Object.fromEntries(kinds.map((kind, index) => [kind, Number.parseInt(told[index] ?? '', 10)]));
};

/** The number of findings and their ids, from the API. */
const differenceBy = async (query: Record<string, string | number>) => {
  const { body } = await the.server.get('/v1/findings/diff', { limit: 1_000, ...query });
  const of = (kind: string): ReadonlyArray<{ finding: string }> => body.data[kind];
  return {
    figures: Object.fromEntries(kinds.map((kind) => [kind, of(kind).length])),
    findings: (kind: string) => of(kind).map(({ finding }) => finding),
  };
};

const sorted = (texts: ReadonlyArray<string>): ReadonlyArray<string> => [...texts].sort();

describe('Given the findings as known in May 2022', () => {
  it('when one asks what was learned since, then the page says which findings that opened, and offers them as files', async () => {
    const page = await the.page('/findings?validAt=2022-06-30&knownPosition=43');
    await page.getByRole('button', { name: /later knowledge changed/ }).click();
    await expect.poll(() => page.url()).toContain('compare=now');
    const learned = panel(page, 'Findings changed by what was learned from position 43 to 113');
    const opened = panel(page, 'Opened').last();
    await opened.getByRole('row').nth(3).waitFor();

    const expected = await differenceBy({ fromPosition: 43, toPosition: 113 });
    expect(expected.figures.opened).toBeGreaterThan(100);
    expect(await figuresOn(page)).toEqual(expected.figures);
    const { text } = await downloaded(page, () =>
      opened.getByRole('button', { name: 'Download as JSON: Opened findings' }).click(),
    );
    const file = JSON.parse(text);
    expect(sorted(file.data.map(({ finding }: { finding: string }) => finding))).toEqual(
      sorted(expected.findings('opened')),
    );
    expect(file.clocks.position).toBe('113');
    // Names that were learned since are used for what was learned since.
    expect(await learned.getByText('Oracle Cloud, Ashburn').count()).toBeGreaterThan(0);
    await picture(page, 'screens/learned-since');

    await learned.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.url()).not.toContain('compare');
    await page.goBack();
    await learned.waitFor();
  });
});

describe('Given a policy with versions', () => {
  it('when one asks what a version changed, then the page shows how its findings differ from the previous version’s', async () => {
    const page = await the.page('/findings?policy=eo-14034');
    await page.getByText('Version 2', { exact: true }).click();
    await page.getByRole('link', { name: 'Show what it changed' }).click();
    await expect.poll(() => page.url()).toContain('compare=1..2');
    await panel(page, 'How version 2 differs from version 1').waitFor();
    await page.getByRole('list', { name: 'The difference in short' }).waitFor();
    const expected = await differenceBy({ policy: 'eo-14034', fromVersion: 1, toVersion: 2 });
    const total = Object.values(expected.figures).reduce((sum, each) => sum + each, 0);
    expect(total).toBeGreaterThan(0);
    expect(await figuresOn(page)).toEqual(expected.figures);
  });

  it('when the findings of one version, at one site, are requested, then only these are shown, and the address says so', async () => {
    const page = await the.page('/findings?policy=eo-14034');
    await page.getByText('Version 1', { exact: true }).click();
    await page.getByRole('link', { name: 'Show only its findings' }).last().click();
    await page.getByLabel('site', { exact: true }).selectOption('singapore');
    await expect.poll(() => page.url()).toMatch(/version=1.*site=singapore/);
    const { body } = await the.server.get('/v1/findings', {
      policy: 'eo-14034',
      version: 1,
      site: 'singapore',
      limit: 1000,
    });
    expect(body.data.length).toBeGreaterThan(0);
    await page.getByRole('heading', { name: `${body.data.length} findings of version 1` }).waitFor();
    const rows = page.getByRole('table', { name: 'Findings of eo-14034' }).locator('tbody tr:not(.group)');
    await expect.poll(() => rows.count()).toBe(body.data.length);
  });
});

describe('Given a known time before the first event', () => {
  it('when a list is opened, then the page says when the ledger recorded its first event', async () => {
    const page = await the.page('/findings?knownAt=2001-01-01', { timezone: 'UTC' });
    const { body } = await the.server.get('/v1/events', { limit: 1 });
    const year = body.data[0].recordedat.slice(0, 4);
    await page
      .getByRole('status')
      .getByText(new RegExp(`This ledger recorded its first event on .*${year}.*: choose a later known time`))
      .first()
      .waitFor();
  });
});
