/**
 * R13: the edges between parties, over time.
 */
import { describe, expect, test } from 'vitest';
import { partyDiscrepancies } from '../../../src/domain/reach/party-discrepancies.ts';
import { isPartyFact } from '../../../src/domain/reach/party-facts.ts';
import type { Fact } from '../../../src/domain/recording/facts.ts';
import { beginning, formatInstant, never } from '../../../src/domain/time/instant.ts';
import { ReachIndex } from '../../../src/projections/reach/reach-index.ts';
import { told } from '../../support/told.ts';

const day = (instant: number): string | null =>
  instant === beginning || instant === never ? null : formatInstant(instant).slice(0, 10);

/** The edges out of the parties, as `from edge to`, from, to, opened, closed. */
const edges = (facts: ReadonlyArray<Fact>, ...parties: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const { parties: graph } = new ReachIndex(facts);
  return parties.flatMap((party) =>
    graph
      .outOf(party)
      .flatMap(({ edge, from, to, spans }) =>
        spans.map((span) => [
          `${from} ${edge} ${to}`,
          day(span.from),
          day(span.to),
          span.opened,
          span.closed,
        ]),
      ),
  );
};
const discrepancies = (facts: ReadonlyArray<Fact>): ReadonlyArray<unknown> =>
  partyDiscrepancies(facts.filter(isPartyFact)).map(({ position, code }) => [position, code]);

const member = { member: 'eve', group: 'usds' };
const owns = { controller: 'parent', controlled: 'child', basis: 'ownership' };
const leads = { ...owns, basis: 'board' };
const organisation = { party: 'usds', kind: 'organisation', name: 'USDS Inc.' };
const team = { party: 'usds', kind: 'team', name: 'USDS' };

describe('a membership', () => {
  test('leads from the member to a team, as long as it lasts', () => {
    const facts = told(
      ['2019-01-01', 'PartyRegistered', team],
      ['2020-01-01', 'MembershipBegan', member],
      ['2021-01-01', 'MembershipEnded', member],
    );
    expect(edges(facts, 'eve', 'usds')).toEqual([
      ['eve member-of usds', '2020-01-01', '2021-01-01', [2], [3]],
    ]);
  });

  test('leads to an unregistered group', () => {
    expect(edges(told(['2020-01-01', 'MembershipBegan', member]), 'eve', 'usds')).toEqual([
      ['eve member-of usds', '2020-01-01', null, [1], []],
    ]);
  });

  test('leads from an organisation to the member, even before it was registered as one', () => {
    const facts = told(
      ['2020-01-01', 'MembershipBegan', member],
      ['2024-01-01', 'PartyRegistered', organisation],
    );
    expect(edges(facts, 'eve', 'usds')).toEqual([['usds employs eve', '2020-01-01', null, [1], []]]);
  });

  test('reverses when a team becomes an organisation and when it ceases to be one', () => {
    const facts = told(
      ['2019-01-01', 'PartyRegistered', team],
      ['2020-01-01', 'MembershipBegan', member],
      ['2021-01-01', 'PartyRegistered', organisation],
      ['2022-01-01', 'PartyRegistered', { ...organisation, name: 'USDS Ltd.' }],
      ['2023-01-01', 'PartyRegistered', team],
    );
    expect(edges(facts, 'eve', 'usds')).toEqual([
      ['eve member-of usds', '2020-01-01', '2021-01-01', [2], [3]],
      ['eve member-of usds', '2023-01-01', null, [2, 5], []],
      ['usds employs eve', '2021-01-01', '2023-01-01', [2, 3], [5]],
    ]);
  });

  test('that ends and begins again at one instant continues; one that begins and ends at one instant never was', () => {
    const facts = told(
      ['2020-01-01', 'MembershipBegan', member],
      ['2021-01-01', 'MembershipEnded', member],
      ['2021-01-01', 'MembershipBegan', member],
      ['2021-01-01', 'MembershipBegan', { ...member, member: 'mallory' }],
      ['2021-01-01', 'MembershipEnded', { ...member, member: 'mallory' }],
    );
    expect(edges(facts, 'eve', 'mallory')).toEqual([['eve member-of usds', '2020-01-01', null, [1], []]]);
    expect(discrepancies(facts)).toEqual([]);
  });
});

describe('a control', () => {
  test('is one edge while it lasts on any basis, opened by the first and closed by the last', () => {
    const facts = told(
      ['2020-01-01', 'ControlBegan', { ...owns, share: 100 }],
      ['2021-01-01', 'ControlBegan', leads],
      ['2022-01-01', 'ControlEnded', owns],
      ['2023-01-01', 'ControlEnded', leads],
    );
    expect(edges(facts, 'parent')).toEqual([['parent controls child', '2020-01-01', '2023-01-01', [1], [4]]]);
  });

  test('continues if one basis takes over from the other', () => {
    const facts = told(
      ['2020-01-01', 'ControlBegan', owns],
      ['2021-01-01', 'ControlEnded', owns],
      ['2021-01-01', 'ControlBegan', leads],
    );
    expect(edges(facts, 'parent')).toEqual([['parent controls child', '2020-01-01', null, [1], []]]);
  });
});

test('changes nothing if it begins twice or ends without a begin, which is a discrepancy', () => {
  const facts = told(
    ['2020-01-01', 'MembershipBegan', member],
    ['2021-01-01', 'MembershipBegan', member],
    ['2022-01-01', 'MembershipEnded', member],
    ['2023-01-01', 'MembershipEnded', member],
    ['2020-01-01', 'ControlEnded', owns],
    ['2021-01-01', 'ControlBegan', owns],
    ['2022-01-01', 'ControlBegan', owns],
    ['2022-01-01', 'ControlEnded', leads],
  );
  expect(edges(facts, 'eve', 'parent')).toEqual([
    ['eve member-of usds', '2020-01-01', '2022-01-01', [1], [3]],
    ['parent controls child', '2021-01-01', null, [6], []],
  ]);
  expect(discrepancies(facts)).toEqual([
    [2, 'membership-already-began'],
    [4, 'membership-not-begun'],
    [5, 'control-not-begun'],
    [7, 'control-already-began'],
    [8, 'control-not-begun'],
  ]);
});

test('with a late beginning turns the apparent first one into a discrepancy', () => {
  const facts = told(['2021-01-01', 'ControlBegan', owns], ['2020-01-01', 'ControlBegan', owns]);
  expect(edges(facts, 'parent')).toEqual([['parent controls child', '2020-01-01', null, [2], []]]);
  expect(discrepancies(facts)).toEqual([[1, 'control-already-began']]);
});
