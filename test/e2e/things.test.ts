/**
 * The pages of sites, parties, datasets, populations and backups, reached by following names.
 */
import { describe, expect, it } from 'vitest';
import { axeFaults } from './support/axe.ts';
import { consoleOver, downloaded, foundingCase, picture, policies } from './support/console.ts';

const the = consoleOver(foundingCase, policies);

describe('Given the founding case on 30 June 2022', () => {
  it('when a reader follows names from the page of a site, then each page agrees with the API', async () => {
    const page = await the.page('/site?site=singapore&validAt=2022-06-30');
    const { body: holdings } = await the.server.get('/v1/sites/singapore/holdings', {
      validAt: '2022-06-30',
    });
    await page.getByRole('heading', { name: `Holdings: ${holdings.data.length}` }).waitFor();
    const { body: findings } = await the.server.get('/v1/findings', { site: 'singapore', limit: 1000 });
    await page.getByRole('heading', { name: new RegExp(`^${findings.data.length} finding`) }).waitFor();
    await page.getByRole('heading', { name: /^\d+ events?$/ }).waitFor();
    await picture(page, 'screens/site');
    await page.getByRole('button', { name: 'Show lanes' }).click();
    const { body: held } = await the.server.get('/v1/sites/singapore/holdings', {
      from: '2000-01-01',
      limit: 1000,
    });
    const lanes = page.getByRole('group', { name: 'Lanes' });
    await expect.poll(() => lanes.locator(`[data-bar^='["held"']`).count()).toBe(held.data.length);
    const overdue = lanes.getByRole('button', {
      name: /tiktok\/profile of us-users, backup .* overdue since 2022-03-31/,
    });
    expect(await axeFaults(page, 'everything', '.scrubber')).toEqual([]);
    await picture(page, 'screens/site-lanes');
    await overdue.press('Enter');
    const proof = page.getByRole('complementary', { name: 'Proof' });
    await expect.poll(() => proof.innerText()).toContain('was backed up from');
    await page.keyboard.press('Escape');
    await proof.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Hide lanes' }).click();

    await page
      .locator('.thing-facts')
      .getByRole('link', { name: /TikTok/ })
      .first()
      .click();
    await expect.poll(() => page.url()).toContain('/party?validAt=2022-06-30');
    const { body: reach } = await the.server.get('/v1/parties/tiktok/reach', {
      validAt: '2022-06-30',
      limit: 1000,
    });
    await page.getByRole('heading', { name: `It could reach ${reach.data.length} holdings` }).waitFor();
    await picture(page, 'screens/party');
    await page.getByRole('button', { name: 'Show lanes' }).click();
    const bar = page.getByRole('button', {
      name: /tiktok\/profile of us-users, live, at TikTok data centre, Virginia/,
    });
    await bar.first().waitFor();
    await page.getByRole('button', { name: 'Hide lanes' }).click();

    await page
      .getByRole('table', { name: 'What tiktok could reach' })
      .getByRole('link', { name: 'tiktok/profile' })
      .first()
      .click();
    await expect.poll(() => page.url()).toContain('/dataset?');
    const { body: lineage } = await the.server.get(
      '/v1/datasets/tiktok/profile/lineage'.replace('tiktok/profile', 'tiktok%2Fprofile'),
      { from: '2000-01-01' },
    );
    await page.getByRole('heading', { name: `Lineage: ${lineage.data.edges.length} ways` }).waitFor();
    expect(await page.locator('.lineage .graph-node').count()).toBe(lineage.data.nodes.length);
    const { body: broken } = await the.server.get('/v1/findings', { dataset: 'tiktok/profile', limit: 1000 });
    await page.getByRole('heading', { name: new RegExp(`^${broken.data.length} finding`) }).waitFor();
    await picture(page, 'screens/dataset');
    await page.getByRole('button', { name: 'Show lanes' }).click();
    const moved = lanes.getByRole('button', {
      name: /us-users: tiktok\/profile of us-users, live, at TikTok data centre, Virginia, from \d{4}-\d\d-\d\d until 2022/,
    });
    await moved.first().waitFor();
    expect(await axeFaults(page, 'everything', '.scrubber')).toEqual([]);
    await picture(page, 'screens/dataset-lanes');
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await axeFaults(page, 'everything', '.scrubber')).toEqual([]);
    await picture(page, 'screens/dataset-lanes-small');
    await page.setViewportSize({ width: 1440, height: 1000 });
    await page.getByRole('button', { name: 'Hide lanes' }).click();

    await page.getByRole('link', { name: 'us-users' }).first().click();
    await expect.poll(() => page.url()).toContain('/population?');
    const { body: ofPeople } = await the.server.get('/v1/findings', { population: 'us-users', limit: 1000 });
    await page.getByRole('heading', { name: new RegExp(`^${ofPeople.data.length} finding`) }).waitFor();
    const { body: population } = await the.server.get('/v1/populations/us-users', { validAt: '2022-06-30' });
    await expect
      .poll(() => page.locator('.thing-facts').innerText())
      .toContain(String(population.data.subjects));
    await picture(page, 'screens/population');
  });

  it('when a reader types a part of a name, then things of every kind are offered, and a position with its dates', async () => {
    const page = await the.page('/findings?validAt=2022-06-30');
    await page.getByRole('searchbox', { name: 'Find a person' }).fill('virg');
    await page.getByRole('link', { name: 'site TikTok data centre, Virginia virginia' }).click();
    await expect.poll(() => page.url()).toContain('/site?validAt=2022-06-30');
    expect(await page.getByRole('list', { name: /that match/ }).count()).toBe(0);
    await page.getByLabel('As known').selectOption('position');
    const { body } = await the.server.get('/v1/events/43');
    const { time, recordedat } = body.data.event;
    const offered = page.locator('datalist option[value="43"]');
    await expect.poll(() => offered.textContent()).toContain(time.slice(0, 10));
    expect(await offered.textContent()).toContain(`recorded ${recordedat.slice(0, 10)}`);
  });

  it('when a reader corrects an event, then the effect is shown first, and only then recorded', async () => {
    const { body } = await the.server.get('/v1/events', { type: 'BackupMoved', limit: 1 });
    const target =
      body.data[0] ?? (await the.server.get('/v1/events', { type: 'BackupTaken', limit: 1 })).body.data[0];
    const { body: before } = await the.server.get('/v1/events', { limit: 1000 });
    const page = await the.page(`/log?proof=${target.position}`);
    await page.getByRole('link', { name: 'Correct this event' }).click();
    await page.getByRole('heading', { name: new RegExp(`^Position ${target.position}:`) }).waitFor();
    await page.getByRole('button', { name: 'Show the effect' }).click();
    await page.getByText('Enter a reason.').waitFor();
    await page.getByLabel(/^Reason/).fill('The wrong site was written down');
    await page.getByRole('button', { name: 'Show the effect' }).click();
    await page.getByText('both are the same as in the event').waitFor();
    await page.getByLabel(/^Data/).fill(JSON.stringify({ ...target.data, to: 'virginia' }));
    await page.getByRole('button', { name: 'Show the effect' }).click();
    await page.getByText('It would read:').waitFor();
    for (const title of ['Who would gain access to what', 'Who would reach what no more'])
      await page.getByRole('heading', { name: title }).waitFor();
    await picture(page, 'screens/correct');
    const { body: tried } = await the.server.get('/v1/events', { limit: 1000 });
    expect(tried.data.length).toBe(before.data.length);
    await page.getByRole('button', { name: 'Record this correction' }).click();
    await expect.poll(() => page.url()).toContain(`/log?proof=${target.position},`);
    const { body: event } = await the.server.get(`/v1/events/${target.position}`, {
      atLeast: String(before.data.length + 1),
    });
    expect(event.data.corrections).toMatchObject([{ kind: 'corrects' }]);
  });

  it('when people were asked about, then the page of reads lists who asked about whom', async () => {
    await the.server.get('/v1/subjects/ana/residency');
    await the.server.get('/v1/subjects/ben/residency');
    const page = await the.page('/reads?subject=ana');
    const table = page.getByRole('table', { name: /Questions about people/ });
    await table.getByRole('link', { name: 'ana' }).first().waitFor();
    expect(await table.getByRole('link', { name: 'ben' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Show all' }).click();
    await table.getByRole('link', { name: 'ben' }).first().waitFor();
  });

  it('when findings are grouped by site, then each group has its numbers, and the groups contain them all', async () => {
    const page = await the.page('/findings?validAt=2022-06-30&policy=domicile:overdue-backup');
    await page.getByLabel('grouped by').selectOption('site');
    await expect.poll(() => page.url()).toContain('group=site');
    const headings = page.locator('tr.group');
    await headings
      .getByText(/open at this moment/)
      .first()
      .waitFor();
    const { body } = await the.server.get('/v1/findings', {
      validAt: '2022-06-30',
      policy: 'domicile:overdue-backup',
      limit: 1000,
    });
    const numbers = (await headings.allInnerTexts()).map((text) =>
      Number(/(\d+) findings?,/.exec(text)?.[1]),
    );
    expect(numbers.reduce((sum, number) => sum + number, 0)).toBe(body.data.length);
  });

  it('when a reader starts, then people of the example are offered', async () => {
    const page = await the.page('/');
    await page.getByText('This ledger contains an example').getByRole('link').first().click();
    await expect.poll(() => page.url()).toContain('/person?subject=');
    await page.getByRole('heading', { name: 'Where it lives' }).waitFor();
  });

  it('when a site held nothing yet, as far as was known, then its page says so', async () => {
    const { body } = await the.server.get('/v1/events', { site: 'dublin', type: 'SiteRegistered', limit: 1 });
    const page = await the.page(`/site?site=dublin&knownPosition=${body.data[0].position}`);
    await page.getByText('It never held any data, as far as the ledger knows.').waitFor();
    expect(await page.getByRole('slider').count()).toBe(0);
  });

  it('when nothing is known of a name, then the page says so, and what to do', async () => {
    const page = await the.page('/site?site=atlantis&knownPosition=5');
    await page.getByRole('heading', { name: 'No site atlantis' }).waitFor();
    await page.getByRole('button', { name: 'Look as known now' }).click();
    await page.getByText('Check the spelling').waitFor();
  });
});

describe('Given the founding case, as known now', () => {
  it('when an overdue backup is opened from the register, then its page says where it is and that nothing ended it', async () => {
    const page = await the.page('/backups?validAt=2022-06-30');
    const { body: all } = await the.server.get('/v1/backups', { validAt: '2022-06-30', limit: 1000 });
    await page.getByRole('heading', { name: `${all.data.length} backups` }).waitFor();
    await page.getByRole('button', { name: 'Overdue' }).click();
    const overdue = all.data.filter(({ state }: { state: string }) => state === 'overdue');
    await page.getByRole('heading', { name: new RegExp(`^${overdue.length} backups?$`) }).waitFor();
    await picture(page, 'screens/backups');
    await page.getByRole('link', { name: overdue[0].backup }).first().click();
    await page.getByText('no event says so').waitFor();
    await page.getByRole('heading', { name: 'Where it was held' }).waitFor();
    await picture(page, 'screens/backup');
  });

  it('when a finding is opened, then it has its own address, with the rule, the path, the people and the events', async () => {
    const { body } = await the.server.get('/v1/findings', { party: 'bytedance', limit: 1 });
    const [reached] = body.data;
    const page = await the.page(`/finding?finding=${encodeURIComponent(reached.finding)}`);
    await page.getByRole('heading', { name: 'How the data could be reached' }).waitFor();
    const { body: people } = await the.server.get(
      `/v1/findings/${encodeURIComponent(reached.finding)}/subjects`,
      {
        validAt: '2022-06-30',
      },
    );
    await page.getByRole('heading', { name: /^\d+ (people|person) whom it concerns$/ }).waitFor();
    expect(await page.locator('#people-title').innerText()).toMatch(new RegExp(`^${people.data.length} `));
    await page.getByText('forbid(').first().waitFor();
    await picture(page, 'screens/finding');
    await page.getByRole('link', { name: 'All findings of this policy' }).click();
    await expect.poll(() => page.url()).toContain('/findings?');
  });

  it('when a breach is counted for a party, then the numbers and the file agree with the API', async () => {
    const page = await the.page('/party?party=bytedance');
    await page.getByLabel('From', { exact: true }).fill('2022-06-01');
    await page.getByLabel('until', { exact: true }).fill('2022-09-01');
    await page.getByRole('button', { name: 'Count them' }).click();
    const { body } = await the.server.get('/v1/parties/bytedance/affected', {
      from: '2022-06-01',
      to: '2022-09-01',
    });
    await page.getByText(`${body.data.subjects} people`).waitFor();
    await picture(page, 'screens/affected');
    const { text } = await downloaded(page, () =>
      page.getByRole('button', { name: 'Everybody as CSV' }).click(),
    );
    const people = new Set(
      text
        .split('\r\n')
        .slice(1)
        .filter((line) => line !== '')
        .map((line) => line.split(',')[0]),
    );
    expect(people.size).toBe(body.data.subjects);
  });

  it('when a report is chosen, then its rows are shown with their proof, and it is downloaded as a page', async () => {
    const page = await the.page('/reports?report=backups');
    const { body } = await the.server.get('/v1/reports/backups');
    await page.getByRole('heading', { name: `: ${body.data.rows.length} rows` }).waitFor();
    await picture(page, 'screens/reports');
    const { text } = await downloaded(page, () =>
      page.getByRole('button', { name: 'Page to print' }).click(),
    );
    expect(text).toMatch(/^<!doctype html>/i);
  });

  it('when a reader who does not know Cedar chooses a template, then the rules are written and can be simulated', async () => {
    const page = await the.page('/findings/try');
    await page.getByLabel(/^Start from a template/).selectOption('keep-out');
    await page.getByLabel(/party/i).first().selectOption('bytedance');
    await page
      .getByLabel(/people|population/i)
      .first()
      .selectOption('us-users');
    await page.getByRole('button', { name: 'Write the rules' }).click();
    expect(await page.getByLabel('Rules, in Cedar').inputValue()).toContain('Party::"bytedance"');
    await page.getByLabel('Policy', { exact: true }).fill('keep-bytedance-out');
    await page.getByRole('textbox', { name: 'Effective from (UTC)' }).fill('2022-06-17');
    await page.getByRole('button', { name: 'Show the difference over all history' }).click();
    await page.getByRole('heading', { name: 'Adopt this policy' }).waitFor();
    await picture(page, 'screens/template');
  });
});
