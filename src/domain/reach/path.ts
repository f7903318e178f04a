/**
 * Paths: from a party, edge by edge, to the data. Each hop holds the rest of its path, so that paths share their ends.
 */

import type { Instant } from '../time/instant.ts';
import { positions, type Span } from '../time/span.ts';
import type { EdgeKind } from './edge.ts';

/** One edge of a path, in one of its intervals, with the rest of the path. The last hop leads to the data. */
export interface Hop {
  readonly edge: EdgeKind;
  readonly from: string;
  readonly to: string;
  readonly span: Span;
  readonly rest: Hop | undefined;
  /** The path written out, once it was asked for. */
  path: ReadonlyArray<PathEdge> | undefined;
}

/** An edge as answers show it: `began` and `ended` are its own interval, `events` those that opened and closed it. */
export interface PathEdge {
  readonly edge: EdgeKind;
  readonly to: string;
  readonly began: Instant;
  readonly ended: Instant;
  readonly events: ReadonlyArray<number>;
}

/** The path from the party of the hop to the data. */
export const pathOf = (hop: Hop): ReadonlyArray<PathEdge> => {
  if (hop.path === undefined) {
    const { edge, to, span, rest } = hop;
    const first = { edge, to, began: span.from, ended: span.to, events: eventsOf(span) };
    hop.path = rest === undefined ? [first] : [first, ...pathOf(rest)];
  }
  return hop.path;
};

/** The events that opened and closed the span. */
export const eventsOf = ({ opened, closed }: Span): ReadonlyArray<number> =>
  closed.length === 0 ? opened : positions(opened, closed);

/**
 * Two paths of the same pairs as one: an edge goes on where one interval of it ends and the next begins, as that of a
 * grant that was replaced does, while another of its terms covers the data.
 */
export const joinPaths = (
  before: ReadonlyArray<PathEdge>,
  after: ReadonlyArray<PathEdge>,
): ReadonlyArray<PathEdge> =>
  before === after
    ? before
    : before.map((edge, index) => {
        const other = after[index]!;
        if (edge.began === other.began && edge.ended === other.ended) return edge;
        return {
          ...edge,
          began: Math.min(edge.began, other.began),
          ended: Math.max(edge.ended, other.ended),
          events: positions(edge.events, other.events),
        };
      });

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

/** Whether the path leads from or through the party. */
export const passes = (hop: Hop, party: string): boolean => {
  for (let each: Hop | undefined = hop; each !== undefined; each = each.rest) {
    if (each.from === party) return true;
  }
  return false;
};
