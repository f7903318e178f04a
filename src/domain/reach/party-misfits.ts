/**
 * Memberships and controls that do not fit: R1, R13.
 */
import { controlMisfits } from './controls.ts';
import { membershipMisfits } from './memberships.ts';
import type { ReachMisfit } from './misfit.ts';
import type { ControlFact, MembershipFact, PartyFact } from './party-facts.ts';

/** The beginnings of what lasted and the endings of what did not, among facts in any order (R13). */
export const partyMisfits = (facts: Iterable<PartyFact>): ReadonlyArray<ReachMisfit> => {
  const memberships = new Map<string, MembershipFact[]>();
  const controls = new Map<string, ControlFact[]>();
  const put = <A>(map: Map<string, A[]>, key: string, fact: A): void => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [fact]);
    else list.push(fact);
  };
  for (const fact of facts) {
    if (fact.type === 'MembershipBegan' || fact.type === 'MembershipEnded') {
      put(memberships, `${fact.data.member} ${fact.data.group}`, fact as MembershipFact);
    } else if (fact.type === 'ControlBegan' || fact.type === 'ControlEnded') {
      const { controller, controlled, basis } = fact.data;
      put(controls, `${controller} ${controlled} ${basis}`, fact as ControlFact);
    }
  }
  return [
    ...[...memberships.values()].flatMap(membershipMisfits),
    ...[...controls.values()].flatMap(controlMisfits),
  ].sort((a, b) => a.position - b.position);
};
