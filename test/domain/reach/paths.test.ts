/**
 * R15: which path is shown, and where its intervals end.
 */
import { describe, expect, test } from 'vitest';
import { pathsMax } from '../../../src/domain/reach/all-paths.ts';
import { type ReachQuestion, reachOf } from '../../../src/domain/reach/reach-of.ts';
import {
  type CountedData,
  reachOfParty as reachOfHoldings,
} from '../../../src/domain/reach/reach-of-party.ts';
import { reachOfSubject } from '../../../src/domain/reach/reach-of-subject.ts';
import type { Fact } from '../../../src/domain/recording/facts.ts';
import { foldResidency } from '../../../src/domain/residency/fold-residency.ts';
import { formatBound, never } from '../../../src/domain/time/instant.ts';
import { ReachIndex } from '../../../src/projections/reach/reach-index.ts';
import { on, told } from '../../support/told.ts';

const placed = ['2020-01-01', 'DataPlaced', { dataset: 'd', scope: { subject: 'ana' }, site: 's' }] as const;
const controls = (controller: string, controlled: string, basis = 'ownership'): object => ({
  controller,
  controlled,
  basis,
});
const grant = (id: string, party: string, more: object = {}): object => ({
  grant: id,
  party,
  over: { site: 's' },
  actions: ['read'],
  ...more,
});

const answer = (facts: ReadonlyArray<Fact>, question: Partial<ReachQuestion> = {}) =>
  reachOfSubject(
    new ReachIndex(facts),
    'ana',
    foldResidency(facts, () => true),
    { at: on('2024-01-01'), during: { from: 0, to: never }, ...question },
  );

/** The intervals of one party: from, to, and the path in words. */
const reachOfParty = (
  facts: ReadonlyArray<Fact>,
  party: string,
  question: Partial<ReachQuestion> = {},
): ReadonlyArray<unknown> =>
  answer(facts, { ...question, party }).parties.flatMap(({ intervals }) =>
    intervals.map(({ from, to, path }) => [
      formatBound(from)?.slice(0, 4),
      formatBound(to)?.slice(0, 4) ?? null,
      path.edges.map(({ edge, to }) => `${edge} ${to}`).join(', '),
    ]),
  );

describe('among several paths', () => {
  test('the one with the fewest edges is shown, in each interval', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'AccessGranted', grant('g', 'child')],
      ['2019-01-01', 'ControlBegan', controls('parent', 'between')],
      ['2019-01-01', 'ControlBegan', controls('between', 'child')],
      ['2021-01-01', 'ControlBegan', controls('parent', 'child')],
      ['2022-01-01', 'ControlEnded', controls('parent', 'child')],
    );
    expect(reachOfParty(facts, 'parent')).toEqual([
      ['2020', '2021', 'controls between, controls child, granted g'],
      ['2021', '2022', 'controls child, granted g'],
      ['2022', null, 'controls between, controls child, granted g'],
    ]);
  });

  test('the name of the edge is compared before its target', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'SiteRegistered', { site: 's', name: 'S', country: 'US', operator: 'p', owner: 'p' }],
      ['2019-01-01', 'AccessGranted', grant('z', 'p')],
      ['2021-01-01', 'AccessRevoked', { grant: 'z' }],
    );
    expect(reachOfParty(facts, 'p')).toEqual([
      ['2020', '2021', 'granted z'],
      ['2021', null, 'operates s'],
    ]);
  });

  test('the first pair decides, in code-unit order: capitals come first', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'AccessGranted', grant('a', 'b')],
      ['2019-01-01', 'AccessGranted', grant('z', 'B')],
      ['2019-01-01', 'ControlBegan', controls('p', 'b')],
      ['2019-01-01', 'ControlBegan', controls('p', 'B')],
    );
    expect(reachOfParty(facts, 'p')).toEqual([['2020', null, 'controls B, granted z']]);
  });

  test('an employee does not inherit the employer’s reach, an employer does inherit the employee’s', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'PartyRegistered', { party: 'firm', kind: 'organisation', name: 'Firm' }],
      ['2019-01-01', 'SiteTransferred', { site: 's', operator: 'firm' }],
      ['2019-01-01', 'MembershipBegan', { member: 'eve', group: 'firm' }],
      ['2019-01-01', 'PartyRegistered', { party: 'rival', kind: 'organisation', name: 'Rival' }],
      ['2021-01-01', 'MembershipBegan', { member: 'mole', group: 'rival' }],
      ['2021-01-01', 'AccessGranted', grant('g', 'mole')],
    );
    expect(reachOfParty(facts, 'eve')).toEqual([]);
    expect(reachOfParty(facts, 'rival')).toEqual([['2021', null, 'employs mole, granted g']]);
  });
});

