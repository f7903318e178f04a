/** Questions about many movements: a truncated lineage says so, and long questions can be abandoned. */
import { describe, expect, it } from 'vitest';
import { never } from '../../src/domain/time/instant.ts';
import { staysAt, staysOfDataset } from '../../src/questions/holding-stays.ts';
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
])('of %i movements says that a limit was reached: %j', (known, limitMet) => {
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

  it.each(Object.entries(questions))('%s count their steps, and end once nobody waits', (_, ask) => {
    let steps = 0;
    const counted = {
      goOn: (more = 0) => {
        steps += more;
      },
      tell: () => {},
    };
    ask(new View(index, known, [], counted));
    // Each backup contains everybody enrolled before it was taken.
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

describe('of people with data of their own at a site', () => {
  const people = 2_500;
  const hour = 3_600_000;
  const own = (index: number) => ({ dataset: 'd', scope: { subject: `person-${index}` }, site: 'a' });
  const at = (hours: number) => ({ time: new Date(Date.UTC(2020, 0, 1) + hours * hour).toISOString() });
  // The later a person is named in the log, the earlier the data came and went.
  const events = storedEvents(
    Array.from({ length: people }, (_, index) => [
      sent(`placed-${index}`, 'DataPlaced', own(index), at(people - index)),
      sent(`deleted-${index}`, 'DataDeleted', own(index), at(people - index + 1)),
    ]).flat(),
  );
  const { view } = projected(events);

  it('the site held it as long as that of anybody was there, however many they are', () => {
    const stays = staysAt(view(events.length), 'a', { from: 0, to: never });

    expect(stays).toHaveLength(1);
    expect(stays[0]).toMatchObject({
      holding: { dataset: 'd', site: 'a', kind: 'live', backup: null, population: null },
      from: Date.UTC(2020, 0, 1) + hour,
      to: Date.UTC(2020, 0, 1) + (people + 1) * hour,
      opened: [2 * people - 1],
      closed: [2],
    });
    expect(staysOfDataset(view(events.length), 'd', { from: 0, to: never })).toEqual(stays);
  });

  it('the question counts what it does, and ends once it took more', () => {
    // Nobody asked as known then before.
    const { index, known } = view(events.length - 1);
    expect(() => staysAt(new View(index, known, [], upTo(people)), 'a', { from: 0, to: never })).toThrow(
      OverBudget,
    );
  });
});
