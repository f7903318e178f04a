/** Using only the keyboard: keys that lead somewhere, and an always visible focus. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { consoleOver, foundingCase, panel } from './support/console.ts';

const the = consoleOver(foundingCase);

const person = async (): Promise<Page> => {
  const page = await the.page('/person?subject=ana&validAt=2022-06-30');
  await panel(page, 'Where it lives').getByText('Oracle Cloud, Ashburn').waitFor();
  await panel(page, 'Who could reach it').getByText('ByteDance', { exact: true }).first().waitFor();
  await panel(page, 'Rules broken').getByRole('row').nth(2).waitFor();
  await page.getByRole('heading', { name: 'Learned later' }).waitFor();
  return page;
};

/** The focused element: its name, whether it is marked, and whether something covers it. */
const focusOf = (page: Page) =>
  page.evaluate(`(() => {
    const element = document.activeElement;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const at = document.elementFromPoint((left + right) / 2, Math.min(bottom - 1, top + 8));
    const marked = [element, ...element.querySelectorAll('*')].some(
      (each) => getComputedStyle(each).outlineStyle !== 'none',
    );
    return {
      name: element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 60),
      nothing: element === document.body,
      marked,
      seen: at !== null && (element.contains(at) || at.contains(element)) && bottom > 0 && top < innerHeight,
    };
  })()`) as Promise<{ name: string; nothing: boolean; marked: boolean; seen: boolean }>;

describe('Given the person screen', () => {
  it('when one goes through it by Tab, then the focused element is marked, and nothing covers it', async () => {
    const page = await person();
    const hidden: unknown[] = [];
    const names: string[] = [];
    for (let pressed = 0; pressed < 120; pressed++) {
      await page.keyboard.press('Tab');
      const focus = await focusOf(page);
      if (focus.nothing) break;
      names.push(focus.name);
      if (!focus.marked || !focus.seen) hidden.push(focus);
    }
    expect(hidden).toEqual([]);
    expect(names[0]).toBe('Skip to the main content');
    expect(names).toContain('Find a person by identifier');
    expect(names.some((name) => name.startsWith('Download as CSV'))).toBe(true);
  });

  it('when the first link is followed, then the answer has the focus', async () => {
    const page = await person();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('main');
  });

  it('when keys are pressed, then they lead to the boxes, to the scrubber, and to other screens with the same clocks', async () => {
    const page = await person();
    const focused = page.locator(':focus');
    await page.keyboard.press('/');
    expect(await focused.getAttribute('aria-label')).toBe('Find a person by identifier');
    await page.keyboard.type('gf?');
    expect(page.url()).toContain('/person');
    await focused.blur();
    await page.keyboard.press('t');
    expect(await focused.inputValue()).toBe('2022-06-30');
    await focused.blur();
    await page.keyboard.press('s');
    expect(await focused.getAttribute('role')).toBe('slider');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await expect.poll(() => page.url()).toContain('/reach?validAt=2022-06-30');
  });

  it('when the question mark is pressed, then the keys are listed, and Escape closes only the list', async () => {
    const page = await the.page('/person?subject=ana&validAt=2022-06-30&proof=12');
    await page.getByRole('complementary', { name: 'Proof' }).getByText('is at').waitFor();
    await page.keyboard.press('?');
    const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await list.getByText('to the time scrubber').waitFor();
    await page.keyboard.press('Escape');
    await list.waitFor({ state: 'hidden' });
    expect(page.url()).toContain('proof=12');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('proof');
  });
});
