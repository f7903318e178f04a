/**
 * Cedar's hierarchy of parties over time (R17): a party stands in its teams, employers, controllers and countries, and in what
 * those stand in.
 *
 * Unlike Cedar's entities, parties may control each other in a circle: then each stands in the other.
 */

import type { EventData } from '../events/catalogue.ts';
import type { Graph } from '../reach/reach.ts';
import type { Owner } from '../reach/shares.ts';
import type { Described } from '../recording/registrations.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { contains, type Interval, intervalAt, overlapOf, unchangedAround } from '../time/interval.ts';
import type { Span } from '../time/span.ts';
import { always, intersect, subtract, type Timeline, union } from '../time/timeline.ts';
import { type Piece, type Varying, valueAt, when } from '../time/varying.ts';
import { type Ancestry, noAncestry } from './cedar/request-history.ts';

/** A party directly above another: a team, an employer or a controller, and when. */
export interface Above {
  readonly party: string;
  readonly edge: 'member-of' | 'employs' | 'controls';
  readonly spans: ReadonlyArray<Span>;
}

/** What the hierarchy is made of. */
export interface PartyRegistry {
  readonly party: (id: string) => Varying<Described<EventData<'PartyRegistered'>>>;
  readonly above: (party: string) => ReadonlyArray<Above>;
  /** Who holds something of a party (R23). */
  readonly owners: (party: string) => ReadonlyArray<Owner>;
}

/** Who is directly above a party in the graph of parties: its groups, employers and controllers. */
export const aboveIn =
  (graph: Graph): PartyRegistry['above'] =>
  (party) => [
    ...graph
      .outOf(party)
      .filter(({ edge }) => edge === 'member-of')
      .map(({ edge, to, spans }) => ({ party: to, edge, spans })),
    ...graph
      .into(party)
      .filter(({ edge }) => edge !== 'member-of')
      .map(({ edge, from, spans }) => ({ party: from, edge, spans })),
  ];

interface Ancestors {
  readonly parties: ReadonlyMap<string, Timeline>;
  readonly countries: ReadonlyMap<string, Timeline>;
}

/** The ancestors of parties. Those of one party are found when they are first asked for. */
export class Hierarchy {
  private readonly registry: PartyRegistry;
  private readonly ancestors = new Map<string, Ancestors>();

  constructor(registry: PartyRegistry) {
    this.registry = registry;
  }

  /** When the party is in another one. */
  inParty(party: string, ancestor: string): Ancestry {
    return this.ancestry(party, `Party ${ancestor}`, this.ancestorsOf(party).parties.get(ancestor));
  }

  /** When the party is in the country: its own country, or that of a group or controller that it is in. */
  inCountry(party: string, country: string): Ancestry {
    return this.ancestry(party, `Country ${country}`, this.ancestorsOf(party).countries.get(country));
  }

  private ancestry(party: string, key: string, within: Timeline | undefined): Ancestry {
    if (within === undefined) return noAncestry;
    // Most questions are about instants between the same two changes as an earlier question.
    const known: Chain[] = [];
    const chainAt = (instant: Instant): Chain => {
      const last = known.find((chain) => contains(chain, instant));
      if (last !== undefined) return last;
      const chain = this.chainTo(party, key, instant);
      known.push(chain);
      return chain;
    };
    const eventsAgainst = (instant: Instant, since: Instant): ReadonlyArray<number> => {
      const last = within.findLast(({ to }) => to <= instant);
      return last === undefined || last.to < since ? [] : this.breaksAt(party, key, last.to);
    };
    return { within, unknown: [], eventsAt: (instant) => chainAt(instant).value, eventsAgainst };
  }

  /** The events that at an instant broke the chain which led from the party to the ancestor until then. */
  private breaksAt(party: string, key: string, instant: Instant): ReadonlyArray<number> {
    const before = instant - 1;
    const by = new Map<string, ReadonlyArray<number>>([[party, []]]);
    for (const [each, broken] of by) {
      if (`Party ${each}` === key && each !== party) return broken;
      const registered = this.registry.party(each);
      const was = intervalAt(registered, before);
      if (`Country ${was?.value.description.country}` === key)
        return was!.to === instant ? [...broken, ...(valueAt(registered, instant)?.events ?? [])] : broken;
      for (const { party: above, spans } of this.registry.above(each)) {
        const span = by.has(above) ? undefined : intervalAt(spans, before);
        if (span !== undefined) by.set(above, span.to === instant ? [...broken, ...span.closed] : broken);
      }
    }
    return [];
  }

  private ancestorsOf(party: string): Ancestors {
    let found = this.ancestors.get(party);
    if (found === undefined) {
      found = this.climb(party);
      this.ancestors.set(party, found);
    }
    return found;
  }

  private climb(party: string): Ancestors {
    const parties = new Map<string, Timeline>([[party, always]]);
    const countries = new Map<string, Timeline>();
    const waiting = new Set([party]);
    for (const each of waiting) {
      // Removed before its parents are visited; a later gain puts it back.
      waiting.delete(each);
      const here = parties.get(each)!;
      for (const { value } of this.registry.party(each)) {
        const { country } = value.description;
        if (country === undefined) continue;
        const registered = when(
          this.registry.party(each),
          ({ description }) => description.country === country,
        );
        countries.set(country, union(countries.get(country) ?? [], intersect(here, registered)));
      }
      for (const { party: above, spans } of this.registry.above(each)) {
        const before = parties.get(above) ?? [];
        const gained = subtract(intersect(here, spans), before);
        if (gained.length === 0) continue;
        parties.set(above, union(before, gained));
        waiting.add(above);
      }
    }
    return { parties, countries };
  }

  /** The events of a chain of the fewest steps from the party to the ancestor at the instant, and while it is that one. */
  private chainTo(party: string, key: string, instant: Instant): Chain {
    let unchanged: Interval = { from: beginning, to: never };
    const at = <I extends Interval>(intervals: ReadonlyArray<I>): I | undefined => {
      unchanged = overlapOf(unchanged, unchangedAround(intervals, instant));
      return intervalAt(intervals, instant);
    };
    const by = new Map<string, ReadonlyArray<number>>([[party, []]]);
    for (const [each, events] of by) {
      if (`Party ${each}` === key && each !== party) return { ...unchanged, value: events };
      const registered = at(this.registry.party(each))?.value;
      const country = registered?.description.country;
      if (registered !== undefined && country !== undefined && `Country ${country}` === key)
        return { ...unchanged, value: [...events, ...registered.events] };
      for (const { party: above, spans } of this.registry.above(each)) {
        const span = by.has(above) ? undefined : at(spans);
        if (span !== undefined) by.set(above, [...events, ...span.opened]);
      }
    }
    return { ...unchanged, value: [] };
  }
}

/** The events by which something is in something else, while they stay the same. */
type Chain = Piece<ReadonlyArray<number>>;
