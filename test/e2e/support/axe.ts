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

/** The rules that the page breaks, each with where it does. */
export const axeFaults = async (page: Page): Promise<ReadonlyArray<unknown>> => {
  // Given to the engine of the browser itself, past the policy of the page, which would not let it in.
  await page.evaluate(`${axe}; undefined`);
  const found = (await page.evaluate("axe.run({ resultTypes: ['violations'], preload: false })")) as {
    violations: ReadonlyArray<Violation>;
  };
  return found.violations.map(({ id, nodes }) => ({
    id,
    where: nodes.map(({ target, failureSummary }) => `${JSON.stringify(target)} ${failureSummary}`),
  }));
};
