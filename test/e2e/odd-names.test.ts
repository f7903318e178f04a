/**
 * People and things with unusual names in the console: found by the search, shown, linked, and gone once erased.
 */
import { describe, expect, it } from 'vitest';
import { sent } from '../support/given-events.ts';
import { worldlyNames } from '../support/odd-names.ts';
import { consoleOver, panel } from './support/console.ts';

/** A person and a site of each name. */
const worldlyEvents = (): string => {
  const events = worldlyNames.flatMap((name, index) => [
    sent(`placed ${index}`, 'DataPlaced', {
      dataset: name,
      scope: { population: `people ${index}` },
      site: name,
    }),
    sent(`enrolled ${index}`, 'SubjectEnrolled', { subject: name, population: `people ${index}` }),
  ]);
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
};

const the = consoleOver(worldlyEvents);

describe('Given a ledger of people and things with unusual names', () => {
  it('when each person is searched, then that person is shown, with the site and the dataset of the same name, until they are erased', async () => {
    const page = await the.page('/person');
    const search = page.getByRole('searchbox').last();
    for (const name of worldlyNames) {
      await search.fill(name);
      await search.press('Enter');
      await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor();
      const where = panel(page, 'Where it lives');
      await where.getByRole('row').getByRole('link', { name, exact: true }).first().waitFor();
      expect([name, new URL(page.url()).searchParams.get('subject')]).toEqual([name, name]);
    }
    const [first, ...others] = worldlyNames;
    await page.goto(`/person?subject=${encodeURIComponent(first)}`);
    await page.getByRole('button', { name: 'Erase this person…' }).click();
    await page.getByLabel('To confirm, type the identifier').fill(first);
    await page.getByRole('button', { name: 'Erase this person', exact: true }).click();
    await page.getByRole('heading', { name: `Erased: ${first}`, exact: true }).waitFor();
    for (const name of others)
      expect([name, (await the.server.delete(`/v1/subjects/${encodeURIComponent(name)}`)).status]).toEqual([
        name,
        204,
      ]);
    for (const name of [...others, first]) {
      await search.fill(name);
      await search.press('Enter');
      await page.getByRole('heading', { name: `Person not found: ${name}`, exact: true }).waitFor();
    }
  });
});
