/**
 * Names full of spaces, separators and quotes change no answer except for the names in it. If keys were joined
 * names, two different things could become one.
 */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { classKey, overKey } from '../../src/domain/reach/data-class.ts';
import { edgeKinds } from '../../src/domain/reach/edge.ts';
import { reachOfSubject } from '../../src/domain/reach/reach-of-subject.ts';
import { reachTrail } from '../../src/domain/reach/reach-trail.ts';
import type { Fact } from '../../src/domain/recording/facts.ts';
import { foldResidency } from '../../src/domain/residency/fold-residency.ts';
import { always } from '../../src/domain/time/timeline.ts';
import { ReachIndex } from '../../src/projections/reach/reach-index.ts';
import { answersTo, questionsAbout } from '../support/answers.ts';
import { openWithClock } from '../support/clocked-ledger.ts';
import * as naive from '../support/naive-reach.ts';
import { oddNamesFor, renamed } from '../support/odd-names.ts';
import * as reachWorlds from '../support/reach-worlds.ts';
import { type LocalServer, newDataDirectory, removeDirectory } from '../support/server.ts';
import { datasets, parties, policies, populations, sites, subjects, worlds } from '../support/worlds.ts';

it('given odd names, different things have different keys', () => {
  const names = ['a', 'b', 'a a', 'a b', 'b a', 'b b'];
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 10, maxLength: 10 }), (picks) => {
      const [d, s, b, p, q, d2, s2, b2, p2, q2] = picks.map((pick) => names[pick]!) as [string, ...string[]];
      const classes = [
        { dataset: d, site: s!, backup: b!, subject: null, populations: [p!, q!] },
        { dataset: d2!, site: s2!, backup: b2!, subject: null, populations: [p2!, q2!] },
        { dataset: d2!, site: s2!, backup: b2!, subject: p2!, populations: [q2!] },
        { dataset: d2!, site: s2!, backup: b2!, subject: null, populations: [q2!] },
        { dataset: d2!, site: s2!, backup: null, subject: null, populations: [] },
      ];
      const overs = [
        { dataset: d },
        { dataset: d2!, scope: { population: p2! } },
        { dataset: d2!, scope: { subject: p2! } },
        { site: s! },
        { population: p! },
        { backup: b! },
        { dataset: `${d2} population ${p2}` },
        { dataset: `${d2} subject ${p2}` },
      ];
      const many = (all: ReadonlyArray<unknown>): number => new Set(all).size;
      expect(many(classes.map(classKey))).toBe(many(classes.map((each) => JSON.stringify(each))));
      expect(many(overs.map(overKey))).toBe(many(overs.map((each) => JSON.stringify(each))));
    }),
    { numRuns: 500 },
  );
});

const everything = always[0]!;

const namesOfReach = ['profile', 'messages', 'virginia', 'dublin', 'g1', 'g2', 'b1', 'b2'];
const plainOfReach = [
  ...namesOfReach,
  ...reachWorlds.parties,
  ...reachWorlds.populations,
  ...reachWorlds.subjects,
];

/**
 * Parties that collide with grants `x` and `x y`, and parties that collide as members and groups, or as ends of a
 * control relation.
 */
const ofGrants = { acme: 'x', bob: 'y x', ops: 'y y x', parent: 'y y y x', zed: 'y y y y x' };
const ofMembers = { acme: 'y x', bob: 'x', ops: 'x y', parent: 'x y x', zed: 'y' };

/** Colliding names: `x` at `y x` and `x y` at `x`, and so on. */
const meeting = [
  { ...ofGrants, profile: 'x', messages: 'x y', virginia: 'y x', dublin: 'x', 'us-users': 'x' },
  { ...ofMembers, profile: 'x', messages: 'x population x', virginia: 'x', dublin: 'y', 'us-users': 'x' },
  {
    ...ofGrants,
    profile: 'x',
    messages: 'x subject y',
    virginia: 'x',
    dublin: 'x controls x',
    'us-users': 'z',
  },
].map((things) => {
  const others = { g1: 'x', g2: 'x y', b1: 'x', b2: 'x y', 'eu-users': 'y', ana: 'y', chen: 'x' };
  return new Map<string, string>(Object.entries({ ...others, ...things }));
});

const party = fc.constantFrom(...reachWorlds.parties);
const granted = (position: number, grant: string, to: string): Fact =>
  reachWorlds.factAt(position, {
    type: 'AccessGranted',
    time: reachWorlds.epoch,
    data: { grant, party: to, over: { dataset: 'profile' }, actions: ['read'] },
  });

