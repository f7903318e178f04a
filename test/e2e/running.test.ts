/**
 * While a page is open: events are recorded, projections are rebuilt, a person is erased, the server goes away and
 * comes back.
 */
import { describe, expect, it } from 'vitest';
import { enrolled, many, sent } from '../support/given-events.ts';
import { consoleOver, foundingCase, panel, picture } from './support/console.ts';

const the = consoleOver();

const ndjson = (...events: ReadonlyArray<unknown>): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

describe('Given an empty ledger', () => {
  it('then the page says how to fill it, and fills by itself once events are recorded', async () => {
    const page = await the.page('/');
    await page.getByRole('heading', { name: 'This ledger is empty' }).waitFor();
    expect(await page.getByText('domicile emit').innerText()).toContain(`--url ${the.server.url}`);
    await the.given(foundingCase());
    await page.getByRole('heading', { name: 'Where did a person’s data live' }).waitFor();
  });
});

describe('Given the founding case', () => {
  it('when events are recorded, then the log shows them at its top without reloading', async () => {
    const page = await the.page('/log');
    await page.getByText('101 events').waitFor();
    await the.given(ndjson(enrolled('new-one', 'nora.new', 'us-users')));
    await page.getByRole('link', { name: 'nora.new' }).waitFor();
    await page.getByText('102 events').waitFor();
    await picture(page, 'screens/log');
  });

  it('when the log is filtered, then only matches are shown, and the address says so', async () => {
    const page = await the.page('/log');
    await page.getByLabel('type').selectOption('EventCorrected');
    await page.getByText('3 events').waitFor();
    expect(page.url()).toContain('type=EventCorrected');
    await page
      .getByRole('link', { name: /proof of EventCorrected/ })
      .first()
      .click();
    const proof = page.getByRole('complementary', { name: 'Proof' });
    await proof.getByText('Corrects the event').waitFor();
  });

  it('when the answer to a filter is slow, then the rows of another filter are not shown for it', async () => {
    const page = await the.page('/log');
    await page.getByText('102 events').waitFor();
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      void page.route(/type=EventCorrected/, async (route) => {
        resolve();
        await new Promise<void>((go) => {
          answer = go;
        });
        await route.continue();
      });
    });
    await page.getByLabel('type').selectOption('EventCorrected');
    await asked;
    await page.getByText('Loading the log').waitFor();
    expect(await page.getByRole('table', { name: 'Events of the log' }).count()).toBe(0);
    answer();
    await page.getByText('3 events').waitFor();
  });

  it('when very much was recorded, then only the visible part is drawn, and all of it can be scrolled to', async () => {
    await the.given(ndjson(...many(1_500)));
    const page = await the.page('/log');
    await page.getByText('1,602 events').waitFor();
    const table = page.getByRole('table', { name: 'Events of the log' });
    await expect.poll(() => table.getByRole('row').count()).toBeLessThan(150);
    expect(await table.getAttribute('aria-rowcount')).toBe('1603');
    const box = page.locator('.table-box.long');
    await box.focus();
    await page.keyboard.press('End');
    await page.getByRole('link', { name: /^1, proof of PartyRegistered/ }).waitFor();
    await page.keyboard.press('Home');
    await page.getByRole('link', { name: /^1602, proof of/ }).waitFor();
  });

  it('when an event that does not fit is recorded, then it is shown with its discrepancy', async () => {
    await the.given(ndjson(sent('lost', 'AccessRevoked', { grant: 'never-given' })));
    const page = await the.page('/log?show=open');
    await page.getByRole('table', { name: 'Open discrepancies' }).getByRole('row').nth(1).waitFor();
    const rows = page.getByRole('table', { name: 'Open discrepancies' }).getByRole('row');
    const count = await rows.count();
    await rows
      .nth(count - 1)
      .getByRole('link')
      .click();
    await page.getByRole('complementary', { name: 'Proof' }).getByText('Discrepancies').waitFor();
  });

  it('when a replay is started, then its progress and its outcome are shown', async () => {
    const page = await the.page('/health');
    await page.getByText('Ready for questions').waitFor();
    await page.getByRole('button', { name: 'Start a replay' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByText('done, now serving').waitFor({ timeout: 60_000 });
    await page.getByText('all are identical').waitFor();
    const progress = page.getByRole('progressbar');
    expect(await progress.getAttribute('value')).toBe(await progress.getAttribute('max'));
    await picture(page, 'screens/health');
  });

  it('when a person is erased, then nobody is known by the identifier, and the history stays about nobody', async () => {
    const page = await the.page('/person?subject=dora');
    await page.getByRole('heading', { name: 'dora' }).waitFor();
    expect((await the.server.delete('/v1/subjects/dora')).status).toBe(204);
    await page.getByRole('heading', { name: 'Person not found: dora' }).waitFor();

    const { body } = await the.server.get('/v1/events', { type: 'SubjectForgotten' });
    const pseudonym: string = body.data[0].data.subject;
    const history = await the.page(`/person?subject=${pseudonym}&validAt=2020-01-01`);
    await history.getByText('This person was erased from the ledger').waitFor();
    await panel(history, 'Where it lives').getByText('TikTok data centre, Virginia').waitFor();
    expect(await history.locator('body').innerText()).not.toContain('dora');
  });

  it('when the server goes away, then the page keeps its content and says so; when it is back, it continues by itself', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30');
    const where = panel(page, 'Where it lives');
    await where.getByText('Oracle Cloud, Ashburn').waitFor();
    await the.serverGoesAway();
    await page.getByText('The ledger is not responding.').first().waitFor();
    expect(await where.getByText('Oracle Cloud, Ashburn').count()).toBe(1);
    await the.serverComesBack();
    await page.getByText('live, position').waitFor();
    expect(await page.getByText('The ledger is not responding.').count()).toBe(0);
    await the.given(
      ndjson(
        sent(
          'erased-late',
          'SubjectErased',
          { subject: 'ana', dataset: 'tiktok/messages' },
          { time: '2022-06-20T00:00:00Z' },
        ),
      ),
    );
    await expect.poll(() => where.getByText('tiktok/messages').count()).toBe(0);
  });
});
