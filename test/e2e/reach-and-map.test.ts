/** Who reaches what, and what to close; which sites hold data, and what moved between countries. */
import { describe, expect, it } from 'vitest';
import { consoleOver, downloaded, foundingCase, panel, picture } from './support/console.ts';

const the = consoleOver(foundingCase);

describe('Given the founding case on 30 June 2022', () => {
  it('when a cell of the matrix is opened, then every path is drawn, with the edges to close', async () => {
    const page = await the.page('/reach?validAt=2022-06-30');
    await page.getByText('5 parties reach data at 4 sites').waitFor();
    await page
      .getByRole('row', { name: /^ByteDance bytedance/ })
      .locator('td')
      .getByRole('link')
      .nth(2)
      .click();
    await expect.poll(() => page.url()).toContain('party=bytedance&site=singapore');
    const ways = panel(page, 'ByteDance bytedance and data at TikTok data centre, Singapore');
    await ways.getByText('these 2 edges would have to be closed').waitFor();
    expect(await ways.innerText()).toContain(
      'ByteDance controls TikTok; ByteDance employs ByteDance engineers in China',
    );
    expect(await ways.locator('.graph-edge.close').count()).toBe(2);
    await picture(page, 'reach');
    const { text } = await downloaded(page, () => ways.getByRole('button', { name: /as CSV/ }).click());
    expect(text.split('\r\n').filter((line) => line.startsWith('true,bytedance,'))).toHaveLength(2);
  });

  it('when a party cannot reach a person, then the page says so, and what would have opened the path', async () => {
    const page = await the.page('/reach?validAt=2022-06-30&party=mgx&subject=ana');
    await page.getByText('It cannot reach the data.').waitFor();
  });

  it('when the matrix has one column per holding, then each cell is about one', async () => {
    const page = await the.page('/reach?validAt=2022-06-30&by=holding');
    await page.getByRole('columnheader', { name: /us-messages-singapore-2019/ }).waitFor();
    const { text } = await downloaded(page, () =>
      page.getByRole('button', { name: 'Download as JSON: Who could reach what' }).click(),
    );
    const rows: ReadonlyArray<{ holdings: number }> = JSON.parse(text).data;
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ holdings }) => holdings === 1)).toBe(true);
  });

  it('then the tables have the content of the map, and moving in time changes both', async () => {
    const page = await the.page('/map?validAt=2022-06-30');
    const sites = panel(page, 'Sites that hold data');
    await sites.getByRole('row', { name: /TikTok data centre, Singapore/ }).waitFor();
    const { body } = await the.server.get('/v1/transfers', { to: '2022-06-30T00:00:01Z' });
    const moves = page.getByRole('table', { name: 'Transfers between countries' });
    await expect.poll(() => moves.getByRole('row').count()).toBe(body.data.length + 1);
    const ways = page.locator('.world-map .way');
    const before = await ways.count();
    expect(before).toBeGreaterThan(0);
    await picture(page, 'screens/map');

    await page.getByRole('button', { name: /Next change/ }).click();
    await expect.poll(() => page.url()).toContain('validAt=2022-10-03');
    await expect.poll(() => moves.getByRole('row').count()).toBe(body.data.length + 2);
    await page.getByLabel('dataset').selectOption('tiktok/messages');
    await expect.poll(() => page.url()).toContain('dataset=tiktok/messages');
    expect(await moves.getByText('tiktok/profile').count()).toBe(0);
  });
});
