/**
 * The graph of parties: R13. Its edges are `member-of`, `employs` and `controls`, each with its intervals.
 *
 * Edges are folded from facts when they are first asked for, and kept until the party is forgotten; so a question costs
 * what its own parties cost, whatever the size of the graph.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { EventData } from '../events/event-data.ts';
import { type Described, describedBy } from '../recording/registrations.ts';
import { beginning, never } from '../time/instant.ts';
import { type Varying, valueAt } from '../time/timeline.ts';
import { type PartyEdge, type PartyEdgeKind, pairOrder } from './edge.ts';
import type { ReachMisfit } from './misfit.ts';
import type { ControlFact, MembershipFact, PartyFact, PartyFacts, Registration } from './party-facts.ts';
import { foldLasting, mergeSpans, positions, type Span } from './span.ts';

/** What a walk over the graph needs. */
export interface Graph {
  /** The edges that lead to the party, in a fixed order. */
  readonly into: (party: string) => ReadonlyArray<PartyEdge>;
  /** The edges that lead from the party, in the order of R15. */
  readonly outOf: (party: string) => ReadonlyArray<PartyEdge>;
}

export type PartyDescription = EventData<'PartyRegistered'>;

const membershipCodes = { began: 'membership-already-began', ended: 'membership-not-begun' } as const;
const controlCodes = { began: 'control-already-began', ended: 'control-not-begun' } as const;

/** When a group was registered as an organisation, opened and closed by its registrations. */
const organisationSpans = (registrations: ReadonlyArray<Registration>): ReadonlyArray<Span> => {
  const pieces = describedBy(registrations);
  const spans = pieces.flatMap(({ from, to, value }, index): ReadonlyArray<Span> => {
    if (value.description.kind !== 'organisation') return [];
    const closed = to === never ? [] : (pieces[index + 1]?.value.events ?? []);
    return [{ from, to, opened: value.events, closed }];
  });
  return mergeSpans([spans, []]);
};

/** When a group was not registered as an organisation: the gaps between those, by the same registrations. */
const otherwise = (spans: ReadonlyArray<Span>): ReadonlyArray<Span> => {
  const out: Span[] = [];
  let before: Span | undefined;
  for (const span of spans) {
    const from = before?.to ?? beginning;
    if (from < span.from)
      out.push({ from, to: span.from, opened: before?.closed ?? [], closed: span.opened });
    before = span;
  }
  const from = before?.to ?? beginning;
  if (from < never) out.push({ from, to: never, opened: before?.closed ?? [], closed: [] });
  return out;
};

/** A membership while its group is of that kind; a change of kind opens and closes the edge as well. */
const membershipWhile = (
  memberships: ReadonlyArray<Span>,
  kind: ReadonlyArray<Span>,
): ReadonlyArray<Span> => {
  const out: Span[] = [];
  for (let i = 0, j = 0; i < memberships.length && j < kind.length; ) {
    const [membership, of] = [memberships[i]!, kind[j]!];
    const from = Math.max(membership.from, of.from);
    const to = Math.min(membership.to, of.to);
    if (from < to) {
      out.push({
        from,
        to,
        opened: positions(membership.opened, of.from >= membership.from ? of.opened : []),
        closed: positions(membership.to === to ? membership.closed : [], of.to === to ? of.closed : []),
      });
    }
    if (membership.to < of.to) i++;
    else j++;
  }
  return out;
};

/** A control on any basis (R13). */
const controlSpans = (facts: ReadonlyArray<ControlFact>): ReadonlyArray<Span> =>
  mergeSpans(
    [...Map.groupBy(facts, (fact) => fact.data.basis).values()].map(
      (ofBasis) => foldLasting(ofBasis, controlCodes).spans,
    ),
  );

const samePositions = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): boolean =>
  a.length === b.length && a.every((position, index) => position === b[index]);

const sameSpans = (a: ReadonlyArray<Span>, b: ReadonlyArray<Span>): boolean =>
  a.length === b.length &&
  a.every(({ from, to, opened, closed }, index) => {
    const other = b[index]!;
    return (
      from === other.from &&
      to === other.to &&
      samePositions(opened, other.opened) &&
      samePositions(closed, other.closed)
    );
  });

const intoOrder = (a: PartyEdge, b: PartyEdge): number =>
  codeUnitOrder(a.edge, b.edge) || codeUnitOrder(a.from, b.from);

interface Group {
  /** When it was registered as an organisation, and when not. */
  readonly organisation: ReadonlyArray<Span>;
  readonly other: ReadonlyArray<Span>;
}

export class PartyGraph implements Graph {
  private readonly facts: PartyFacts;
  private readonly edgesInto = new Map<string, ReadonlyArray<PartyEdge>>();
  private readonly edgesOutOf = new Map<string, ReadonlyArray<PartyEdge>>();
  private readonly groups = new Map<string, Group>();
  private readonly descriptions = new Map<string, Varying<Described<PartyDescription>>>();

