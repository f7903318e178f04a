/**
 * Memberships and controls, which begin and end: R13.
 */

import type { Discrepancy, ReachDiscrepancy } from '../recording/discrepancy.ts';
import type { FactOf } from '../recording/facts.ts';
import { foldingOrder } from '../recording/folding-order.ts';
import { type Span, SpanBuilder } from '../time/span.ts';

type LastingEvent = 'MembershipBegan' | 'MembershipEnded' | 'ControlBegan' | 'ControlEnded';

/**
 * Folds the beginnings and endings of one membership or control. Beginning what already holds, or ending what does not
 * hold, changes nothing (R13); only the state after the last event of an instant counts (R3).
 */
export const foldLasting = (
  facts: ReadonlyArray<FactOf<LastingEvent>>,
  codes: { readonly began: ReachDiscrepancy; readonly ended: ReachDiscrepancy },
): {
  readonly spans: ReadonlyArray<Span>;
  readonly discrepancies: ReadonlyArray<Discrepancy<ReachDiscrepancy>>;
} => {
  const discrepancies: Discrepancy<ReachDiscrepancy>[] = [];
  const builder = new SpanBuilder();
  let lasts = false;
  for (const { type, position, time } of facts.length < 2 ? facts : [...facts].sort(foldingOrder)) {
    const begins = type === 'MembershipBegan' || type === 'ControlBegan';
    if (begins === lasts) discrepancies.push({ position, code: begins ? codes.began : codes.ended });
    else if (begins) builder.open(time, [position]);
    else builder.close(time, position);
    lasts = begins;
  }
  return { spans: builder.spans(), discrepancies };
};
