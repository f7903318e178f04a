/**
 * What is asked of many movements: a lineage of more than are shown says so, and what takes long can be given up.
 */
import { describe, expect, it } from 'vitest';
import { never } from '../../src/domain/time/instant.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import { lineageOf, transfersBetween } from '../../src/questions/movements.ts';
import { View } from '../../src/questions/view.ts';
import { Abandoned, OverBudget, upTo } from '../../src/questions/work.ts';
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

describe('of many backups of many people', () => {
  const many = 400;
  const at = (hour: number) => ({ time: new Date(Date.UTC(2020, 0, 1) + hour * 3_600_000).toISOString() });
  const events = storedEvents([
    sent('placed', 'DataPlaced', { dataset: 'd', scope: { population: 'us' }, site: 'a' }, at(0)),
    ...Array.from({ length: many }, (_, index) => [
      sent(`in-${index}`, 'SubjectEnrolled', { subject: `person-${index}`, population: 'us' }, at(index)),
      sent(
        `backup-${index}`,
        'BackupTaken',
        { backup: `b-${index}`, dataset: 'd', scope: { population: 'us' }, from: 'a', to: 'b' },
        at(index),
      ),
    ]).flat(),
  ]);
  const { view } = projected(events);
  const { index, known } = view(events.length);
  const questions = {
    transfers: (asked: View) => transfersBetween(asked, 0, never - 1),
    holdings: (asked: View) => holdingsAt(asked, 'b', Date.UTC(2024, 0, 1)),
  };

  it.each(Object.entries(questions))('%s count what they do, and end once nobody waits', (_, ask) => {
    let steps = 0;
    const counted = {
      goOn: (more = 0) => {
        steps += more;
      },
      tell: () => {},
    };
    ask(new View(index, known, [], counted));
    // Each person comes into each backup taken after they enrolled.
    expect(steps).toBeGreaterThan((many * many) / 2);
    expect(() => ask(new View(index, known, [], upTo(steps - many * 20)))).toThrow(OverBudget);
    let left = 40;
    const abandoning = {
      goOn: () => {
        left -= 1;
        if (left < 0) throw new Abandoned();
      },
      tell: () => {},
    };
    expect(() => ask(new View(index, known, [], abandoning))).toThrow(Abandoned);
    expect(left).toBe(-1);
  });
});