  constructor(facts: PartyFacts) {
    this.facts = facts;
  }

  into(party: string): ReadonlyArray<PartyEdge> {
    const before = this.edgesInto.get(party);
    if (before !== undefined) return before;
    const edges: PartyEdge[] = [];
    if (this.group(party).other.length > 0) {
      for (const [member, facts] of Map.groupBy(
        this.facts.membershipsIn(party),
        (fact) => fact.data.member,
      )) {
        this.join(edges, 'member-of', member, party, facts);
      }
    }
    for (const [group, facts] of Map.groupBy(this.facts.membershipsOf(party), (fact) => fact.data.group)) {
      this.join(edges, 'employs', group, party, facts);
    }
    for (const [controller, facts] of Map.groupBy(
      this.facts.controlsOf(party),
      (fact) => fact.data.controller,
    )) {
      keep(edges, { edge: 'controls', from: controller, to: party, spans: controlSpans(facts) });
    }
    edges.sort(intoOrder);
    this.edgesInto.set(party, edges);
    return edges;
  }

  outOf(party: string): ReadonlyArray<PartyEdge> {
    const before = this.edgesOutOf.get(party);
    if (before !== undefined) return before;
    const edges: PartyEdge[] = [];
    for (const [group, facts] of Map.groupBy(this.facts.membershipsOf(party), (fact) => fact.data.group)) {
      this.join(edges, 'member-of', party, group, facts);
    }
    if (this.group(party).organisation.length > 0) {
      for (const [member, facts] of Map.groupBy(
        this.facts.membershipsIn(party),
        (fact) => fact.data.member,
      )) {
        this.join(edges, 'employs', party, member, facts);
      }
    }
    for (const [controlled, facts] of Map.groupBy(
      this.facts.controlsBy(party),
      (fact) => fact.data.controlled,
    )) {
      keep(edges, { edge: 'controls', from: party, to: controlled, spans: controlSpans(facts) });
    }
    edges.sort(pairOrder);
    this.edgesOutOf.set(party, edges);
    return edges;
  }

  /** What the party was registered as, over time (R5). */
  description(party: string): Varying<Described<PartyDescription>> {
    let description = this.descriptions.get(party);
    if (description === undefined) {
      description = describedBy(this.facts.registrations(party));
      this.descriptions.set(party, description);
    }
    return description;
  }

  /** What the party was registered as at the instant, if it was. */
  describedAt(party: string, instant: number): PartyDescription | undefined {
    return valueAt(this.description(party), instant)?.description;
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
        const { organisation, other } = this.group(group);
        this.forgetEdges(group);
        this.forgetEdges(member);
        return [...(other.length > 0 ? [group] : []), ...(organisation.length > 0 ? [member] : [])];
      }
      case 'ControlBegan':
      case 'ControlEnded':
        this.edgesInto.delete(fact.data.controlled);
        this.edgesOutOf.delete(fact.data.controller);
        return [fact.data.controlled];
    }
  }

  /** Edges depend on when a group was registered as an organisation, and on nothing else of its registrations. */
  private forgetRegistration(party: string): ReadonlyArray<string> {
    this.descriptions.delete(party);
    const before = this.groups.get(party);
    this.groups.delete(party);
    if (before === undefined || sameSpans(before.organisation, this.group(party).organisation)) return [];
    const touched = [party, ...new Set(this.facts.membershipsIn(party).map(({ data }) => data.member))];
    for (const each of touched) this.forgetEdges(each);
    return touched;
  }

  private forgetEdges(party: string): void {
    this.edgesInto.delete(party);
    this.edgesOutOf.delete(party);
  }

  private group(party: string): Group {
    let group = this.groups.get(party);
    if (group === undefined) {
      const organisation = organisationSpans(this.facts.registrations(party));
      group = { organisation, other: otherwise(organisation) };
      this.groups.set(party, group);
    }
    return group;
  }

  private join(
    edges: PartyEdge[],
    edge: 'member-of' | 'employs',
    from: string,
    to: string,
    facts: ReadonlyArray<MembershipFact>,
  ): void {
    const group = edge === 'member-of' ? this.group(to).other : this.group(from).organisation;
    if (group.length === 0) return;
    keep(edges, { edge, from, to, spans: membershipWhile(foldLasting(facts, membershipCodes).spans, group) });
  }
}

const keep = (edges: PartyEdge[], edge: PartyEdge & { readonly edge: PartyEdgeKind }): void => {
  if (edge.spans.length > 0) edges.push(edge);
};

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
    ...[...memberships.values()].flatMap((list) => foldLasting(list, membershipCodes).misfits),
    ...[...controls.values()].flatMap((list) => foldLasting(list, controlCodes).misfits),
  ].sort((a, b) => a.position - b.position);
};
