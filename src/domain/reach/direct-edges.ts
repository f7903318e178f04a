/**
 * The edges from parties to data: `granted`, `operates` and `owns` of R13.
 */

import type { Described, SiteDescription } from '../recording/registrations.ts';
import { never } from '../time/instant.ts';
import { mergeSpans, type Span } from '../time/span.ts';
import type { Varying } from '../time/varying.ts';
import { type DataClass, overKeysOf } from './data-class.ts';
import type { DirectEdge } from './edge.ts';
import type { Grants, GrantTerm } from './grants.ts';

/** What each site was described as, over time (R5): empty where nothing is known. */
export type Sites = (site: string) => Varying<Described<SiteDescription>>;

/** Every direct edge to data of the class, whenever it held. */
export const directEdges = (
  { grants, sites }: { readonly grants: Grants; readonly sites: Sites },
  data: DataClass,
): ReadonlyArray<DirectEdge> => [
  ...grantedEdges(overKeysOf(data).flatMap((key) => grants.termsOver(key))),
  ...siteEdges(data.site, sites(data.site), 'operates'),
  ...siteEdges(data.site, sites(data.site), 'owns'),
];

/** A grant replaced without a gap by one of the same id to the same party, also over this data, is the same edge. */
const grantedEdges = (terms: ReadonlyArray<GrantTerm>): ReadonlyArray<DirectEdge> =>
  [...Map.groupBy(terms, ({ grant, party }) => `${grant}\n${party}`).values()].map((same) => ({
    edge: 'granted',
    from: same[0]!.party,
    to: same[0]!.grant,
    spans: mergeSpans(same.map((term) => [term])),
  }));

/** While the site keeps its operator or owner it is the same edge, even if a later event names the same party again. */
const siteEdges = (
  site: string,
  described: Varying<Described<SiteDescription>>,
  edge: 'operates' | 'owns',
): ReadonlyArray<DirectEdge> => {
  const [who, by] =
    edge === 'operates' ? (['operator', 'operatorBy'] as const) : (['owner', 'ownerBy'] as const);
  const spans = new Map<string, Span[]>();
  described.forEach(({ from, to, value }, index) => {
    const party = value.description[who];
    if (party === undefined) return;
    const openedBy = value.description[by];
    const next = described[index + 1]?.value;
    // An owner that a new registration leaves out is ended by that registration.
    const closedBy = to === never ? undefined : (next?.description[by] ?? next?.events[0]);
    const span: Span = {
      from,
      to,
      opened: openedBy === undefined ? [] : [openedBy],
      closed: closedBy === undefined ? [] : [closedBy],
    };
    const list = spans.get(party);
    if (list === undefined) spans.set(party, [span]);
    else list.push(span);
  });
  return [...spans].map(([party, list]) => ({
    edge,
    from: party,
    to: site,
    spans: mergeSpans(list.map((span) => [span])),
  }));
};
