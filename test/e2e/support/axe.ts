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
 * The rules that the page breaks, each with where it does.
 *
 * @param about everything; or colours alone, for a page that was looked at in another theme already.
 */
export const axeFaults = async (
  page: Page,
  about: 'everything' | 'colours' = 'everything',
): Promise<ReadonlyArray<unknown>> => {
  // Given to the engine of the browser itself, past the policy of the page, which would not let it in.
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(`${axe}; undefined`);
  const rules = about === 'colours' ? ", runOnly: ['color-contrast', 'link-in-text-block']" : '';
  const found = (await page.evaluate(`axe.run({ resultTypes: ['violations'], preload: false${rules} })`)) as {
    violations: ReadonlyArray<Violation>;
  };
  return found.violations.map(({ id, nodes }) => ({
    id,
    where: nodes.map(({ target, failureSummary }) => `${JSON.stringify(target)} ${failureSummary}`),
  }));
};
