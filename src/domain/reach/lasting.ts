/**
 * What begins and ends: memberships and controls of R13.
 */
import { type FactOf, foldingOrder } from '../recording/facts.ts';
import { type Span, SpanBuilder } from '../time/span.ts';
import type { ReachMisfit, ReachMisfitCode } from './misfit.ts';

type LastingEvent = 'MembershipBegan' | 'MembershipEnded' | 'ControlBegan' | 'ControlEnded';

/**
 * Folds the beginnings and endings of one thing that lasts or does not. Beginning what lasts, or ending what does not,
 * changes nothing (R13); only the state after the last event of an instant counts (R3).
 */
export const foldLasting = (
  facts: ReadonlyArray<FactOf<LastingEvent>>,
  codes: { readonly began: ReachMisfitCode; readonly ended: ReachMisfitCode },
): { readonly spans: ReadonlyArray<Span>; readonly misfits: ReadonlyArray<ReachMisfit> } => {
  const misfits: ReachMisfit[] = [];
  const builder = new SpanBuilder();
  let lasts = false;
  for (const { type, position, time } of facts.length < 2 ? facts : [...facts].sort(foldingOrder)) {
    const begins = type === 'MembershipBegan' || type === 'ControlBegan';
    if (begins === lasts) misfits.push({ position, code: begins ? codes.began : codes.ended });
    else if (begins) builder.open(time, [position]);
    else builder.close(time, position);
    lasts = begins;
  }
  return { spans: builder.spans(), misfits };
};
