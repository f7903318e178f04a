/**
 * Paths: from a party, edge by edge, to the data. Each hop holds the rest of its path, so that paths share their ends.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { Instant } from '../time/instant.ts';
import { positions, type Span, sameSpans } from '../time/span.ts';
import type { EdgeKind } from './edge.ts';

/** One edge of a path, in one of its intervals, with the rest of the path. The last hop leads to the data. */
export interface Hop {
  readonly edge: EdgeKind;
  readonly from: string;
  readonly to: string;
  readonly span: Span;
  readonly rest: Hop | undefined;
  /** The edge as answers show it, once it was asked for: paths that share their ends share these. */
  shown: PathEdge | undefined;
}

/** An edge as answers show it: `began` and `ended` are its own interval, `events` those that opened and closed it. */
export interface PathEdge {
  readonly edge: EdgeKind;
  readonly to: string;
  readonly began: Instant;
  readonly ended: Instant;
  readonly events: ReadonlyArray<number>;
}

/** The hop before the rest of a path. */
export const hopBefore = (
  { edge, from, to }: Pick<Hop, 'edge' | 'from' | 'to'>,
  span: Span,
  rest: Hop | undefined,
): Hop => ({ edge, from, to, span, rest, shown: undefined });

/**
 * A path as a label has it, or as several labels have it one after the other, with the same pairs: an edge continues if
 * the next interval begins where one ends, like a replaced grant whose new terms also cover the data. The edges are
 * computed when they are needed, because most paths are never shown, and the cost grows with the number of edges.
 */
export class Path {
  private readonly labels: ReadonlyArray<Hop>;

  /** @param labels the first hop of each, in order of time. */
  constructor(labels: ReadonlyArray<Hop>) {
    this.labels = labels;
  }

  /** The first hop of the first label. */
  get hop(): Hop {
    return this.labels[0]!;
  }

  /** The edges, from the party to the data. */
  get edges(): ReadonlyArray<PathEdge> {
    const edges = edgesFrom(this.labels[0]);
    for (const label of this.labels.slice(1)) joinEdges(edges, label);
    return edges;
  }

  /** The positions of the events that opened the edges, as they are in the first label. */
  get opened(): ReadonlyArray<number> {
    const opened: number[] = [];
    for (let each: Hop | undefined = this.labels[0]; each !== undefined; each = each.rest)
      for (const position of each.span.opened) opened.push(position);
    return opened;
  }

  /** How many edges it has. */
  get length(): number {
    let length = 0;
    for (let each: Hop | undefined = this.labels[0]; each !== undefined; each = each.rest) length++;
    return length;
  }

  /** The two paths of the same pairs as one. */
  joinedBy(after: Path): Path {
    if (after.labels.length === 1 && this.labels.at(-1) === after.hop) return this;
    return new Path([...this.labels, ...after.labels]);
  }
}

const edgesFrom = (first: Hop | undefined): PathEdge[] => {
  const edges: PathEdge[] = [];
  for (let each: Hop | undefined = first; each !== undefined; each = each.rest) edges.push(shownEdge(each));
  return edges;
};

const shownEdge = (hop: Hop): PathEdge => {
  const { edge, to, span } = hop;
  hop.shown ??= { edge, to, began: span.from, ended: span.to, events: eventsOf(span) };
  return hop.shown;
};

/** Extends the edges by the intervals that they have in a later label. */
const joinEdges = (edges: PathEdge[], later: Hop): void => {
  let index = 0;
  for (let each: Hop | undefined = later; each !== undefined; each = each.rest, index++) {
    const [edge, other] = [edges[index]!, shownEdge(each)];
    if (edge === other || (edge.began === other.began && edge.ended === other.ended)) continue;
    edges[index] = {
      ...edge,
      began: Math.min(edge.began, other.began),
      ended: Math.max(edge.ended, other.ended),
      events: positions(edge.events, other.events),
    };
  }
};

/** The events that opened and closed the span. */
export const eventsOf = ({ opened, closed }: Span): ReadonlyArray<number> =>
  closed.length === 0 ? opened : positions(opened, closed);

/** Whether two paths have the same pairs of edge name and `to`. */
export const samePairs = (a: Hop | undefined, b: Hop | undefined): boolean => {
  let [one, other] = [a, b];
  while (one !== other) {
    if (one === undefined || other === undefined || one.edge !== other.edge || one.to !== other.to)
      return false;
    one = one.rest;
    other = other.rest;
  }
  return true;
};

/** Whether two paths have the same edges in the same intervals, opened and closed by the same events. */
export const sameHops = (a: Hop | undefined, b: Hop | undefined): boolean => {
  let [one, other] = [a, b];
  while (one !== other) {
    if (one === undefined || other === undefined) return false;
    if (one.edge !== other.edge || one.from !== other.from || one.to !== other.to) return false;
    if (one.span !== other.span && !sameSpans([one.span], [other.span])) return false;
    one = one.rest;
    other = other.rest;
  }
  return true;
};

/** R15: fewer edges first, then pair by pair. */
export const pathOrder = (a: Hop, b: Hop): number => {
  let order = 0;
  let [one, other]: [Hop | undefined, Hop | undefined] = [a, b];
  // Paths that share their ends have the same length from there on.
  while (one !== other) {
    if (one === undefined) return -1;
    if (other === undefined) return 1;
    if (order === 0) order = codeUnitOrder(one.edge, other.edge) || codeUnitOrder(one.to, other.to);
    one = one.rest;
    other = other.rest;
  }
  return order;
};

/** Whether the path leads from or through the party. */
export const passes = (hop: Hop, party: string): boolean => {
  for (let each: Hop | undefined = hop; each !== undefined; each = each.rest) {
    if (each.from === party) return true;
  }
  return false;
};
