/** People who share their facts are counted as one: all counts are as if each were followed individually. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { countedAccess } from '../../src/domain/policy/counted-access.ts';
import type { JudgedHolding } from '../../src/domain/policy/judged-holding.ts';
import { judgedHoldingsOf } from '../../src/domain/policy/judged-holdings.ts';
import { unexplainedAccess } from '../../src/domain/reach/unexplained-access.ts';
import { formatInstant } from '../../src/domain/time/instant.ts';
import { accessesIn } from '../../src/questions/found-accesses.ts';
import { reachIndexOf } from '../../src/questions/reach.ts';
import { ResidencyFacts } from '../../src/questions/residency-facts.ts';
import { wholeHistoryOf } from '../../src/questions/whole-history.ts';
import { type Sent, sent } from '../support/given-events.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import {
  datasets,
  epoch,
  parties,
  populations,
  sites,
  someAuthority,
  subjects,
  worlds,
} from '../support/worlds.ts';

const instant = fc
  .record({ day: fc.nat(13), ms: fc.constantFrom(0, 0, 0, 1, 43_200_000) })
  .map(({ day, ms }) => formatInstant(epoch + day * 86_400_000 + ms));
const somePopulation = fc.constantFrom<string>(...populations);

/** People with only one enrolment, alone or in one event with others. */
const crowd = fc.array(
  fc.record({ time: instant, population: somePopulation, many: fc.integer({ min: 1, max: 4 }) }),
  { minLength: 3, maxLength: 14, size: 'max' },
);
const accesses = fc.array(
  fc.record({
    time: instant,
    party: fc.constantFrom<string>(...parties),
    dataset: fc.constantFrom<string>(...datasets),
    scope: fc.oneof(
      somePopulation.map((population) => ({ population })),
      fc.nat(5).map((enrolment) => ({ subject: `crowd-${enrolment}-0` })),
    ),
    site: fc.option(fc.constantFrom<string>(...sites), { nil: undefined }),
  }),
  { minLength: 2, maxLength: 6, size: 'max' },
);
/** Over the data of one person of whom nothing else is known. */
const grants = fc.array(
  fc.record({
    time: instant,
    party: fc.constantFrom<string>(...parties),
    dataset: fc.constantFrom<string>(...datasets),
    enrolment: fc.nat(5),
  }),
  { maxLength: 3, size: 'max' },
);

const people = (enrolment: number, many: number): ReadonlyArray<string> =>
  Array.from({ length: many }, (_, index) => `crowd-${enrolment}-${index}`);
const enrolled = (time: string, population: string, who: ReadonlyArray<string>, id: number): Sent =>
  who.length === 1
    ? sent(`crowd-${id}`, 'SubjectEnrolled', { subject: who[0], population }, { time })
    : sent(`crowd-${id}`, 'SubjectsEnrolled', { subjects: who, population }, { time });

/** The histories without order. */
const told = (histories: ReadonlyArray<JudgedHolding>): ReadonlyArray<string> =>
  histories
    .map(({ reached, ...history }) =>
      JSON.stringify({
        ...history,
        subjects: history.subjects.pieces(),
        reached: [...reached]
          .sort((a, b) => (a.party < b.party ? -1 : 1))
          // Separate or not, if all of them are reached, the number is that of all.
          .map(({ party, intervals, subjects: some = history.subjects }) => ({
            party,
            intervals,
            some: some.pieces(),
          })),
      }),
    )
    .sort();

it('counts of every class at every instant, and of every access, equal those of each person followed individually', () => {
  const seen = { steps: 0, accesses: 0, together: 0 };
  fc.assert(
    fc.property(
      worlds({ episodesMin: 6, except: ['SubjectForgotten'] }),
      crowd,
      accesses,
      grants,
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(1, 1, 0.7),
      (world, crowded, accessed, granted, every, share) => {
        const extra = [
          ...crowded.map(({ time, population, many }, index) =>
            enrolled(time, population, people(index, many), index),
          ),
          ...accessed.map(({ time, site, ...of }, index) =>
            sent(
              `access-${index}`,
              'AccessObserved',
              { ...of, action: 'read', ...(site === undefined ? {} : { site }) },
              { time },
            ),
          ),
          ...granted.map(({ time, party, dataset, enrolment }, index) =>
            sent(
              `grant-${index}`,
              'AccessGranted',
              {
                grant: `crowd-grant-${index}`,
                party,
                over: { dataset, scope: { subject: `crowd-${enrolment}-0` } },
                actions: ['read'],
              },
              { time },
            ),
          ),
        ];
        // Among the others, in log order.
        const log: unknown[] = [...world];
        for (const [index, event] of extra.entries())
          log.splice((index * every) % (log.length + 1), 0, event);
        const events = storedEvents(log, someAuthority);
        const view = projected(events).view(Math.ceil(events.length * share));
        const history = wholeHistoryOf(view);
        const reach = reachIndexOf(view);
        const histories = history.judged(view).map(([, judged]) => judged);

        const facts = new ResidencyFacts(view);
        for (const population of view.names('population', '', 100)) facts.addPopulation(population);
        for (const subject of [...subjects, ...crowded.flatMap(({ many }, index) => people(index, many))])
          facts.addSubject(subject);
        const alone = facts.fold();

        expect(told(histories)).toEqual(told(judgedHoldingsOf(alone, reach)));
        const ofAll = [...accessesIn(view, history)].sort((a, b) => a.access.event - b.access.event);
        expect(ofAll).toEqual(
          view.factsOf('accesses', 'all', 'AccessObserved').flatMap((access) => {
            const found = unexplainedAccess(reach, access, alone);
            return found === undefined ? [] : [countedAccess(alone, found)];
          }),
        );
        seen.steps += histories.reduce((sum, { subjects: steps }) => sum + steps.length, 0);
        seen.accesses += ofAll.length;
        for (const { cohorts } of history.classes())
          if (cohorts?.overTime().values.some((value) => value > 1)) seen.together++;
      },
    ),
    { numRuns: 400 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
});
