/**
 * What the party graph is made of: registrations, memberships and controls, found by the parties they name.
 */
import { type Fact, type FactOf, isFact } from '../recording/facts.ts';

export type Registration = FactOf<'PartyRegistered'>;
export type MembershipFact = FactOf<'MembershipBegan' | 'MembershipEnded'>;
export type ControlFact = FactOf<'ControlBegan' | 'ControlEnded'>;
/** A fact of the party graph. */
export type PartyFact = Registration | MembershipFact | ControlFact;

/** Finds facts by the parties they name, in any order. */
export interface PartyFacts {
  readonly registrations: (party: string) => ReadonlyArray<Registration>;
  readonly membershipsIn: (group: string) => ReadonlyArray<MembershipFact>;
  readonly membershipsOf: (member: string) => ReadonlyArray<MembershipFact>;
  readonly controlsOf: (controlled: string) => ReadonlyArray<ControlFact>;
  readonly controlsBy: (controller: string) => ReadonlyArray<ControlFact>;
}

/** Whether the fact is one of the party graph. */
export const isPartyFact = (fact: Fact): fact is Fact & PartyFact =>
  isFact(fact, 'PartyRegistered') ||
  isFact(fact, 'MembershipBegan') ||
  isFact(fact, 'MembershipEnded') ||
  isFact(fact, 'ControlBegan') ||
  isFact(fact, 'ControlEnded');
