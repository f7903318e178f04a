/**
 * Controls: R13. A control is identified by controller, controlled and basis; the edge holds while one on any basis does.
 */

import type { Discrepancy, ReachDiscrepancy } from '../recording/discrepancy.ts';
import { mergeSpans, type Span } from '../time/span.ts';
import { foldLasting } from './lasting.ts';
import type { ControlFact } from './party-facts.ts';

const codes = { began: 'control-already-began', ended: 'control-not-begun' } as const;

/** When a controller had control, on any basis, by the facts of that controller and that controlled party. */
export const controlSpans = (facts: ReadonlyArray<ControlFact>): ReadonlyArray<Span> =>
  mergeSpans(
    [...Map.groupBy(facts, (fact) => fact.data.basis).values()].map(
      (ofBasis) => foldLasting(ofBasis, codes).spans,
    ),
  );

/** The events of one control that do not fit: it began while it lasted, or ended while it did not. */
export const controlDiscrepancies = (
  facts: ReadonlyArray<ControlFact>,
): ReadonlyArray<Discrepancy<ReachDiscrepancy>> => foldLasting(facts, codes).discrepancies;
