/** The engine of reach compared with brute force, on random worlds: R13 to R16. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overKey } from '../../src/domain/reach/data-class.ts';
import { dataPresencesOf } from '../../src/domain/reach/data-presence.ts';
import { type EdgeKind, edgeKinds } from '../../src/domain/reach/edge.ts';
import { explainCut } from '../../src/domain/reach/explain-cut.ts';
import type { ReachAnswer } from '../../src/domain/reach/reach-of.ts';
import { type CountedData, reachOfParty } from '../../src/domain/reach/reach-of-party.ts';
import { reachOfSubject } from '../../src/domain/reach/reach-of-subject.ts';
import { reachTrail } from '../../src/domain/reach/reach-trail.ts';
import { unexplainedAccess } from '../../src/domain/reach/unexplained-access.ts';
import type { Fact, FactOf } from '../../src/domain/recording/facts.ts';
import { populationOf } from '../../src/domain/residency/holding.ts';
import type { Residency } from '../../src/domain/residency/residency.ts';
import type { Interval } from '../../src/domain/time/interval.ts';
import { always, intersect } from '../../src/domain/time/timeline.ts';
import { ReachIndex } from '../../src/projections/reach/reach-index.ts';
import * as naive from '../support/naive-reach.ts';
import {
  anAccess,
  anInstant,
  anyFact,
  parties,
  residencyIn,
  subjects,
  worlds,
} from '../support/reach-worlds.ts';

const everything = always[0]!;
const aSubject = fc.constantFrom<string>(...subjects);
const aParty = fc.constantFrom<string>(...parties);
const someKinds = fc
  .subarray<EdgeKind>([...edgeKinds], { minLength: 3 })
  .map((kinds): ReadonlySet<EdgeKind> => new Set(kinds));

/** An answer as the naive model gives it. */
const flat = ({ parties }: ReachAnswer): readonly naive.Shown[] =>
  parties.flatMap(({ party, intervals }) =>
    intervals.map((interval) => ({ party, ...interval, path: interval.path.edges })),
  );

const overlaps = (a: Interval, b: Interval): boolean => a.from < b.to && b.from < a.to;

