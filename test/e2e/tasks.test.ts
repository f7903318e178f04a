/**
 * The main tasks, from the first click to the file: each takes few clicks, on screens without axe findings, and the
 * evidence verifies with only the ledger's keys.
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

/**
 * Counts the clicks of the reader that reach the page: those that it makes itself have no detail, and those that Playwright
 * takes back, because something moved under the pointer, end at the window.
 */
const counting = async (page: Page): Promise<() => Promise<number>> => {
  await page.evaluate(
    "window.clicks = 0; document.addEventListener('click', ({ isTrusted, detail }) => { if (isTrusted && detail > 0) window.clicks++; }, true); undefined",
  );
  return async () => (await page.evaluate('window.clicks')) as number;
};

const search = async (page: Page, text: string): Promise<void> => {
  await page.getByRole('searchbox', { name: 'Find a person' }).fill(text);
};
const press = (page: Page, name: string | RegExp) =>
  downloaded(page, () => page.getByRole('button', { name }).first().click());
/** Opens a list with a click, and chooses by keyboard. */
const choose = async (page: Page, list: string, value: string): Promise<void> => {
  const select = page.getByLabel(list, { exact: true });
  await select.click();
  await select.selectOption(value);
};

const panelOfPeople = (page: Page) =>
  page.locator('section.panel').filter({ has: page.locator('#people-title') });

