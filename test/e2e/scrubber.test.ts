/**
 * The time scrubber, by mouse and by keyboard: it moves the lists along, and ends in the address.
 */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleOver, foundingCase, panel } from './support/console.ts';

const the = consoleOver(foundingCase);

const opened = async (): Promise<Page> => {
  const page = await the.page('/person?subject=ana&validAt=2022-06-30');
  await panel(page, 'Where it lives').getByText('Oracle Cloud, Ashburn').waitFor();
  await page
    .getByRole('button', { name: /video-history in backup us-video-history-singapore-2019/ })
    .waitFor();
  // All lanes are loaded, so that nothing moves any more.
  await page.getByRole('heading', { name: 'Control, membership and grants' }).waitFor();
  await page.getByRole('heading', { name: 'Learned later' }).waitFor();
  return page;
};

describe('Given the person screen', () => {
  it('when the handle is dragged, then the lists follow immediately, and the address when it is released', async () => {
    const page = await opened();
    const handle = page.getByRole('slider', { name: 'True on' });
    const axis = await page.locator('.axis').boundingBox();
    const box = await handle.boundingBox();
    if (axis === null || box === null) throw new Error('nothing to drag');
    await page.mouse.move(box.x, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(axis.x + axis.width * 0.3, box.y + 8, { steps: 8 });
    await panel(page, 'Where it lives').getByText('TikTok data centre, Virginia').waitFor();
    expect(page.url()).toContain('validAt=2022-06-30');
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/validAt=202[01]-\d\d-\d\d/);
    expect(await panel(page, 'Where it lives').getByText('Oracle').count()).toBe(0);
  });

  it('when it is released near a change, then it rests on the change itself', async () => {
    const page = await opened();
    const bar = page.getByRole('button', { name: /tiktok\/profile live at Oracle Cloud, Ashburn/ });
    const [edge, axis] = [await bar.boundingBox(), await page.locator('.axis').boundingBox()];
    if (edge === null || axis === null) throw new Error('nothing to drag to');
    await page.mouse.move(axis.x + 40, axis.y + 12);
    await page.mouse.down();
    await page.mouse.move(edge.x + 1, axis.y + 12, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toContain('validAt=2022-06-17T12:00:00Z');
  });

  it('when keys are pressed on the handle, then it moves by days, months, years and from change to change', async () => {
    const page = await opened();
    const handle = page.getByRole('slider', { name: 'True on' });
    const at = (): Promise<string | null> => handle.getAttribute('aria-valuetext');
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(at).toBe('1 July 2022 UTC');
    await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(at).toBe('1 June 2022 UTC');
    await page.keyboard.press('PageDown');
    await expect.poll(at).toBe('1 June 2021 UTC');
    await page.keyboard.press('n');
    await expect.poll(at).not.toBe('1 June 2021 UTC');
    await page.keyboard.press('Home');
    await expect.poll(() => page.url()).toMatch(/validAt=201\d-/);
    const backHere = new URL(page.url()).searchParams.get('validAt');
    expect(backHere?.startsWith((await at())?.match(/\d{4}/)?.[0] ?? '?')).toBe(true);
  });

  it('when a bar is chosen by keyboard, then the events that prove it are shown', async () => {
    const page = await opened();
    const handle = page.getByRole('slider', { name: 'True on' });
    await handle.focus();
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    expect(await focused.getAttribute('aria-label')).toMatch(
      /tiktok\/messages live at TikTok data centre, Virginia/,
    );
    await page.keyboard.press('ArrowDown');
    expect(await focused.getAttribute('aria-label')).toMatch(
      /tiktok\/profile live at TikTok data centre, Virginia/,
    );
    await page.keyboard.press('Enter');
    await page
      .getByRole('complementary', { name: 'Proof' })
      .getByText('was backed up')
      .or(page.getByRole('complementary', { name: 'Proof' }).getByText('is at'))
      .first()
      .waitFor();
  });

  it('when it is zoomed, then the address has the period, and the whole period can be restored', async () => {
    const page = await opened();
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(() => page.url()).toMatch(/from=20\d\d-.*to=20\d\d-/);
    await page.getByRole('button', { name: 'Show all of time' }).click();
    await expect.poll(() => page.url()).not.toContain('from=');
  });

  it('then late events are marked, with both days', async () => {
    const page = await the.page('/person?subject=hugo&validAt=2022-12-30');
    const bar = page.getByRole('button', { name: /tiktok\/video-history live at Servers in China/ });
    await expect.poll(() => bar.getAttribute('aria-label')).toContain('learned on or after 30 Apr 2025');
  });
});
