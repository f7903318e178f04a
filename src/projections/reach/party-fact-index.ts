/** Facts of the graph of parties in memory, indexed by the parties that they name. */
import type {
  ControlFact,
  MembershipFact,
  PartyFact,
  PartyFacts,
  Registration,
} from '../../domain/reach/party-facts.ts';

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

/** Facts can be removed again when they are corrected. */
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

  /** Removes the fact of that position exactly as it was added. */
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
