/**
 * Wide questions about recording: R1.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Asked, cutShort } from '../../contract/asked.ts';
import type { DiscrepanciesQuestion } from '../../contract/questions/log.ts';
import { discrepanciesAfter, discrepanciesAt, type Misfits } from '../discrepancies.ts';
import type { View } from '../view.ts';
import type { Outcome } from './outcome.ts';

export const discrepancies = (
  view: View,
  { parameters: { state = 'open', after: first = 0, ...filter }, after, limit }: Asked<DiscrepanciesQuestion>,
): Outcome => {
  const page = discrepanciesAfter(view, state, typeof after === 'number' ? after : first, limit, filter);
  const isShort = page.next !== null && page.rows.length < limit;
  return E.right({ data: page.rows, after: page.next, ...(isShort ? { also: cutShort } : {}) });
};

/** What does not fit of the events that one write sent. */
export const misfitsOfWrite = (
  view: View,
  _: Asked,
  { positions }: { readonly positions: ReadonlyArray<number> },
): Outcome<Misfits> => E.right({ data: discrepanciesAt(view, positions) });
