/** What keeps a party out or lets it in, what an access proves, and why an event is in the trail. */
import { describe, expect, test } from 'vitest';
import { dataPresencesOf } from '../../../src/domain/reach/data-presence.ts';
import { type CutExplanation, explainCut } from '../../../src/domain/reach/explain-cut.ts';
import { reachTrail } from '../../../src/domain/reach/reach-trail.ts';
import { unexplainedAccess } from '../../../src/domain/reach/unexplained-access.ts';
import type { Fact, FactOf } from '../../../src/domain/recording/facts.ts';
import { foldResidency } from '../../../src/domain/residency/fold-residency.ts';
import { never } from '../../../src/domain/time/instant.ts';
import { ReachIndex } from '../../../src/projections/reach/reach-index.ts';
import { on, told } from '../../support/told.ts';

const explain = (facts: ReadonlyArray<Fact>, party: string, at: string): CutExplanation => {
  const reach = new ReachIndex(facts);
  const residency = foldResidency(facts, () => true);
  return explainCut(reach, dataPresencesOf(reach.grants, residency, 'ana'), party, on(at));
};

/** TikTok's servers, run by TikTok; ByteDance controls it, and its engineers have a grant for a while. */
const world = told(
  ['2018-01-01', 'SubjectEnrolled', { subject: 'ana', population: 'us-users' }],
  ['2018-01-01', 'DataPlaced', { dataset: 'd', scope: { population: 'us-users' }, site: 'virginia' }],
  ['2018-01-01', 'SiteRegistered', { site: 'virginia', name: 'Virginia', country: 'US', operator: 'tiktok' }],
  ['2018-01-01', 'PartyRegistered', { party: 'bytedance', kind: 'organisation', name: 'ByteDance' }],
  ['2017-11-10', 'ControlBegan', { controller: 'bytedance', controlled: 'tiktok', basis: 'ownership' }],
  ['2019-01-01', 'MembershipBegan', { member: 'engineers', group: 'bytedance' }],
  [
    '2020-01-01',
    'AccessGranted',
    {
      grant: 'support',
      party: 'engineers',
      over: { population: 'us-users' },
      actions: ['read'],
      expires: '2022-01-01',
    },
  ],
  ['2023-01-01', 'ControlEnded', { controller: 'bytedance', controlled: 'tiktok', basis: 'ownership' }],
  ['2023-06-01', 'MembershipEnded', { member: 'engineers', group: 'bytedance' }],
);

describe('the cut for a party', () => {
  const control = {
    from: 'bytedance',
    edge: 'controls',
    to: 'tiktok',
    began: on('2017-11-10'),
    ended: on('2023-01-01'),
    events: [5, 8],
  };
  const employment = {
    from: 'bytedance',
    edge: 'employs',
    to: 'engineers',
    began: on('2019-01-01'),
    ended: on('2023-06-01'),
    events: [6, 9],
  };

  test('is the smallest set of edges to close, nearest the party', () => {
    expect(explain(world, 'bytedance', '2019-06-01')).toEqual({ reaches: true, close: [control] });
    expect(explain(world, 'bytedance', '2021-01-01')).toEqual({
      reaches: true,
      close: [control, employment],
    });
  });

  test('is one edge if all paths share it', () => {
    const shared = told(
      ['2018-01-01', 'DataPlaced', { dataset: 'd', scope: { subject: 'ana' }, site: 's' }],
      ['2018-01-01', 'DataPlaced', { dataset: 'e', scope: { subject: 'ana' }, site: 's' }],
      ['2018-01-01', 'SiteTransferred', { site: 's', operator: 'tiktok' }],
      ['2018-01-01', 'ControlBegan', { controller: 'a', controlled: 'b', basis: 'ownership' }],
      ['2018-01-01', 'ControlBegan', { controller: 'a', controlled: 'c', basis: 'ownership' }],
      ['2018-01-01', 'ControlBegan', { controller: 'b', controlled: 'tiktok', basis: 'ownership' }],
      ['2018-01-01', 'ControlBegan', { controller: 'c', controlled: 'tiktok', basis: 'ownership' }],
    );
    expect(explain(shared, 'a', '2020-01-01')).toMatchObject({
      reaches: true,
      close: [{ from: 'tiktok', edge: 'operates', to: 's' }],
    });
  });
});

