/**
 * What people come for, from the first click to the file: each in few clicks, on screens where axe finds nothing; and the
 * evidence verifies by nothing but the keys of the ledger.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { verifyBundle } from '../../src/evidence/verify-bundle.ts';
import { parseVerifierKey } from '../../src/integrity/keys.ts';
import { axeFaults } from './support/axe.ts';
import { consoleOver, downloaded, foundingCase, picture, policies } from './support/console.ts';

const the = consoleOver(foundingCase, policies);

const clock = 'validAt=2022-06-30&knownPosition=101';

/** Counts the clicks of the reader; those that the page makes itself have no detail. */
const counting = async (page: Page): Promise<() => Promise<number>> => {
  await page.evaluate(
    "window.clicks = 0; addEventListener('click', ({ isTrusted, detail }) => { if (isTrusted && detail > 0) window.clicks++; }, true); undefined",
  );
  return async () => (await page.evaluate('window.clicks')) as number;
};

const search = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('searchbox', { name: 'Find a person' }).fill(text);
};
const press = (page: Page, name: string | RegExp) =>
  downloaded(page, () => page.getByRole('button', { name }).first().click());

/** Each task: what the reader does, up to the file; and in how many clicks. */
const tasks: Readonly<
  Record<string, readonly [clicks: number, act: (page: Page) => Promise<{ name: string; text: string }>]>
> = {
  'evidence about a person': [
    1,
    async (page) => {
      await search(page, 'ben');
      await page.keyboard.press('Enter');
      return press(page, 'Evidence');
    },
  ],
  'evidence about a site': [
    2,
    async (page) => {
      await search(page, 'singapore');
      await page.getByRole('link', { name: /^site .* singapore$/ }).click();
      return press(page, 'Evidence');
    },
  ],
  'evidence about a party': [
    2,
    async (page) => {
      await search(page, 'bytedance');
      await page.getByRole('link', { name: /^party .* bytedance$/ }).click();
      return press(page, 'Evidence');
    },
  ],
  'evidence about a finding': [
    3,
    async (page) => {
      await page.getByRole('link', { name: 'Findings', exact: true }).first().click();
      await page.locator('table a.thing-link').first().click();
      return press(page, 'Evidence');
    },
  ],
  'everybody whose data a party could reach': [
    3,
    async (page) => {
      await search(page, 'bytedance');
      await page.getByRole('link', { name: /^party .* bytedance$/ }).click();
      await page.getByRole('button', { name: 'Count them' }).click();
      return press(page, 'Everybody as CSV');
    },
  ],
  'the register of backups': [
    2,
    async (page) => {
      await page.getByRole('link', { name: 'Backups', exact: true }).first().click();
      return press(page, /^Download as CSV/);
    },
  ],
  'the register of processing': [
    2,
    async (page) => {
      await page.getByRole('link', { name: 'Reports', exact: true }).first().click();
      return press(page, 'CSV');
    },
  ],
};

const trusted = async () => ({
  keys: ((await the.server.get('/v1/log')).body.data.verifierKeys as string[]).flatMap((vkey) => {
    const key = parseVerifierKey(vkey);
    return E.isRight(key) ? [key.right] : [];
  }),
  policy: { logs: [], witnesses: [], quorum: undefined },
});

describe('Given the founding case', () => {
  it.each(Object.entries(tasks))(
    'when a reader wants %s, then it is there in so few clicks, and evidence verifies',
    async (name, [clicks, act]) => {
      const page = await the.page(`/?${clock}`);
      const made = await counting(page);
      const file = await act(page);
      expect(await made()).toBe(clicks);
      expect(file.text.length).toBeGreaterThan(100);
      if (name.startsWith('evidence')) {
        const report = verifyBundle(file.text, await trusted());
        expect(report.checks.filter(({ state }) => state !== 'holds')).toEqual([]);
        expect(report.bundle!.completeness.kind).toBe('sealed');
      }
      await picture(page, `screens/task-${name.replaceAll(' ', '-')}`);
      expect(await axeFaults(page)).toEqual([]);
      expect(the.misdeeds).toEqual({ elsewhere: [], faults: [] });
    },
  );
});
