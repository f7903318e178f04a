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

type Lists<A> = Map<string, A[]>;

const add = <A>(lists: Lists<A>, key: string, fact: A): void => {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [fact]);
  else list.push(fact);
};

const remove = <A extends { position: number }>(lists: Lists<A>, key: string, { position }: A): void => {
  const left = lists.get(key)?.filter((fact) => fact.position !== position) ?? [];
  if (left.length === 0) lists.delete(key);
  else lists.set(key, left);
};

const noFacts: ReadonlyArray<never> = [];

/** Facts of the party graph held in memory; they can be taken out again, when they were corrected. */
export class PartyFactIndex implements PartyFacts {
  private readonly byParty: Lists<Registration> = new Map();
  private readonly byGroup: Lists<MembershipFact> = new Map();
  private readonly byMember: Lists<MembershipFact> = new Map();
  private readonly byControlled: Lists<ControlFact> = new Map();
  private readonly byController: Lists<ControlFact> = new Map();

  readonly registrations = (party: string): ReadonlyArray<Registration> => this.byParty.get(party) ?? noFacts;
  readonly membershipsIn = (group: string): ReadonlyArray<MembershipFact> =>
    this.byGroup.get(group) ?? noFacts;
  readonly membershipsOf = (member: string): ReadonlyArray<MembershipFact> =>
    this.byMember.get(member) ?? noFacts;
  readonly controlsOf = (controlled: string): ReadonlyArray<ControlFact> =>
    this.byControlled.get(controlled) ?? noFacts;
  readonly controlsBy = (controller: string): ReadonlyArray<ControlFact> =>
    this.byController.get(controller) ?? noFacts;

  add(fact: PartyFact): void {
    this.change(fact, add);
  }

  /** Takes out the fact of that position, as it was added. */
  remove(fact: PartyFact): void {
    this.change(fact, remove);
  }

  private change(
    fact: PartyFact,
    how: <A extends { position: number }>(lists: Lists<A>, key: string, fact: A) => void,
  ): void {
    switch (fact.type) {
      case 'PartyRegistered':
        return how(this.byParty, fact.data.party, fact);
      case 'MembershipBegan':
      case 'MembershipEnded':
        how(this.byGroup, fact.data.group, fact as MembershipFact);
        return how(this.byMember, fact.data.member, fact as MembershipFact);
      case 'ControlBegan':
      case 'ControlEnded':
        how(this.byControlled, fact.data.controlled, fact as ControlFact);
        return how(this.byController, fact.data.controller, fact as ControlFact);
    }
  }
}
