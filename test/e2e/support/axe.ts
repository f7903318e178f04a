/**
 * What axe finds wrong with a page: https://www.deque.com/axe.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: ReadonlyArray<{ readonly target: unknown; readonly failureSummary: string }>;
}

/**
 * The rules that the page breaks, each with its places.
 *
 * @param about everything, or only colours for a page that was already checked in another theme.
 * @param within the part of the page, as a CSS selector, for a page whose rest was looked at elsewhere.
 */
export const axeFaults = async (
  page: Page,
  about: 'everything' | 'colours' = 'everything',
  within = 'html',
): Promise<ReadonlyArray<unknown>> => {
  // Injected into the browser's engine directly, since the page's policy would not allow it.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(`${axe}; undefined`);
  const rules = about === 'colours' ? ", runOnly: ['color-contrast', 'link-in-text-block']" : '';
  const found = (await page.evaluate(
    `axe.run(${JSON.stringify(within)}, { resultTypes: ['violations'], preload: false${rules} })`,
  )) as {
    violations: ReadonlyArray<Violation>;
  };
  return found.violations.map(({ id, nodes }) => ({
    id,
    where: nodes.map(({ target, failureSummary }) => `${JSON.stringify(target)} ${failureSummary}`),
  }));
};