describe('the reason why a party has no reach', () => {
  test('is the fewest edges whose end closed a path, and the path', () => {
    expect(explain(world, 'bytedance', '2023-02-01')).toEqual({
      reaches: false,
      because: 'ended',
      ended: [
        {
          from: 'bytedance',
          edge: 'controls',
          to: 'tiktok',
          began: on('2017-11-10'),
          ended: on('2023-01-01'),
          events: [5, 8],
        },
      ],
      chain: [
        {
          from: 'bytedance',
          edge: 'controls',
          to: 'tiktok',
          began: on('2017-11-10'),
          ended: on('2023-01-01'),
          events: [5, 8],
          holds: false,
        },
        {
          from: 'tiktok',
          edge: 'operates',
          to: 'virginia',
          began: Number.NEGATIVE_INFINITY,
          ended: never,
          events: [3],
          holds: true,
        },
      ],
    });
  });

  test('can be an expired grant, which is an edge that ended', () => {
    expect(explain(world, 'engineers', '2022-06-01')).toMatchObject({
      reaches: false,
      because: 'ended',
      ended: [{ from: 'engineers', edge: 'granted', to: 'support', ended: on('2022-01-01'), events: [7] }],
    });
  });

  test('does not include edges that begin later', () => {
    expect(explain(world, 'engineers', '2019-06-01')).toEqual({ reaches: false, because: 'no-chain' });
    expect(explain(world, 'nobody', '2021-01-01')).toEqual({ reaches: false, because: 'no-chain' });
  });

  test('can be that there is nothing to reach', () => {
    expect(explain(world, 'tiktok', '2017-12-31')).toEqual({ reaches: false, because: 'no-data' });
  });
});

describe('an observed access', () => {
  const access = (when: string, data: object): FactOf<'AccessObserved'> => ({
    ...(told([
      when,
      'AccessObserved',
      { party: 'engineers', dataset: 'd', scope: { population: 'us-users' }, action: 'read', ...data },
    ])[0] as FactOf<'AccessObserved'>),
    position: 42,
  });
  const found = (fact: FactOf<'AccessObserved'>): unknown =>
    unexplainedAccess(
      new ReachIndex(world),
      fact,
      foldResidency(world, () => true),
    );

  test('by a party with a path to it is explained', () => {
    expect(found(access('2021-12-31', {}))).toBeUndefined();
    expect(found(access('2021-12-31', { scope: { subject: 'ana' } }))).toBeUndefined();
    expect(found(access('2021-12-31', { site: 'virginia' }))).toBeUndefined();
  });

  test('by a party without one is a finding', () => {
    expect(found(access('2022-01-01', {}))).toEqual({
      finding: 'unexplained-access',
      event: 42,
      party: 'engineers',
      dataset: 'd',
      scope: { population: 'us-users' },
      site: null,
      at: on('2022-01-01'),
    });
    expect(found(access('2022-01-01', { scope: { subject: 'ana' } }))).toMatchObject({
      finding: 'unexplained-access',
    });
  });

  test('at a site where the data was not, or to data that was nowhere, is a finding', () => {
    expect(found(access('2021-12-31', { site: 'singapore' }))).toMatchObject({ site: 'singapore' });
    expect(found(access('2021-12-31', { dataset: 'e' }))).toMatchObject({ dataset: 'e' });
    expect(found(access('2021-12-31', { scope: { subject: 'ben' } }))).toMatchObject({
      scope: { subject: 'ben' },
    });
  });
});

