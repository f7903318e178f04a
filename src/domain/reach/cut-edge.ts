/**
 * The edges that an explanation names.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { Span } from '../time/span.ts';
import type { Edge } from './edge.ts';
import { eventsOf, type PathEdge } from './path.ts';

/** An edge in one of its intervals, with the party it leads from. */
export interface CutEdge extends PathEdge {
  readonly from: string;
}

export const cutEdge = ({ edge, from, to }: Edge, span: Span): CutEdge => ({
  from,
  edge,
  to,
  began: span.from,
  ended: span.to,
  events: eventsOf(span),
});

/** By the party it leads from, then as R15 has it. */
export const cutEdgeOrder = (
  a: Pick<Edge, 'from' | 'edge' | 'to'>,
  b: Pick<Edge, 'from' | 'edge' | 'to'>,
): number => codeUnitOrder(a.from, b.from) || codeUnitOrder(a.edge, b.edge) || codeUnitOrder(a.to, b.to);
