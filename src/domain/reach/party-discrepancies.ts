/**
 * Memberships and controls that do not fit: R1, R13.
 */

import type { Discrepancy, ReachDiscrepancy } from '../recording/discrepancy.ts';
import { controlDiscrepancies } from './controls.ts';
import { membershipDiscrepancies } from './memberships.ts';
import type { ControlFact, MembershipFact, PartyFact } from './party-facts.ts';

const isMembership = (fact: PartyFact): fact is MembershipFact =>
  fact.type === 'MembershipBegan' || fact.type === 'MembershipEnded';

const isControl = (fact: PartyFact): fact is ControlFact =>
  fact.type === 'ControlBegan' || fact.type === 'ControlEnded';

/** The beginnings of what lasted and the endings of what did not, among facts in any order. */
export const partyDiscrepancies = (
  facts: Iterable<PartyFact>,
): ReadonlyArray<Discrepancy<ReachDiscrepancy>> => {
  const all = [...facts];
  const memberships = Map.groupBy(all.filter(isMembership), ({ data }) => `${data.member}\n${data.group}`);
  const controls = Map.groupBy(
    all.filter(isControl),
    ({ data }) => `${data.controller}\n${data.controlled}\n${data.basis}`,
  );
  return [
    ...[...memberships.values()].flatMap(membershipDiscrepancies),
    ...[...controls.values()].flatMap(controlDiscrepancies),
  ].sort((a, b) => a.position - b.position);
};
