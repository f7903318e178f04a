/**
 * Wide questions about recording: R1.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Asked } from '../../contract/asked.ts';
import { wordParameter } from '../../contract/parameters.ts';
import { discrepanciesAfter } from '../discrepancies.ts';
import type { View } from '../view.ts';
import type { Outcome } from './outcome.ts';

export const discrepancies = (view: View, { parameters, after, limit }: Asked): Outcome =>
  pipe(
    wordParameter(parameters, 'state', ['open', 'resolved'] as const),
    E.map((state = 'open') => {
      const page = discrepanciesAfter(view, state, typeof after === 'number' ? after : 0, limit);
      return { data: page.rows, after: page.next };
    }),
  );
