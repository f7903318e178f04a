/**
 * The edges between parties: `member-of`, `employs` and `controls` of R13, each with its intervals.
 */
import { codeUnitOrder } from '../events/code-unit-order.ts';
import { controlSpans } from './controls.ts';
import { type PartyEdge, pairOrder } from './edge.ts';
import { type GroupKinds, membershipSpans } from './memberships.ts';
import type { MembershipFact, PartyFacts } from './party-facts.ts';

/** When a group was registered as an organisation, and when not. */
export type KindsOf = (group: string) => GroupKinds;

/** The edges that lead to the party: from its members, its employers and its controllers, in a fixed order. */
export const edgesInto = (facts: PartyFacts, kindsOf: KindsOf, party: string): ReadonlyArray<PartyEdge> => {
  const edges: PartyEdge[] = [];
  if (kindsOf(party).other.length > 0) {
    for (const [member, of] of Map.groupBy(facts.membershipsIn(party), ({ data }) => data.member))
      addMembership(edges, kindsOf, 'member-of', member, party, of);
  }
  for (const [group, of] of Map.groupBy(facts.membershipsOf(party), ({ data }) => data.group))
    addMembership(edges, kindsOf, 'employs', group, party, of);
  for (const [controller, of] of Map.groupBy(facts.controlsOf(party), ({ data }) => data.controller))
    add(edges, { edge: 'controls', from: controller, to: party, spans: controlSpans(of) });
  return edges.sort(intoOrder);
};

/** The edges that lead from the party: to its groups, its employees and those it controls, in the order of R15. */
export const edgesOutOf = (facts: PartyFacts, kindsOf: KindsOf, party: string): ReadonlyArray<PartyEdge> => {
  const edges: PartyEdge[] = [];
  for (const [group, of] of Map.groupBy(facts.membershipsOf(party), ({ data }) => data.group))
    addMembership(edges, kindsOf, 'member-of', party, group, of);
  if (kindsOf(party).organisation.length > 0) {
    for (const [member, of] of Map.groupBy(facts.membershipsIn(party), ({ data }) => data.member))
      addMembership(edges, kindsOf, 'employs', party, member, of);
  }
  for (const [controlled, of] of Map.groupBy(facts.controlsBy(party), ({ data }) => data.controlled))
    add(edges, { edge: 'controls', from: party, to: controlled, spans: controlSpans(of) });
  return edges.sort(pairOrder);
};

const intoOrder = (a: PartyEdge, b: PartyEdge): number =>
  codeUnitOrder(a.edge, b.edge) || codeUnitOrder(a.from, b.from);

const add = (edges: PartyEdge[], edge: PartyEdge): void => {
  if (edge.spans.length > 0) edges.push(edge);
};

const addMembership = (
  edges: PartyEdge[],
  kindsOf: KindsOf,
  edge: 'member-of' | 'employs',
  from: string,
  to: string,
  facts: ReadonlyArray<MembershipFact>,
): void => {
  const kind = edge === 'member-of' ? kindsOf(to).other : kindsOf(from).organisation;
  if (kind.length > 0) add(edges, { edge, from, to, spans: membershipSpans(facts, kind) });
};
