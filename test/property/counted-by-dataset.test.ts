/**
 * After an event about a population, only the data of its dataset is counted again. Whatever else people's events say,
 * also as corrected, the answers equal those of a fresh process.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatInstant } from '../../src/domain/time/instant.ts';
import { allFindings } from '../../src/questions/findings.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import type { View } from '../../src/questions/view.ts';
import { wireFinding } from '../../src/questions/wire-finding.ts';
import { corrected, enrolled, retracted, type Sent, sent } from '../support/given-events.ts';
import { projected, projectedInStages, storedEvents } from '../support/ledger.ts';

const epoch = Date.UTC(2020, 0, 1);
const day = 86_400_000;
const time = fc.nat(6).map((days) => formatInstant(epoch + days * day));
const site = fc.constantFrom('virginia', 'singapore', 'dublin');
const dataset = fc.constantFrom('profile', 'messages');
const population = fc.constantFrom('us', 'eu');
const people = ['ana', 'ben', 'chen'];
const subject = fc.constantFrom(...people);

type Said = readonly [type: string, data: object];

/** Events about data of a scope. */
const aboutDataOf = (scope: fc.Arbitrary<object>): fc.Arbitrary<Said> => {
  const of = { dataset, scope };
  const moved = fc.record({ ...of, from: site, to: site }).filter(({ from, to }) => from !== to);
  return fc.oneof(
    fc.record({ ...of, site }).map((data) => ['DataPlaced', data] as const),
    moved.map((data) => ['DataMoved', data] as const),
    moved.map((data) => ['DataCopied', data] as const),
    fc.record({ ...of, site }).map((data) => ['DataDeleted', data] as const),
    {
      weight: 2,
      arbitrary: fc
        .record({ ...of, from: site, to: site, backup: fc.constantFrom('b1', 'b2'), expires: time })
        .map((data) => ['BackupTaken', data] as const),
    },
    fc.record({ ...of, party: fc.constant('acme') }).map((data) => {
      return ['AccessObserved', { ...data, action: 'read' }] as const;
    }),
  );
};

const aboutPerson: fc.Arbitrary<Said> = fc.oneof(
  { weight: 4, arbitrary: aboutDataOf(subject.map((each) => ({ subject: each }))) },
  fc.record({ subject }).map((data) => ['SubjectErased', data] as const),
  fc.record({ subject, dataset }).map((data) => ['SubjectErased', data] as const),
  fc.record({ subject, population }).map((data) => ['SubjectEnrolled', data] as const),
  fc
    .record({ backup: fc.constantFrom('b1', 'b2'), to: site })
    .map((data) => ['BackupRestored', data] as const),
);

const aboutPopulation = aboutDataOf(population.map((each) => ({ population: each })));

/**
 * What a correction changes: when it happened, when a backup expires, or all data, to that of another event of the type if
 * there is one among these.
 */
const changed = (nth: number, at: string, [type, data]: Said, by: ReadonlyArray<Said>): object => {
  if (type === 'BackupTaken' && nth % 2 === 0) return { data: { ...data, expires: at } };
  if (nth % 4 === 1) return { time: at };
  return { data: by.find((other) => other[0] === type && other[1] !== data)?.[1] ?? data };
};

const answers = (view: View): string =>
  JSON.stringify([
    allFindings(view).map((finding) => wireFinding(view, finding, epoch + 3 * day)),
    ['virginia', 'singapore', 'dublin'].map((each) => holdingsAt(view, each, epoch + 3 * day)),
  ]);

const registered: ReadonlyArray<Sent> = [
  sent('site-1', 'SiteRegistered', { site: 'virginia', name: 'V', country: 'US', operator: 'oracle' }),
  sent('policy', 'PolicyAdopted', {
    ...{ policy: 'none', title: 'Nothing anywhere', effectiveFrom: '2019-01-01T00:00:00Z' },
    cedar:
      'forbid(principal, action, resource); @id("overdue") forbid(principal, action, resource) when { resource.overdue };',
  }),
  ...people.map((each, index) => enrolled(`enrolled-${index}`, each, 'us', { time: '2020-01-03T00:00:00Z' })),
  ...people.map((each, index) => enrolled(`again-${index}`, each, 'us', { time: '2020-01-04T00:00:00Z' })),
];

it('given events about populations among those of people, each answer is that of a fresh process', () => {
  const seen = { ofPopulations: 0, corrections: 0, earlier: 0, findings: 0 };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(aboutPerson, aboutPopulation), time), {
        minLength: 10,
        maxLength: 16,
        size: 'max',
      }),
      fc.array(fc.tuple(fc.oneof(aboutPopulation, aboutPopulation, aboutPerson), time, fc.nat(99)), {
        minLength: 6,
        maxLength: 10,
        size: 'max',
      }),
      (before, after) => {
        const told = before.map(([[type, data], at], index) => sent(`t-${index}`, type, data, { time: at }));
        const said = before.map(([each]) => each);
        const later = after.flatMap(([[type, data], at, nth], index): ReadonlyArray<Sent> => {
          const target = nth % before.length;
          const event = sent(`l-${index}`, type, data, { time: at });
          if ('scope' in data && 'population' in (data.scope as object)) seen.ofPopulations++;
          if (nth % 3 !== 0) return [event];
          seen.corrections++;
          if (nth % 4 === 0) return [event, retracted(`r-${index}`, `t-${target}`)];
          const change = changed(nth, at, said[target]!, [...said.slice(target), ...said]);
          return [corrected(`c-${index}`, `t-${target}`, change), event];
        });
        const events = storedEvents([...registered, ...told, ...later]);
        const kept = projectedInStages(events);
        for (let upTo = registered.length + told.length; upTo <= events.length; upTo++) {
          kept.applyUpTo(upTo);
          for (const position of [upTo, upTo - 2]) {
            const answer = answers(kept.view(position, 'claimed'));
            const right = answers(projected(events.slice(0, upTo)).view(position, 'claimed'));
            if (answer !== right) expect(JSON.parse(answer)).toEqual(JSON.parse(right));
            expect(answer === right).toBe(true);
            if (position < upTo) seen.earlier++;
            if (answer.includes('"finding"')) seen.findings++;
          }
        }
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(40);
});

it('given a backup of a population whose expiry is corrected, when asked again, then it is overdue from then on', () => {
  const taken = {
    backup: 'b1',
    dataset: 'profile',
    scope: { population: 'us' },
    from: 'virginia',
    to: 'dublin',
  };
  const takes = sent(
    'b',
    'BackupTaken',
    { ...taken, expires: '2020-02-01T00:00:00Z' },
    { time: '2020-01-05T00:00:00Z' },
  );
  const corrects = corrected('c', 'b', { data: { ...taken, expires: '2020-03-01T00:00:00Z' } });
  const events = storedEvents([...registered, takes, corrects]);
  const kept = projectedInStages(events);
  const overdueFrom = (known: number): ReadonlyArray<number> =>
    allFindings(kept.view(known))
      .filter(({ rule, action }) => rule === 'overdue' && action === 'store')
      .map(({ from }) => from);
  kept.applyUpTo(events.length - 1);
  expect(overdueFrom(events.length - 1)).toEqual([Date.UTC(2020, 1, 1)]);
  kept.applyUpTo(events.length);
  expect(overdueFrom(events.length)).toEqual([Date.UTC(2020, 2, 1)]);
});
