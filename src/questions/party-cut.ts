/** How a party reaches holdings: the graph of its paths, and the edges whose removal would end its reach. */

import type { PartyReachQuestion } from '../contract/questions/reach.ts';
import type { WirePartyCut } from '../contract/rows/reach.ts';
import { countedDataOf } from '../domain/policy/judged-holdings.ts';
import { simplePaths, wholeBudget } from '../domain/reach/all-paths.ts';
import { type CutEdge, cutEdgeOrder } from '../domain/reach/cut-edge.ts';
import type { DataPresence } from '../domain/reach/data-presence.ts';
import { directEdges } from '../domain/reach/direct-edges.ts';
import { explainCut } from '../domain/reach/explain-cut.ts';
import { heldPresences } from '../domain/reach/held-data.ts';
import { eventsOf, type Hop } from '../domain/reach/path.ts';
import type { Instant } from '../domain/time/instant.ts';
import { valueAt } from '../domain/time/varying.ts';
import { reachIndexOf, wireCut, wireCutEdge } from './reach.ts';
import type { View } from './view.ts';
import { wholeHistoryOf } from './whole-history.ts';

/** The holdings in question: those that match every given field. */
export type HoldingFilter = Pick<PartyReachQuestion, 'dataset' | 'population' | 'site' | 'backup'>;

interface Judged {
  readonly dataset: string;
  readonly site: string;
  readonly backup: string | null;
  readonly population: string | null;
}

const fits = (filter: HoldingFilter, { dataset, site, backup, population }: Judged): boolean =>
  (filter.dataset === undefined || filter.dataset === dataset) &&
  (filter.site === undefined || filter.site === site) &&
  (filter.backup === undefined || filter.backup === backup) &&
  (filter.population === undefined || filter.population === population);

/** The data in the holdings: of each subject with a grant over its own data, and of all others together. */
const staysOf = (view: View, filter: HoldingFilter): ReadonlyArray<DataPresence> =>
  countedDataOf(wholeHistoryOf(view).classes())
    .filter((data) => fits(filter, data))
    .flatMap((data) => heldPresences(reachIndexOf(view).grants, data));

/** Every edge of a path, with the party from which it leads. */
const edgesAlong = (first: Hop): ReadonlyArray<CutEdge> => {
  const edges: CutEdge[] = [];
  for (let hop: Hop | undefined = first; hop !== undefined; hop = hop.rest) {
    const { from, edge, to, span } = hop;
    edges.push({ from, edge, to, began: span.from, ended: span.to, events: eventsOf(span) });
  }
  return edges;
};

/** How the party reaches the holdings at the instant and what to close, or why it does not reach them. */
export const partyCut = (view: View, party: string, filter: HoldingFilter, at: Instant): WirePartyCut => {
  const reach = reachIndexOf(view);
  const presences = staysOf(view, filter);
  const cut = wireCut(party, explainCut(reach, presences, party, at));
  const direct = presences.flatMap((presence) => {
    const data = valueAt(presence.classes, at);
    return data === undefined ? [] : directEdges(reach, data);
  });
  const budget = wholeBudget(reach.goOn);
  const paths = simplePaths(reach.parties, direct, { from: at, to: at + 1 }, { party }, budget);
  const edges = new Map<string, CutEdge>();
  for (const { hop } of paths) {
    for (const edge of edgesAlong(hop)) edges.set(`${edge.from}\n${edge.edge}\n${edge.to}`, edge);
  }
  return {
    ...cut,
    edges: [...edges.values()].sort(cutEdgeOrder).map(wireCutEdge),
    limitMet: budget.met,
  };
};
