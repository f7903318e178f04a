/**
 * What to close so that a party no longer reaches data: a smallest set of edges, by maximum flow and minimum cut.
 *
 * Every edge has the capacity of one unit. When no more can flow, everything that the party can still reach is on its
 * side of the cut. So if there are several smallest sets, the result is the one nearest the party, in any order of
 * augmenting.
 */

import type { Instant } from '../time/instant.ts';
import { intervalAt } from '../time/interval.ts';
import { type CutEdge, cutEdge, cutEdgeOrder } from './cut-edge.ts';
import type { DirectEdge, Edge } from './edge.ts';
import type { GoOn, Graph } from './reach.ts';

/** An edge of the flow network, with the one that takes its flow back. */
interface Arc {
  readonly edge: Edge | undefined;
  readonly to: string;
  capacity: number;
  readonly reverse: () => Arc;
}

/** The sink of the network; no party has an empty name. */
const theData = '';

/**
 * A smallest set of edges holding at the instant without which the party would not reach the data.
 *
 * @param direct every direct edge to the data, from whichever class.
 * @param reaching the parties that reach the data at the instant: edges to others do not count.
 */
export const minimumCut = (
  graph: Pick<Graph, 'outOf'>,
  direct: ReadonlyArray<DirectEdge>,
  reaching: (party: string) => boolean,
  party: string,
  at: Instant,
  goOn: GoOn = () => {},
): ReadonlyArray<CutEdge> => {
  const arcs = network(graph, direct, reaching, party, at);
  do goOn(arcs.size);
  while (augment(arcs, party));
  const near = reachableWith(arcs, party);
  return [...near.keys()]
    .flatMap((each) => arcs.get(each) ?? [])
    .filter(({ edge, to }) => edge !== undefined && !near.has(to))
    .map(({ edge }) => cutEdge(edge!, intervalAt(edge!.spans, at)!))
    .sort(cutEdgeOrder);
};

const network = (
  graph: Pick<Graph, 'outOf'>,
  direct: ReadonlyArray<DirectEdge>,
  reaching: (party: string) => boolean,
  party: string,
  at: Instant,
): Map<string, Arc[]> => {
  const arcs = new Map<string, Arc[]>();
  const connect = (edge: Edge, to: string): void => {
    const there: Arc = { edge, to, capacity: 1, reverse: () => reverse };
    const reverse: Arc = { edge: undefined, to: edge.from, capacity: 0, reverse: () => there };
    for (const [node, arc] of [
      [edge.from, there],
      [to, reverse],
    ] as const) {
      const list = arcs.get(node);
      if (list === undefined) arcs.set(node, [arc]);
      else list.push(arc);
    }
  };
  const directOf = Map.groupBy(direct, ({ from }) => from);
  const seen = new Set([party]);
  for (const each of seen) {
    // One edge closes off the data in all rows at its site.
    const known = new Set<string>();
    for (const edge of directOf.get(each) ?? []) {
      const key = `${edge.edge} ${edge.to}`;
      if (known.has(key) || intervalAt(edge.spans, at) === undefined) continue;
      known.add(key);
      connect(edge, theData);
    }
    for (const edge of graph.outOf(each)) {
      if (edge.to === each || !reaching(edge.to) || intervalAt(edge.spans, at) === undefined) continue;
      seen.add(edge.to);
      connect(edge, edge.to);
    }
  }
  return arcs;
};

/** What the party can still reach, and over which arc first. */
const reachableWith = (
  arcs: ReadonlyMap<string, ReadonlyArray<Arc>>,
  party: string,
): Map<string, Arc | undefined> => {
  const seen = new Map<string, Arc | undefined>([[party, undefined]]);
  for (const node of seen.keys()) {
    for (const arc of arcs.get(node) ?? []) if (arc.capacity > 0 && !seen.has(arc.to)) seen.set(arc.to, arc);
  }
  return seen;
};

/** Sends one more unit along a shortest augmenting path, if there is one. */
const augment = (arcs: ReadonlyMap<string, ReadonlyArray<Arc>>, party: string): boolean => {
  const by = reachableWith(arcs, party);
  if (!by.has(theData)) return false;
  for (let arc = by.get(theData); arc !== undefined; arc = by.get(arc.reverse().to)) {
    arc.capacity--;
    arc.reverse().capacity++;
  }
  return true;
};