describe('an interval ends where the presence or the pairs change, and nowhere else', () => {
  test('not where the grant was replaced', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'AccessGranted', grant('g', 'p', { expires: '2023-01-01' })],
      ['2022-01-01', 'AccessGranted', grant('g', 'p', { over: { dataset: 'd' }, actions: ['write'] })],
    );
    const [reach] = answer(facts).parties;
    expect(reach?.intervals.map((each) => ({ ...each, path: each.path.edges }))).toEqual([
      {
        from: on('2020-01-01'),
        to: never,
        holding: { dataset: 'd', site: 's', kind: 'live', backup: null },
        path: [{ edge: 'granted', to: 'g', began: on('2019-01-01'), ended: never, events: [2] }],
      },
    ]);
  });

  test('not where another basis of control took over, or the site was described again', () => {
    const site = { site: 's', name: 'S', country: 'US', operator: 'child' };
    const facts = told(
      placed,
      ['2019-01-01', 'SiteRegistered', site],
      ['2019-01-01', 'ControlBegan', controls('parent', 'child')],
      ['2021-01-01', 'ControlEnded', controls('parent', 'child')],
      ['2021-01-01', 'ControlBegan', controls('parent', 'child', 'board')],
      ['2022-01-01', 'SiteRegistered', { ...site, name: 'S again' }],
    );
    expect(reachOfParty(facts, 'parent')).toEqual([['2020', null, 'controls child, operates s']]);
  });

  test('where the data goes away and comes back', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'SiteTransferred', { site: 's', owner: 'p' }],
      ['2021-01-01', 'DataDeleted', { dataset: 'd', scope: { subject: 'ana' }, site: 's' }],
      ['2022-01-01', 'DataPlaced', { dataset: 'd', scope: { subject: 'ana' }, site: 's' }],
    );
    expect(reachOfParty(facts, 'p')).toEqual([
      ['2020', '2021', 'owns s'],
      ['2022', null, 'owns s'],
    ]);
  });
});

describe('a subject who changes from one population to another', () => {
  /** ana's data in Virginia is that of us-users throughout; from 2021 on she is in eu-users. */
  const passing = [
    ['2020-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'us-users' }],
    ['2020-01-01', 'DataPlaced', { dataset: 'd', scope: { population: 'us-users' }, site: 's' }],
    ['2021-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'eu-users' }],
  ] as const;

  test('is reached in one interval, through an edge with its whole interval, if another of its grants now covers her', () => {
    const facts = told(
      ...passing,
      ['2018-01-01', 'AccessGranted', grant('g', 'p', { over: { population: 'eu-users' } })],
      ['2019-01-01', 'AccessGranted', grant('g', 'p', { over: { population: 'us-users' } })],
    );
    const [reach] = answer(facts, { at: on('2020-06-01') }).parties;
    expect(reach?.intervals.map((each) => ({ ...each, path: each.path.edges }))).toEqual([
      {
        from: on('2020-01-01'),
        to: never,
        holding: { dataset: 'd', site: 's', kind: 'live', backup: null },
        path: [{ edge: 'granted', to: 'g', began: on('2018-01-01'), ended: never, events: [4, 5] }],
      },
    ]);
  });

  test('has whole intervals, whichever instant and paths are requested', () => {
    const facts = told(
      ...passing,
      ['2019-01-01', 'AccessGranted', grant('a', 'p', { over: { population: 'us-users' } })],
      ['2019-01-01', 'AccessGranted', grant('b', 'p', { over: { population: 'eu-users' } })],
    );
    const reachOfSubjectAt = (at: string, paths?: 'all'): ReadonlyArray<unknown> =>
      reachOfSubject(
        new ReachIndex(facts),
        'ana',
        foldResidency(facts, () => true),
        { at: on(at), ...(paths === undefined ? {} : { paths }) },
      ).parties.flatMap(({ intervals }) =>
        intervals.map(({ from, to, path }) => [
          formatBound(from)?.slice(0, 4),
          formatBound(to),
          path.edges[0]?.to,
        ]),
      );
    expect(reachOfSubjectAt('2022-01-01')).toEqual([['2020', null, 'a']]);
    expect(reachOfSubjectAt('2020-06-01', 'all')).toEqual([['2020', null, 'a']]);
    expect(reachOfSubjectAt('2022-01-01', 'all')).toEqual([
      ['2020', null, 'a'],
      ['2021', null, 'b'],
    ]);
  });
});

describe('what a party reaches in a holding whose people are treated differently', () => {
  test('is shown along the first path to any of them, and counts those reached', () => {
    const facts = told(
      ['2019-01-01', 'AccessGranted', grant('g', 'child', { over: { population: 'eu-users' } })],
      ['2019-01-01', 'ControlBegan', controls('p', 'child')],
      ['2021-01-01', 'AccessGranted', grant('h', 'p', { over: { population: 'uk-users' } })],
    );
    const part = (memberOf: string | null, people: number): CountedData => ({
      dataset: 'd',
      site: 's',
      backup: null,
      population: 'us-users',
      memberOf,
      subject: null,
      present: [{ from: on('2020-01-01'), to: never }],
      subjects: () => people,
    });
    const parts = [part('us-users', 5), part('eu-users', 2), part('uk-users', 1)];
    const found = reachOfHoldings(new ReachIndex(facts), 'p', parts, {
      at: on('2022-01-01'),
      during: { from: 0, to: never },
    });
    expect(
      found.map(({ from, to, subjects, path }) => [
        formatBound(from)?.slice(0, 4),
        formatBound(to)?.slice(0, 4),
        subjects,
        path.edges.map(({ edge, to }) => `${edge} ${to}`).join(', '),
      ]),
    ).toEqual([
      ['2020', '2021', 2, 'controls child, granted g'],
      ['2021', undefined, 3, 'granted h'],
    ]);
  });
});

describe('cycles', () => {
  test('of control and of membership terminate, and everybody in them reaches the data', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'AccessGranted', grant('g', 'a')],
      ['2019-01-01', 'ControlBegan', controls('a', 'b')],
      ['2019-01-01', 'ControlBegan', controls('b', 'c')],
      ['2019-01-01', 'ControlBegan', controls('c', 'a')],
      ['2019-01-01', 'MembershipBegan', { member: 'c', group: 'b' }],
      ['2019-01-01', 'MembershipBegan', { member: 'a', group: 'a' }],
    );
    expect(reachOfParty(facts, 'a')).toEqual([['2020', null, 'granted g']]);
    expect(reachOfParty(facts, 'b')).toEqual([['2020', null, 'controls c, controls a, granted g']]);
    expect(reachOfParty(facts, 'c')).toEqual([['2020', null, 'controls a, granted g']]);
  });
});