/** Each task: the reader's actions up to the file, and the number of clicks. */
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
  'everything about a person': [
    1,
    async (page) => {
      await search(page, 'ben');
      await page.keyboard.press('Enter');
      const file = await press(page, 'Everything');
      expect(file.name).toBe('person-ben-101.html');
      expect(file.text).toContain('everything that is recorded, however it is attested');
      for (const heading of ['Where the data is', 'For what purposes', 'To whom it was disclosed'])
        expect(file.text).toContain(heading);
      return file;
    },
  ],
  'who asked about a person': [
    2,
    async (page) => {
      await search(page, 'ben');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Who asked about this person' }).click();
      return press(page, /^Download as CSV/);
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
  'everybody whom a finding concerns': [
    3,
    async (page) => {
      await page.getByRole('link', { name: 'Findings', exact: true }).first().click();
      await page.locator('table a.thing-link').first().click();
      await page.locator('#people-title').waitFor();
      return downloaded(page, () => panelOfPeople(page).getByRole('button', { name: 'CSV' }).click());
    },
  ],
  'the findings of each party': [
    3,
    async (page) => {
      await page.getByRole('link', { name: 'Findings', exact: true }).first().click();
      await choose(page, 'grouped by', 'party');
      await page
        .locator('tr.group')
        .getByText(/open at this moment/)
        .first()
        .waitFor();
      return press(page, /^Download as CSV: Findings/);
    },
  ],
  'what was learned since a position': [
    3,
    async (page) => {
      await page.getByRole('link', { name: 'Findings', exact: true }).first().click();
      await page.getByRole('button', { name: /later knowledge changed/ }).click();
      return press(page, 'Download as CSV: Opened findings');
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

/** Tasks that end on a screen that `seen-by-all` does not show to axe. */
const onScreensOfTheirOwn = new Set([
  'the findings of each party',
  'what was learned since a position',
  'everybody whose data a party could reach',
]);

/** The reports that the screen does not show first, each with the format that its reader needs. */
const reports = [
  ['transfers', 'CSV', 'time,'],
  ['28-cfr-202', 'Page to print', 'Covered person (4) (ii)'],
  ['assessment', 'JSON', '"oscal-version"'],
] as const;

const trusted = async () => ({
  keys: ((await the.server.get('/v1/log')).body.data.verifierKeys as string[]).flatMap((vkey) => {
    const key = parseVerifierKey(vkey);
    return E.isRight(key) ? [key.right] : [];
  }),
  policy: { logs: [], witnesses: [], quorum: undefined },
});

describe('Given the founding case', () => {
  it.each(Object.entries(tasks))(
    'when a reader wants %s, then it takes few clicks, and evidence verifies',
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
      if (onScreensOfTheirOwn.has(name)) expect(await axeFaults(page)).toEqual([]);
      expect(the.misdeeds).toEqual({ elsewhere: [], faults: [] });
    },
  );
});

describe('Given the founding case, and an authority that asks for a report', () => {
  it('when a reader wants another report than the first, then three clicks save it', async () => {
    const page = await the.page(`/?${clock}`);
    const made = await counting(page);
    for (const [report, format, content] of reports) {
      const before = await made();
      await page.getByRole('link', { name: 'Reports', exact: true }).first().click();
      await choose(page, 'report', report);
      const file = await press(page, format);
      expect((await made()) - before).toBe(3);
      expect(file.text).toContain(content);
    }
  });
});

describe('Given a reader who may change what the ledger knows', () => {
  it('when an event was wrong, then five clicks record a correction, and its effect is shown before', async () => {
    const page = await the.page('/');
    const made = await counting(page);
    await page.getByRole('link', { name: 'Log', exact: true }).first().click();
    await page
      .getByRole('link', { name: /, proof of/ })
      .first()
      .click();
    await page.getByRole('link', { name: 'Correct this event' }).click();
    await page.getByLabel(/^Reason/).fill('It happened a day later');
    await page.getByLabel('Valid from (UTC)').fill('2026-11-02T00:00:00Z');
    await page.getByRole('button', { name: 'Show the effect' }).click();
    await page.getByText('It would read:').waitFor();
    await page.getByRole('button', { name: 'Record this correction' }).click();
    await expect.poll(() => page.url()).toContain('/log?proof=');
    expect(await made()).toBe(5);
  });

  it('when a template fits, then eight clicks adopt a policy, and its findings are shown before', async () => {
    const page = await the.page('/');
    const made = await counting(page);
    await page.getByRole('link', { name: 'Findings', exact: true }).first().click();
    await page.getByRole('link', { name: 'Try a policy before you adopt it' }).click();
    const chosen = async (list: RegExp, value: string) => {
      const select = page.getByLabel(list).first();
      await select.click();
      await select.selectOption(value);
    };
    await chosen(/^Start from a template/, 'keep-out');
    await chosen(/party/i, 'bytedance');
    await chosen(/people|population/i, 'us-users');
    await page.getByRole('button', { name: 'Write the rules' }).click();
    await page.getByLabel('Policy', { exact: true }).fill('keep-bytedance-out');
    await page.getByRole('textbox', { name: 'Effective from (UTC)' }).fill('2022-06-17');
    await page.getByRole('button', { name: 'Show the difference over all history' }).click();
    await page.getByLabel('Reason for the adoption').fill('The board decided so.');
    await page.getByRole('button', { name: 'Adopt this policy' }).click();
    await expect.poll(() => page.url()).toContain('/findings?policy=keep-bytedance-out');
    expect(await made()).toBe(8);
  });
});

describe('Given a person who asks to be erased', () => {
  const asked = 'Erase ben from this ledger?';
  const opened = async (page: Page) => {
    await page.getByRole('button', { name: 'Erase this person…' }).click();
    const dialog = page.getByRole('dialog', { name: asked });
    await dialog.getByLabel('To confirm, type the identifier: ben').waitFor();
    return dialog;
  };

  it('when the reader types something else, and leaves, then nobody is erased, and the page says so', async () => {
    const page = await the.page('/person?subject=ben');
    const dialog = await opened(page);
    const inside = () => page.evaluate('document.activeElement.closest("dialog") !== null');
    expect(await inside()).toBe(true);
    const typed = dialog.getByLabel('To confirm, type the identifier: ben');
    await typed.fill('Ben');
    await typed.press('Enter');
    await dialog.getByText('This is not the identifier. Nothing was erased.').waitFor();
    await picture(page, 'screens/erase-a-person');
    expect(await axeFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await axeFaults(page, 'colours')).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Erase this person…');
    expect((await the.server.get('/v1/subjects/ben/residency')).status).toBe(200);
  });

  it('when the reader erases that person, then two clicks do it, a third saves whom to inform, and the person is no longer found', async () => {
    const { body } = await the.server.get('/v1/subjects/ben', { limit: 1000 });
    const told = body.data.recipients.filter(({ disclosed }: { disclosed: boolean }) => disclosed);
    const page = await the.page('/');
    const made = await counting(page);
    await search(page, 'ben');
    await page.keyboard.press('Enter');
    const dialog = await opened(page);
    await dialog.getByLabel('To confirm, type the identifier: ben').fill('ben');
    await dialog.getByRole('button', { name: 'Erase this person' }).click();
    await page.getByRole('heading', { name: 'Erased: ben' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Erased: ben');
    const file = await press(page, /^Download as CSV: Whom to tell/);
    expect(await made()).toBe(3);
    expect(told.length).toBeGreaterThan(0);
    expect(
      file.text
        .trim()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[0]),
    ).toEqual(told.map(({ party }: { party: string }) => party));
    const held = page.getByRole('region', { name: 'Backups that hold the data' });
    for (const { backup } of body.data.backups)
      await held.getByRole('link', { name: backup, exact: true }).waitFor();
    expect(body.data.backups.length).toBeGreaterThan(0);
    await picture(page, 'screens/erased');
    expect(await axeFaults(page)).toEqual([]);
    expect((await the.server.get('/v1/subjects/ben/residency')).status).toBe(404);
    await page.reload();
    await page.getByRole('heading', { name: 'Person not found: ben' }).waitFor();
    expect(the.misdeeds).toEqual({ elsewhere: [], faults: [] });
  });

  it('when somebody else erases that person before the lists are loaded, then the dialog says so, and whom to ask', async () => {
    const page = await the.page('/person?subject=hugo');
    const erase = page.getByRole('button', { name: 'Erase this person…' });
    await erase.waitFor();
    let erased: () => void = () => {};
    const isErased = new Promise<void>((resolve) => {
      erased = resolve;
    });
    await page.route('**/v1/subjects/hugo?*', async (route) => {
      await isErased;
      await route.continue();
    });
    await erase.click();
    const dialog = page.getByRole('dialog', { name: 'Erase hugo from this ledger?' });
    await dialog.getByText('Loading what is known of hugo').waitFor();
    expect((await the.server.delete('/v1/subjects/hugo')).status).toBe(204);
    erased();
    await dialog.getByText('The lists of whom to tell were not loaded by then.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Erase this person' }).count()).toBe(0);
    await dialog.getByRole('link', { name: 'The log says who erased them' }).click();
    await page.getByRole('heading', { name: /^\d+ events?$/ }).waitFor();
    expect(page.url()).toContain('/log?type=SubjectForgotten');
  });

  it('when somebody else erases that person meanwhile, then the open dialog says that the person is gone', async () => {
    const page = await the.page('/person?subject=dora');
    await page.getByRole('button', { name: 'Erase this person…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Erase dora from this ledger?' });
    await dialog.getByLabel('To confirm, type the identifier: dora').waitFor();
    expect((await the.server.delete('/v1/subjects/dora')).status).toBe(204);
    await dialog.getByText('This person is no longer in the ledger.').waitFor();
    // What was known before is still there to be saved.
    await dialog.getByText('The lists below are from before.').waitFor();
    await picture(page, 'screens/erased-by-somebody-else');
    await dialog.getByRole('button', { name: /^Download as CSV: Whom to tell/ }).waitFor();
    expect(await dialog.getByLabel('To confirm, type the identifier: dora').count()).toBe(0);
  });
});
