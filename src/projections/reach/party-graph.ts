/**
 * The graph of parties, kept up to date. Edges are folded from facts when they are first asked for, and kept until a
 * fact changes them; so a question costs what its own parties cost, whatever the size of the graph.
 */

import type { EventData } from '../../domain/events/catalogue.ts';
import type { PartyEdge } from '../../domain/reach/edge.ts';
import { type GroupKinds, groupKinds } from '../../domain/reach/memberships.ts';
import { edgesInto, edgesOutOf } from '../../domain/reach/party-edges.ts';
import type { PartyFact, PartyFacts } from '../../domain/reach/party-facts.ts';
import type { Parties } from '../../domain/reach/reach.ts';
import { type Owner, ownersIn } from '../../domain/reach/shares.ts';
import { type Described, describedBy } from '../../domain/recording/registrations.ts';
import { sameSpans } from '../../domain/time/span.ts';
import type { Varying } from '../../domain/time/varying.ts';

export class PartyGraph implements Parties {
  private readonly facts: PartyFacts;
  private readonly edgesInto = new Map<string, ReadonlyArray<PartyEdge>>();
  private readonly edgesOutOf = new Map<string, ReadonlyArray<PartyEdge>>();
  private readonly groups = new Map<string, GroupKinds>();
  private readonly descriptions = new Map<string, Varying<Described<EventData<'PartyRegistered'>>>>();
  private readonly ownersOf = new Map<string, ReadonlyArray<Owner>>();

  constructor(facts: PartyFacts) {
    this.facts = facts;
  }

  into(party: string): ReadonlyArray<PartyEdge> {
    let edges = this.edgesInto.get(party);
    if (edges === undefined) {
      edges = edgesInto(this.facts, this.kindsOf, party);
      this.edgesInto.set(party, edges);
    }
    return edges;
  }

  outOf(party: string): ReadonlyArray<PartyEdge> {
    let edges = this.edgesOutOf.get(party);
    if (edges === undefined) {
      edges = edgesOutOf(this.facts, this.kindsOf, party);
      this.edgesOutOf.set(party, edges);
    }
    return edges;
  }

  /** What the party was registered as, over time (R5). */
  description(party: string): Varying<Described<EventData<'PartyRegistered'>>> {
    let description = this.descriptions.get(party);
    if (description === undefined) {
      description = describedBy(this.facts.registrations(party));
      this.descriptions.set(party, description);
    }
    return description;
  }

  /** Who holds something of the party, and how much (R23). */
  owners(party: string): ReadonlyArray<Owner> {
    let owners = this.ownersOf.get(party);
    if (owners === undefined) {
      owners = ownersIn(this.facts.controlsOf(party));
      this.ownersOf.set(party, owners);
    }
    return owners;
  }

  /**
   * Forgets the edges that a fact made or unmade: to be told of each fact that was added to, or taken out of, the facts.
   *
   * @returns the parties that an edge with new intervals may lead to.
   */
  forget(fact: PartyFact): ReadonlyArray<string> {
    switch (fact.type) {
      case 'PartyRegistered':
        return this.forgetRegistration(fact.data.party);
      case 'MembershipBegan':
      case 'MembershipEnded': {
        const { group, member } = fact.data;
        const { organisation, other } = this.kindsOf(group);
        this.forgetEdges(group);
        this.forgetEdges(member);
        return [...(other.length > 0 ? [group] : []), ...(organisation.length > 0 ? [member] : [])];
      }
      case 'ControlBegan':
      case 'ControlEnded':
        this.edgesInto.delete(fact.data.controlled);
        this.ownersOf.delete(fact.data.controlled);
        this.edgesOutOf.delete(fact.data.controller);
        return [fact.data.controlled];
    }
  }

  /** Edges depend on when a group was registered as an organisation, and on nothing else of its registrations. */
  private forgetRegistration(party: string): ReadonlyArray<string> {
    this.descriptions.delete(party);
    const before = this.groups.get(party);
    this.groups.delete(party);
    if (before === undefined || sameSpans(before.organisation, this.kindsOf(party).organisation)) return [];
    const touched = [party, ...new Set(this.facts.membershipsIn(party).map(({ data }) => data.member))];
    for (const each of touched) this.forgetEdges(each);
    return touched;
  }

  private forgetEdges(party: string): void {
    this.edgesInto.delete(party);
    this.edgesOutOf.delete(party);
  }

  private readonly kindsOf = (group: string): GroupKinds => {
    let kinds = this.groups.get(group);
    if (kinds === undefined) {
      kinds = groupKinds(this.facts.registrations(group));
      this.groups.set(group, kinds);
    }
    return kinds;
  };
}