describe('who could reach a subject, along which path', () => {
  test('is what walking every path at every instant gives, with the intervals and events of each edge', () => {
    fc.assert(
      fc.property(worlds(), aSubject, (facts, subject) => {
        const residency = residencyIn(facts);
        const reach = new ReachIndex(facts);
        const answer = reachOfSubject(reach, subject, residency, { at: 0, during: everything });
        expect(flat(answer)).toEqual(naive.reachOf({ facts, residency }, subject));
        // The same if there are too many intervals to collect at once.
        const few = reachOfSubject(reach, subject, residency, { at: 0, during: everything }, 1);
        expect(flat(few)).toEqual(flat(answer));
      }),
      { numRuns: 200 },
    );
  });

  test('is the same with only some kinds of edges, along the fewest of those', () => {
    fc.assert(
      fc.property(worlds(), aSubject, someKinds, (facts, subject, via) => {
        const residency = residencyIn(facts);
        const reach = new ReachIndex(facts);
        const answer = reachOfSubject(reach, subject, residency, { at: 0, during: everything, via });
        expect(flat(answer)).toEqual(naive.reachOf({ facts, residency }, subject, via));
      }),
      { numRuns: 200 },
    );
  });

  test('is, asked for all paths, every path that visits no party twice', () => {
    fc.assert(
      fc.property(worlds(30), aSubject, (facts, subject) => {
        const residency = residencyIn(facts);
        const reach = new ReachIndex(facts);
        const question = { at: 0, during: everything, paths: 'all' } as const;
        const answer = reachOfSubject(reach, subject, residency, question);
        fc.pre(!answer.limitMet);
        expect(flat(answer)).toEqual(naive.allPathsOf({ facts, residency }, subject));
      }),
      { numRuns: 200 },
    );
  });

  test('is a part of the whole result: at an instant, between two, or for one party, each interval is whole', () => {
    fc.assert(
      fc.property(
        worlds(),
        aSubject,
        aParty,
        anInstant,
        anInstant,
        fc.constantFrom<(undefined | 'all')[]>(undefined, 'all'),
        (facts, subject, party, one, other, paths) => {
          const residency = residencyIn(facts);
          const reach = new ReachIndex(facts);
          const how = paths === undefined ? {} : { paths };
          const ask = (question: { at: number; during?: Interval; party?: string }): readonly naive.Shown[] =>
            flat(reachOfSubject(reach, subject, residency, { ...question, ...how }));
          const story = ask({ at: 0, during: everything });
          const [from, to] = [Math.min(one, other), Math.max(one, other) + 1];
          expect(ask({ at: one })).toEqual(story.filter((each) => each.from <= one && one < each.to));
          expect(ask({ at: 0, during: { from, to } })).toEqual(
            story.filter((each) => overlaps(each, { from, to })),
          );
          expect(ask({ at: 0, during: everything, party })).toEqual(
            story.filter((each) => each.party === party),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  test('does not depend on the order in which facts are given', () => {
    fc.assert(
      fc.property(
        worlds().chain((facts) =>
          fc.tuple(
            fc.constant(facts),
            fc.shuffledSubarray([...facts], { minLength: facts.length, maxLength: facts.length }),
          ),
        ),
        aSubject,
        ([facts, shuffled], subject) => {
          const question = { at: 0, during: everything, paths: 'all' } as const;
          const ask = (given: readonly Fact[]): ReachAnswer =>
            reachOfSubject(new ReachIndex(given), subject, residencyIn(given), question);
          expect(ask(shuffled)).toEqual(ask(facts));
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('an index that has answered before', () => {
  test('answers after late, corrected and retracted facts like one that knew them from the start', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom('retract', 'correct', 'add'), anyFact), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(worlds(), changes, (facts, changes) => {
        const index = new ReachIndex(facts);
        let now = [...facts];
        let next = facts.length;
        const ask = (reach: ReachIndex): readonly ReachAnswer[] =>
          subjects.map((subject) =>
            reachOfSubject(reach, subject, residencyIn(now), { at: 0, during: everything }),
          );
        ask(index);
        for (const [which, how, make] of changes) {
          const target = now[which % Math.max(1, now.length)];
          const removed = how === 'add' || target === undefined ? [] : [target];
          const position = how === 'correct' && target !== undefined ? target.position : ++next;
          const added = how === 'retract' ? [] : [{ ...make, position } as Fact];
          index.change(removed, added);
          now = [...now.filter((fact) => !removed.includes(fact)), ...added];
          expect(ask(index)).toEqual(ask(new ReachIndex(now)));
        }
      }),
      { numRuns: 200 },
    );
  });
});

const pairsOf = (path: readonly { readonly edge: string; readonly to: string }[]): readonly string[] =>
  path.map(({ edge, to }) => `${edge} ${to}`);

/** Every holding of a subject, split by the subject's population. */
const partsOf = (reach: ReachIndex, residency: Residency): readonly CountedData[] =>
  residency.presences.flatMap(({ subject, holding, from, to }): readonly CountedData[] => {
    const grantedOver =
      reach.grants.termsOver(overKey({ dataset: holding.dataset, scope: { subject } })).length > 0;
    const held = {
      dataset: holding.dataset,
      site: holding.site,
      backup: holding.kind === 'backup' ? holding.backup : null,
      population: populationOf(holding) ?? null,
      subject: grantedOver ? subject : null,
    };
    const memberships = residency.memberships.get(subject) ?? [];
    const first = memberships[0]?.from ?? to;
    return [
      { from, to: Math.min(first, to), memberOf: null },
      ...memberships.flatMap((piece) =>
        intersect([piece], [{ from, to }]).map((both) => ({ ...both, memberOf: piece.value.population })),
      ),
    ].flatMap(({ memberOf, ...interval }) =>
      interval.from < interval.to
        ? [
            {
              ...held,
              memberOf,
              present: [interval],
              subjects: (at: number) => (interval.from <= at && at < interval.to ? 1 : 0),
            },
          ]
        : [],
    );
  });

describe('what a party could reach', () => {
  test('is each holding with people whose data it reaches there, with their number', () => {
    fc.assert(
      fc.property(worlds(), aParty, anInstant, (facts, party, at) => {
        const residency = residencyIn(facts);
        const reach = new ReachIndex(facts);
        const told = reachOfParty(reach, party, partsOf(reach, residency), { at });
        const holdings = Map.groupBy(residency.presences, ({ holding }) =>
          [
            holding.dataset,
            populationOf(holding) ?? 'own',
            holding.site,
            holding.kind === 'backup' ? holding.backup : '',
          ].join(' '),
        );
        const expected = new Map<string, unknown>();
        for (const [key, presences] of holdings) {
          // Each presence alone, so that only this holding is behind its row.
          const paths = presences
            .map((presence) => ({ facts, residency: { ...residency, presences: [presence] } }))
            .map((world, index) =>
              naive.firstPathAt(world, naive.targetsOf(world, presences[index]!.subject), party, at),
            )
            .filter((path) => path !== undefined);
          if (paths.length === 0) continue;
          const first = [...paths].sort(naive.fewestFirst)[0]!;
          expected.set(key, { subjects: paths.length, path: pairsOf(first) });
        }
        const found = told.map((each) => [
          [each.dataset, each.population ?? 'own', each.site, each.backup ?? ''].join(' '),
          { subjects: each.subjects, path: pairsOf(each.path.edges) },
        ]);
        expect(new Map(found as [string, unknown][])).toEqual(expected);
        expect(told.every(({ from, to }) => from <= at && at < to)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an observed access', () => {
  test('is unexplained if no path led to that data at that instant', () => {
    fc.assert(
      fc.property(worlds(), anAccess, (facts, access) => {
        const residency = residencyIn(facts);
        const { scope, dataset, site, party } = access.data;
        const world = { facts, residency };
        const targets =
          'subject' in scope
            ? naive.targetsOf(world, scope.subject)
            : naive.targetsOfPopulation(world, scope.population);
        const there = targets.filter(
          ({ row }) => row.dataset === dataset && (site === undefined || row.site === site),
        );
        const found = unexplainedAccess(new ReachIndex(facts), access as FactOf<'AccessObserved'>, residency);
        expect(found === undefined).toBe(naive.reachesAt(world, there, party, access.time));
      }),
      { numRuns: 200 },
    );
  });
});

/** Every subset with a number of the items. */
const choices = <A>(items: readonly A[], many: number): readonly (readonly A[])[] =>
  many === 0
    ? [[]]
    : items.flatMap((item, index) =>
        choices(items.slice(index + 1), many - 1).map((rest) => [item, ...rest]),
      );

const named = ({ from, edge, to }: naive.Edge): string => `${from} ${edge} ${to}`;

describe('why a party has reach, or has none', () => {
  test('is explained by a smallest set of edges to close, or of ended edges that would have opened the path', () => {
    fc.assert(
      fc.property(worlds(), aSubject, aParty, anInstant, (facts, subject, party, at) => {
        const residency = residencyIn(facts);
        const reach = new ReachIndex(facts);
        const told = explainCut(reach, dataPresencesOf(reach.grants, residency, subject), party, at);
        const world = { facts, residency };
        const there = naive.targetsOf(world, subject).filter(({ presentAt }) => presentAt(at));
        const holding = naive.edgesBetween(world, there, at);
        const ended = naive
          .edgesEver(world, there, at)
          .filter((edge) => !holding.some((other) => named(other) === named(edge)));
        const open = (edges: readonly naive.Edge[]): boolean => naive.leads(edges, party);

        expect(told.reaches).toBe(open(holding));
        if (told.reaches) {
          const without = (closed: readonly naive.Edge[]): readonly naive.Edge[] =>
            holding.filter((edge) => !closed.some((other) => named(other) === named(edge)));
          expect(open(without(told.close))).toBe(false);
          const fewer = choices(holding, told.close.length - 1);
          expect(fewer.some((closed) => !open(without(closed)))).toBe(false);
        } else if (told.because === 'no-data') expect(there).toEqual([]);
        else if (told.because === 'no-chain') expect(open([...holding, ...ended])).toBe(false);
        else {
          expect(told.ended.map(named).every((edge) => ended.map(named).includes(edge))).toBe(true);
          expect(told.ended.every((edge) => edge.ended <= at)).toBe(true);
          expect(open([...holding, ...told.ended])).toBe(true);
          const fewer = choices(ended, told.ended.length - 1);
          expect(fewer.some((opened) => open([...holding, ...opened]))).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the reach of the trail', () => {
  test('has every event that opened or closed an edge of any path to the data, and no other', () => {
    fc.assert(
      fc.property(worlds(30), aSubject, (facts, subject) => {
        const residency = residencyIn(facts);
        const byPosition = new Map(facts.map((fact) => [fact.position, fact]));
        const trail = reachTrail(new ReachIndex(facts), subject, residency, (at) => byPosition.get(at));
        expect(trail.map(({ position }) => position)).toEqual(naive.trailOf({ facts, residency }, subject));
        expect(trail.every(({ why }) => why.length > 0 && !why.includes(subject))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