describe('asked for all paths', () => {
  test('those of more edges follow the shortest', () => {
    const facts = told(
      placed,
      ['2019-01-01', 'AccessGranted', grant('g', 'p')],
      ['2019-01-01', 'AccessGranted', grant('h', 'p')],
      ['2019-01-01', 'AccessGranted', grant('g2', 'q')],
      ['2019-01-01', 'ControlBegan', controls('p', 'q')],
      ['2019-01-01', 'ControlBegan', controls('q', 'p')],
    );
    expect(reachOfParty(facts, 'p', { paths: 'all' })).toEqual([
      ['2020', null, 'granted g'],
      ['2020', null, 'granted h'],
      ['2020', null, 'controls q, granted g2'],
    ]);
    expect(answer(facts, { paths: 'all' }).limitMet).toBe(false);
  });

  test('the answer says if there are more than it lists', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const everybody = names.flatMap((one) =>
      names.filter((other) => other !== one).map((other) => [one, other]),
    );
    const facts = told(
      placed,
      ['2019-01-01', 'SiteTransferred', { site: 's', operator: 'a' }],
      ...everybody.map(([one, other]) => ['2019-01-01', 'ControlBegan', controls(one!, other!)] as const),
    );
    const { parties, limitMet } = answer(facts, { paths: 'all' });
    expect(limitMet).toBe(true);
    expect(parties.flatMap(({ intervals }) => intervals)).toHaveLength(pathsMax);
    expect(answer(facts, {}).limitMet).toBe(false);
  });
});

describe('parties', () => {
  const facts = told(
    placed,
    ['2019-01-01', 'SiteTransferred', { site: 's', operator: 'firm', owner: 'nobody' }],
    ['2019-01-01', 'PartyRegistered', { party: 'firm', kind: 'team', name: 'A team' }],
    ['2022-01-01', 'PartyRegistered', { party: 'firm', kind: 'organisation', name: 'A firm' }],
  );
  const described = (at: string): ReadonlyArray<unknown> =>
    answer(facts, { at: on(at) }).parties.map(({ party, kind, name }) => [party, kind, name]);

  test('are described as at the requested instant; unregistered ones appear by their identifier', () => {
    expect(described('2021-12-31')).toEqual([
      ['firm', 'team', 'A team'],
      ['nobody', null, null],
    ]);
    expect(described('2022-01-01')).toEqual([
      ['firm', 'organisation', 'A firm'],
      ['nobody', null, null],
    ]);
  });
});

test('nobody reaches data that is nowhere', () => {
  expect(reachOf(new ReachIndex([]), [], { at: 0 })).toEqual({ parties: [], limitMet: false });
});
