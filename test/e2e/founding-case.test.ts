/** The founding case as an auditor explores it: from the search to the proof, and to a file. */
import { describe, expect, it } from 'vitest';
import { consoleOver, downloaded, foundingCase, panel, picture, policies } from './support/console.ts';

const the = consoleOver(foundingCase, policies);

describe('Given the founding case', () => {
  it('when a person is looked up and a day is chosen, then the page says where, who, in which backups and what broke', async () => {
    const page = await the.page('/');
    await page.getByRole('searchbox', { name: 'Find a person' }).fill('ana');
    await page.keyboard.press('Enter');
    await page.getByLabel('True on').first().fill('2022-06-30');
    await page.keyboard.press('Enter');

    await expect.poll(() => page.url()).toContain('/person?subject=ana&validAt=2022-06-30');
    const where = panel(page, 'Where it lives');
    await where.getByText('Oracle Cloud, Ashburn').waitFor();
    expect(await where.getByRole('row').filter({ hasText: 'claimed' }).count()).toBe(3);
    const who = panel(page, 'Who could reach it');
    await who.getByText('ByteDance', { exact: true }).first().waitFor();
    expect(await who.innerText()).toMatch(/controls\s*TikTok\s*operates\s*TikTok data centre, Singapore/);
    const backups = panel(page, 'Held in backups');
    await expect.poll(() => backups.getByText('overdue by 2 months').count()).toBe(3);
    const broken = panel(page, 'Rules broken');
    await broken.getByText('domicile:overdue-backup').waitFor();
    await page.locator('.world-map svg').waitFor();
    await page.getByRole('heading', { name: 'ana', exact: true }).click();
    await picture(page, 'person');
  });

  it('when a proof is opened, then the event is shown with both its times, and the address leads there again', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30');
    await panel(page, 'Where it lives')
      .getByRole('link', { name: /proof of tiktok\/profile/ })
      .click();
    const proof = page.getByRole('complementary', { name: 'Proof' });
    await proof.getByText('moved from').waitFor();
    const told = await proof.innerText();
    expect(told).toContain('tiktok/profile of the population us-users moved from');
    expect(told).toContain('17 June 2022, 12:00 UTC');
    expect(told).toContain('17 Jun 2022, 14:00 CEST');
    expect(told).toContain('claimed');

    const again = await the.page(page.url());
    await again.getByRole('complementary', { name: 'Proof' }).getByText('moved from').waitFor();
    await again.keyboard.press('Escape');
    await expect.poll(() => again.url()).not.toContain('proof');
  });

  it('when a table is downloaded, then the file has the shown rows, with the clocks and the position in each', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30&knownPosition=58');
    const where = panel(page, 'Where it lives');
    await where.getByText('Oracle Cloud, Ashburn').waitFor();
    const csv = await downloaded(page, () => where.getByRole('button', { name: /Download as CSV/ }).click());
    const [head, ...rows] = csv.text.trim().split('\r\n');
    expect(csv.name).toBe('where-ana-at-2022-06-30-known-58.csv');
    expect(head).toBe(
      'site,country,operator,dataset,since,assurance,events,validAt,knownAt,position,minAssurance',
    );
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(
      /^oracle-ashburn,US,oracle,tiktok\/messages,2022-06-17T12:00:00\.000Z,claimed,\d+,2022-06-30T00:00:00\.000Z,[^,]+,58,claimed$/,
    );
    const json = await downloaded(page, () =>
      where.getByRole('button', { name: /Download as JSON/ }).click(),
    );
    const file = JSON.parse(json.text);
    expect(file.clocks).toMatchObject({ validAt: '2022-06-30T00:00:00.000Z', position: '58' });
    expect(file.data).toHaveLength(3);
    expect(file.data[0]).toMatchObject({ site: 'oracle-ashburn', dataset: 'tiktok/messages' });
  });

  it('when an earlier known time is chosen, then the page answers as it would have then, and says so', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30');
    await page.getByLabel('As known', { exact: true }).selectOption('position');
    await page.getByLabel('As known at position').fill('43');
    await page.keyboard.press('Enter');
    await page.getByText('As known at position 43').waitFor();
    await panel(page, 'Where it lives').getByText('TikTok data centre, Virginia').waitFor();
    expect(await panel(page, 'Where it lives').getByText('Oracle').count()).toBe(0);
    await page.getByRole('button', { name: 'Show as known now' }).click();
    await page.getByText('As known now').waitFor();
    await panel(page, 'Where it lives').getByText('Oracle Cloud, Ashburn').waitFor();
  });

  it('when both clocks are fixed, then the link shows the same forever, and the page says that more may be known', async () => {
    const page = await the.page('/person?subject=ana');
    await page.getByRole('button', { name: 'Pin both clocks' }).click();
    await expect.poll(() => page.url()).toMatch(/validAt=[^&]+Z&knownPosition=\d+/);
    await page.getByText(/As known at position \d+/).waitFor();
  });

  it('when weaker claims are left out, then only observed data is left', async () => {
    const page = await the.page('/person?subject=hugo&validAt=2023-01-01&minAssurance=observed');
    const where = panel(page, 'Where it lives');
    await where.getByText('Servers in China').waitFor();
    expect(await where.getByRole('row').filter({ hasText: 'observed' }).count()).toBe(1);
    expect(await where.getByText('claimed').count()).toBe(0);
  });

  it('when a month is typed, or a day is picked, then the page shows its first moment', async () => {
    const page = await the.page('/person?subject=ana');
    await page.getByLabel('True on').first().fill('2022-06');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('validAt=2022-06-01');
    await page.getByRole('button', { name: 'Pick a day: True on' }).waitFor();
    await page.locator('.day-picker input').first().fill('2022-06-30');
    await expect.poll(() => page.url()).toContain('validAt=2022-06-30');
    await panel(page, 'Where it lives').getByText('Oracle Cloud, Ashburn').waitFor();
  });

  it('when a moment is invalid, then the field says what is expected', async () => {
    const page = await the.page('/person?subject=ana');
    await page.getByLabel('True on').first().fill('31 June');
    await page.keyboard.press('Enter');
    await page.getByText('Expected a date such as 2022-06-30').waitFor();
    await page.getByLabel('True on').first().fill('2022-06-30 24:00');
    await page.keyboard.press('Enter');
    await page.getByText('This day or time does not exist').waitFor();
    expect(page.url()).not.toContain('validAt');
  });
});
