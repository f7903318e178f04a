/**
 * A lineage of more movements than are shown says so.
 */
import { expect, it } from 'vitest';
import { never } from '../../src/domain/time/instant.ts';
import { lineageOf } from '../../src/questions/movements.ts';
import { sent } from '../support/given-events.ts';
import { projected, storedEvents } from '../support/ledger.ts';

const shownMax = 1_000;
const log = storedEvents(
  Array.from({ length: shownMax + 1 }, (_, index) =>
    sent(
      `copied-${index}`,
      'DataCopied',
      { dataset: 'profile', scope: { population: 'us' }, from: 'a', to: `b-${index}` },
      { time: new Date(Date.UTC(2020, 0, 1) + index * 60_000).toISOString() },
    ),
  ),
);

it.each([
  [shownMax, false],
  [shownMax + 1, true],
])('of %i movements, that a limit was met: %j', (known, limitMet) => {
  const found = lineageOf(projected(log).view(known), 'profile', 0, never, 0);
  expect(found.limitMet).toBe(limitMet);
  expect(found.lineage.edges).toHaveLength(shownMax);
  expect(found.lineage.edges.at(-1)?.event).toBe(String(known));
});
