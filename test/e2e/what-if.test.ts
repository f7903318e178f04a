/** What if: a policy is simulated over all history, and adopted with a reason. */
import { describe, expect, it } from 'vitest';
import { consoleOver, downloaded, foundingCase, panel, picture, policies } from './support/console.ts';

const the = consoleOver(foundingCase, policies);

const cedar = `@id("reached-by-bytedance")
forbid(principal in Party::"bytedance", action == Action::"reach", resource)
when { resource.jurisdiction == "US" };
`;

describe('Given the founding case', () => {
  it('when rules in Cedar have a fault, then it is shown with its place, and nothing can be adopted', async () => {
    const page = await the.page('/findings/try');
    await page.getByLabel('Policy').fill('us-data-stays');
    await page.getByLabel('Title').fill('US data stays');
    await page.getByRole('textbox', { name: 'Effective from' }).fill('2019-01-01');
    await page
      .getByLabel('Rules, in Cedar')
      .fill('forbid(principal, action, resource) when { resource.jurisdicton == "US" };');
    await page.getByRole('button', { name: 'Show the difference' }).click();
    await page.getByText('This policy cannot be adopted.').waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(/line 1/);
    expect(await page.getByRole('button', { name: 'Adopt this policy' }).count()).toBe(0);
  });

  it('when a policy is simulated and adopted, then the predicted findings appear, with the reason kept in its text', async () => {
    const page = await the.page('/findings/try');
    await page.getByLabel('Policy').fill('us-data-stays');
    await page.getByLabel('Title').fill('US data stays out of reach');
    await page.getByRole('textbox', { name: 'Effective from' }).fill('2022-06-17');
    await page.getByLabel('Rules, in Cedar').fill(cedar);
    await page.getByRole('button', { name: 'Show the difference' }).click();
    const opened = panel(page, 'Opened');
    await opened.getByText('reached-by-bytedance').first().waitFor();
    expect(await opened.innerText()).toMatch(
      /ByteDance\s*controls\s*TikTok\s*operates\s*TikTok data centre, Singapore/,
    );
    const { text } = await downloaded(page, () =>
      opened.getByRole('button', { name: /Download as JSON/ }).click(),
    );
    const expected = JSON.parse(text).data.map(({ finding }: { finding: string }) => finding);
    expect(expected.length).toBeGreaterThan(0);
    await picture(page, 'screens/what-if');

    // The draft is in the link, and is not sent.
    const again = await the.page(page.url());
    await panel(again, 'Opened').getByText('reached-by-bytedance').first().waitFor();

    const adopt = page.getByRole('button', { name: 'Adopt this policy' });
    expect(await adopt.isDisabled()).toBe(true);
    await page.getByLabel('Reason for the adoption').fill('The board decided so on 17 June.');
    await adopt.click();
    await expect.poll(() => page.url()).toContain('/findings?policy=us-data-stays');
    await page
      .getByRole('complementary', { name: 'Proof' })
      .getByText('The policy us-data-stays was adopted')
      .waitFor();

    const { body } = await the.server.get('/v1/findings', { policy: 'us-data-stays', limit: 1000 });
    // A finding that continues along another path is one row of the difference, identified by its beginning.
    const found = body.data.map(({ finding }: { finding: string }) => finding);
    expect(found).toEqual(expect.arrayContaining(expected));
    const policy = await the.server.get('/v1/policies/us-data-stays');
    expect(policy.body.data.versions[0].cedar).toContain('// Reason: The board decided so on 17 June.');
    await page.getByText('Version 1', { exact: true }).click();
    await page.getByText('Reason: The board decided so on 17 June.', { exact: true }).waitFor();

    // The next version starts with the rules, without the previous reason.
    await page.getByRole('link', { name: 'Try a change' }).click();
    await expect.poll(() => page.getByLabel('Rules, in Cedar').inputValue()).toBe(cedar);
  });

  it('when findings are opened, then current ones come first, with people, since when, the path and the proof', async () => {
    const page = await the.page('/findings?validAt=2022-06-30');
    const found = page.getByRole('table', { name: /^Findings/ });
    await found.getByText('overdue-backup').first().waitFor();
    const heads = await found.getByRole('columnheader').allInnerTexts();
    expect(heads).toEqual([
      'Rule',
      'People',
      'Data',
      'Reached by',
      'Since (UTC)',
      'Until (UTC)',
      'Known since (UTC)',
      'Proof',
    ]);
    // Findings of a policy that hold at the moment come before those that do not.
    const rows = await found
      .locator('tbody tr:not(.group)')
      .evaluateAll((all: { className: string }[]) =>
        all.map(({ className }) => className.includes('row-past')),
      );
    expect(rows.indexOf(true)).toBeGreaterThan(0);
    expect(rows.slice(0, rows.indexOf(true)).every((past) => !past)).toBe(true);
    await page.getByRole('button', { name: 'Open at this moment' }).click();
    await expect.poll(() => page.url()).toContain('state=open');
    const adversary = await the.page('/findings?validAt=2025-06-30&policy=28-cfr-202&state=open');
    await adversary
      .getByRole('table', { name: /^Findings/ })
      .getByText('ByteDance')
      .first()
      .waitFor();
    await picture(adversary, 'findings');
  });
});