describe('the reach of the trail', () => {
  const trail = (facts: ReadonlyArray<Fact>): ReadonlyArray<unknown> => {
    const byPosition = new Map(facts.map((fact) => [fact.position, fact]));
    return reachTrail(
      new ReachIndex(facts),
      'ana',
      foldResidency(facts, () => true),
      (position) => byPosition.get(position),
    ).map(({ position, why }) => [position, why]);
  };

  test('says what each event opened or closed', () => {
    expect(trail(world)).toEqual([
      [3, "tiktok was registered as the operator of virginia, which held this person's d."],
      [
        4,
        "bytedance was registered as an organisation, so that it employed its member engineers, who could reach this person's d at virginia.",
      ],
      [5, "bytedance came to control tiktok, which could reach this person's d at virginia."],
      [6, "bytedance came to employ engineers, who could reach this person's d at virginia."],
      [
        7,
        "Grant support let engineers reach this person's d at virginia, until 2022-01-01T00:00:00.000Z at the latest.",
      ],
      [8, "bytedance no longer controlled tiktok, which could reach this person's d at virginia."],
    ]);
  });

  test('includes a grant that was replaced, and one that ended one path and opened another', () => {
    const over = { site: 's' };
    const facts = told(
      ['2018-01-01', 'DataPlaced', { dataset: 'd', scope: { subject: 'ana' }, site: 's' }],
      ['2019-01-01', 'AccessGranted', { grant: 'g', party: 'p', over, actions: ['read'] }],
      ['2020-01-01', 'AccessGranted', { grant: 'g', party: 'p', over: { dataset: 'd' }, actions: ['read'] }],
      ['2021-01-01', 'AccessGranted', { grant: 'g', party: 'q', over, actions: ['read'] }],
      ['2022-01-01', 'AccessRevoked', { grant: 'g' }],
      ['2023-01-01', 'AccessRevoked', { grant: 'g' }],
    );
    expect(trail(facts)).toEqual([
      [2, "Grant g let p reach this person's d at s."],
      [3, "Grant g let p reach this person's d at s."],
      [
        4,
        "Grant g was given anew, on terms by which p no longer reached this person's d at s. Grant g let q reach this person's d at s.",
      ],
      [5, "The revocation of grant g ended the reach it gave q, of this person's d at s."],
    ]);
  });

  test('includes a site that changed hands, teams, and a team that became an organisation', () => {
    const facts = told(
      ['2018-01-01', 'DataPlaced', { dataset: 'd', scope: { subject: 'ana' }, site: 's' }],
      ['2019-01-01', 'SiteTransferred', { site: 's', operator: 'ops' }],
      ['2019-01-01', 'PartyRegistered', { party: 'ops', kind: 'team', name: 'Ops' }],
      ['2020-01-01', 'MembershipBegan', { member: 'eve', group: 'ops' }],
      ['2021-01-01', 'PartyRegistered', { party: 'ops', kind: 'organisation', name: 'Ops Inc.' }],
      ['2022-01-01', 'SiteTransferred', { site: 's', operator: 'others' }],
    );
    expect(trail(facts)).toEqual([
      [2, "ops became the operator of s, which held this person's d."],
      [4, "eve became a member of ops, which could reach this person's d at s."],
      [
        5,
        "ops was registered as an organisation, so that its member eve no longer shared in its reach of this person's d at s.",
      ],
      [
        6,
        "ops was no longer the operator of s, which held this person's d. others became the operator of s, which held this person's d.",
      ],
    ]);
  });

  test('leaves out what opened no path to the data', () => {
    const facts = told(
      ['2018-01-01', 'DataPlaced', { dataset: 'd', scope: { subject: 'ana' }, site: 's' }],
      ['2018-06-01', 'SiteTransferred', { site: 'elsewhere', operator: 'p' }],
      ['2019-01-01', 'MembershipBegan', { member: 'eve', group: 'ops' }],
      ['2019-01-01', 'ControlBegan', { controller: 'x', controlled: 'y', basis: 'statute' }],
    );
    expect(trail(facts)).toEqual([]);
  });
});
