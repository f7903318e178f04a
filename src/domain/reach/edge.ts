/**
 * Edges of the graph of who reaches what: the rows of R13's table, each edge with the intervals in which it held.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { Span } from '../time/span.ts';

/** The six edges of R13, in code-unit order. */
export const edgeKinds = ['controls', 'employs', 'granted', 'member-of', 'operates', 'owns'] as const;
export type EdgeKind = (typeof edgeKinds)[number];
/** Edges between parties. */
export type PartyEdgeKind = 'controls' | 'employs' | 'member-of';
/** Edges from a party to a holding. */
export type DirectEdgeKind = 'granted' | 'operates' | 'owns';

/**
 * An edge from a party to the next party; of a direct edge, `to` is the site or the grant. Its spans are in order,
 * disjoint, and not adjacent.
 */
export interface Edge<K extends EdgeKind = EdgeKind> {
  readonly edge: K;
  readonly from: string;
  readonly to: string;
  readonly spans: ReadonlyArray<Span>;
}
export type PartyEdge = Edge<PartyEdgeKind>;
export type DirectEdge = Edge<DirectEdgeKind>;

/** What R15 compares of a hop of a path: the name of the edge before where it leads. */
export const pairOrder = (a: Pick<Edge, 'edge' | 'to'>, b: Pick<Edge, 'edge' | 'to'>): number =>
  codeUnitOrder(a.edge, b.edge) || codeUnitOrder(a.to, b.to);