it('given odd names, who could reach a subject is the result of walking every path', () => {
  fc.assert(
    fc.property(
      reachWorlds.worlds(),
      fc.tuple(party, party),
      fc.oneof({ arbitrary: fc.constantFrom(...meeting), weight: 4 }, oddNamesFor(plainOfReach)),
      fc.constantFrom(...reachWorlds.subjects),
      fc.subarray([...edgeKinds], { minLength: 3 }),
      (world, [first, second], names, asked, via) => {
        const plain = [
          ...world,
          granted(world.length + 1, 'g1', first),
          granted(world.length + 2, 'g2', second),
        ];
        const facts = plain.map((fact) => renamed(fact, names));
        const people = new Set(reachWorlds.subjects.map((each) => names.get(each)!));
        const subject = names.get(asked)!;
        const residency = foldResidency(facts, (each) => people.has(each));
        const reach = new ReachIndex(facts);
        for (const kinds of [undefined, new Set(via)]) {
          const question = { at: 0, during: everything, ...(kinds === undefined ? {} : { via: kinds }) };
          const answer = reachOfSubject(reach, subject, residency, question);
          expect(
            answer.parties.flatMap(({ party, intervals }) =>
              intervals.map((interval) => ({ party, ...interval, path: interval.path.edges })),
            ),
          ).toEqual(naive.reachOf({ facts, residency }, subject, kinds));
        }
        const byPosition = new Map(facts.map((fact) => [fact.position, fact]));
        const trail = reachTrail(reach, subject, residency, (at) => byPosition.get(at));
        expect(trail.map(({ position }) => position)).toEqual(naive.trailOf({ facts, residency }, subject));
      },
    ),
    { numRuns: 200 },
  );
});

/** Those that are registered, and those that are only named. */
const others = ['b1', 'b2', 'b3', 'b4', 'g1', 'g2', 'g3', ...policies];
const things = [...populations, ...sites, ...datasets, ...parties, ...others];
/** People's names occur in no other name: nobody's identifier may occur there (R21). */
const oddPeople = new Map(
  ['Jörg Müller', "o'Neill, x", '宮本', '100% sure?', 'p+q@r', '#7 "s"']
    .sort()
    .map((odd, index) => [[...subjects].sort()[index]!, odd]),
);

/** Sentences contain names, and a finding's id is a hash of its subject. */
const notCompared: ReadonlySet<string> = new Set(['why', 'message', 'finding']);

const withNames = (value: unknown, names: ReadonlyMap<string, string>): unknown => {
  if (typeof value === 'string') return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((each) => withNames(each, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([field, each]) =>
      notCompared.has(field) ? [] : [[field, withNames(each, names)]],
    ),
  );
};

const answersOf = async (
  events: ReadonlyArray<unknown>,
  names: ReadonlyMap<string, string>,
  query: { readonly validAt: string; readonly minAssurance: string },
): Promise<ReadonlyArray<unknown>> => {
  const directory = newDataDirectory();
  // A fixed clock: the number of its readings differs between runs, and would affect the recorded times.
  const now = Date.UTC(2026, 0, 1);
  const server: LocalServer = await openWithClock(directory, () => now);
  try {
    await server.record(events);
    const swap = (all: readonly string[]): ReadonlyArray<string> =>
      all.map((each) => names.get(each) ?? each);
    const paths = questionsAbout({
      subjects: swap(subjects),
      sites: swap(sites),
      populations: swap(populations),
      datasets: swap(datasets),
      parties: swap(parties),
    });
    return Object.values(await answersTo(server, paths, { ...query, knownPosition: events.length }));
  } finally {
    await server.close();
    removeDirectory(directory);
  }
};

it('given odd names, every answer over HTTP is the one about plain names', async () => {
  await fc.assert(
    fc.asyncProperty(
      worlds({ except: ['SubjectForgotten', 'SigningKeyRotated'], episodesMax: 12 }),
      oddNamesFor(things),
      fc.record({
        validAt: fc.constantFrom('2020-01-06', '2021-01-01'),
        minAssurance: fc.constantFrom('claimed', 'observed'),
      }),
      async (plain, oddThings, query) => {
        const names = new Map([...oddThings, ...oddPeople]);
        const odd = plain.map((event) => renamed(event, names));
        const expected = await answersOf(plain, new Map(), query);
        expect(withNames(await answersOf(odd, names, query), new Map())).toEqual(withNames(expected, names));
      },
    ),
    { numRuns: 3 },
  );
});
