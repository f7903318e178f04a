/**
 * The graph of parties, kept up to date. Edges are folded from facts on first use and cached until a fact changes
 * them. So the cost of a question depends on its own parties, not on the size of the graph.
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

/** The relations between parties (R13), with cached edges. */
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

  /** The description of the party over time (R5). */
  description(party: string): Varying<Described<EventData<'PartyRegistered'>>> {
    let description = this.descriptions.get(party);
    if (description === undefined) {
      description = describedBy(this.facts.registrations(party));
      this.descriptions.set(party, description);
    }
    return description;
  }

  /** The owners of shares in the party, with their shares (R23). */
  owners(party: string): ReadonlyArray<Owner> {
    let owners = this.ownersOf.get(party);
    if (owners === undefined) {
      owners = ownersIn(this.facts.controlsOf(party));
      this.ownersOf.set(party, owners);
    }
    return owners;
  }

  /**
   * Drops the edges that a fact affects; must be called for each fact that was added or removed.
   *
   * @returns the parties to which an edge with changed intervals may lead.
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

  /** Edges depend only on when a group was registered as an organisation, not on the rest of its registrations. */
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
