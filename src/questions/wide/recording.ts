/** Wide questions about recording (R1). */
import * as E from 'fp-ts/lib/Either.js';
import { type Asked, cutShort } from '../../contract/asked.ts';
import type { DiscrepanciesQuestion } from '../../contract/questions/log.ts';
import { discrepanciesAfter, discrepanciesAt, type EventDiscrepancies } from '../discrepancies.ts';
import type { View } from '../view.ts';
import type { Outcome } from './outcome.ts';

/** The suffix of a cursor after pages that may lack something, so that the last page says so. */
const lacking = ' lacking';

/** A page of discrepancies, open or resolved (R1). */
export const discrepancies = (
  view: View,
  {
    parameters: { state = 'open', after: first = 0, ...filter },
    after = first,
    limit,
  }: Asked<DiscrepanciesQuestion>,
): Outcome => {
  const start = Number.parseInt(String(after), 10);
  const { rows, next, limitMet } = discrepanciesAfter(view, state, start, limit, filter);
  const isLacking = limitMet || String(after).endsWith(lacking);
  const isShort = next !== null && rows.length < limit;
  return E.right({
    data: rows,
    after: next !== null && isLacking ? `${next}${lacking}` : next,
    ...(isShort || isLacking ? { also: cutShort } : {}),
  });
};

/** The discrepancies of the events in one write. */
export const discrepanciesOfWrite = (
  view: View,
  _: Asked,
  { positions }: { readonly positions: ReadonlyArray<number> },
): Outcome<EventDiscrepancies> => E.right({ data: discrepanciesAt(view, positions) });
