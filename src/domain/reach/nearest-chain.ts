/**
 * Why a party cannot reach data: among the chains of edges known up to then, the one with the fewest ended edges. It is
 * a 0-1 shortest path: an edge that holds costs nothing, an edge that ended costs one.
 */

import type { Instant } from '../time/instant.ts';
import { intervalAt } from '../time/interval.ts';
import type { Span } from '../time/span.ts';
import { type CutEdge, cutEdge } from './cut-edge.ts';
import { type DirectEdge, type Edge, pairOrder } from './edge.ts';
import type { Graph } from './reach.ts';

/** An edge of a chain; one that does not hold is shown in the interval in which it last did. */
export interface ChainEdge extends CutEdge {
  readonly holds: boolean;
}

/** The distance to the data: edges that ended, then edges. */
interface Distance {
  readonly ended: number;
  readonly edges: number;
}

/** The interval in which the edge holds at the instant, or last did before it. */
const spanBy = (
  { spans }: Edge,
  at: Instant,
): { readonly span: Span; readonly holds: boolean } | undefined => {
  const now = intervalAt(spans, at);
  if (now !== undefined) return { span: now, holds: true };
  const last = spans.findLast(({ to }) => to <= at);
  return last === undefined ? undefined : { span: last, holds: false };
};

/**
 * The chain from the party to the data that the fewest ended edges keep closed; among those the one of fewest edges, then
 * the first by R15. None where no edges ever known up to the instant lead there.
 *
 * @param direct every direct edge to the data, from whichever class.
 */
export const nearestChain = (
  graph: Graph,
  direct: ReadonlyArray<DirectEdge>,
  party: string,
  at: Instant,
): ReadonlyArray<ChainEdge> | undefined => {
  const distances = distancesToData(graph, direct, party, at);
  if (!distances.has(party)) return undefined;
  const chain: ChainEdge[] = [];
  const directOf = Map.groupBy(direct, ({ from }) => from);
  for (let each: string | undefined = party; each !== undefined; ) {
    const here: Distance = distances.get(each)!;
    const leads = (edge: Edge, next: Distance | undefined): boolean => {
      const by = spanBy(edge, at);
      return (
        by !== undefined &&
        next !== undefined &&
        here.edges === next.edges + 1 &&
        here.ended === next.ended + (by.holds ? 0 : 1)
      );
    };
    const [first] = [
      ...(directOf.get(each) ?? []).filter((edge) => leads(edge, { ended: 0, edges: 0 })),
      ...graph.outOf(each).filter((edge) => leads(edge, distances.get(edge.to))),
    ].sort(pairOrder) as [Edge];
    const { span, holds } = spanBy(first, at)!;
    chain.push({ ...cutEdge(first, span), holds });
    each = here.edges === 1 ? undefined : first.to;
  }
  return chain;
};

/** The distances of parties to the data, up to that of the party asked for. */
const distancesToData = (
  graph: Pick<Graph, 'into'>,
  direct: ReadonlyArray<DirectEdge>,
  party: string,
  at: Instant,
): ReadonlyMap<string, Distance> => {
  const settled = new Map<string, Distance>();
  // Parties by how many edges of their chain ended, then by how many edges it has; they are settled in that order.
  const met: string[][][] = [];
  const meet = (edge: Edge, next: Distance): void => {
    const by = spanBy(edge, at);
    if (by === undefined || settled.has(edge.from)) return;
    const [ended, edges] = [next.ended + (by.holds ? 0 : 1), next.edges + 1];
    const ofEnded = met[ended] ?? [];
    met[ended] = ofEnded;
    const sameDistance = ofEnded[edges] ?? [];
    ofEnded[edges] = sameDistance;
    sameDistance.push(edge.from);
  };
  for (const edge of direct) meet(edge, { ended: 0, edges: 0 });
  for (let ended = 0; ended < met.length; ended++) {
    for (let edges = 0; edges < (met[ended]?.length ?? 0); edges++) {
      for (const each of met[ended]?.[edges] ?? []) {
        if (settled.has(each)) continue;
        settled.set(each, { ended, edges });
        if (each === party) return settled;
        for (const edge of graph.into(each)) meet(edge, { ended, edges });
      }
    }
  }
  return settled;
};
