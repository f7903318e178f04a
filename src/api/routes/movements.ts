/**
 * What concerns the whole ledger: transfers between countries, and events that do not fit.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { DiscrepancyRow, TransferRow } from '../../projections/questions/answers.ts';
import { discrepanciesAfter } from '../../projections/questions/discrepancies.ts';
import { transfersBetween } from '../../projections/questions/movements.ts';
import type { Ledger } from '../ledger.ts';
import { describeQuestion, ListAnswer } from '../openapi.ts';
import { answer, pageOf, periodParameters, wordParameter } from '../questions.ts';

/** The routes `/v1/transfers` and `/v1/discrepancies`. */
export const movementRoutes = (ledger: Ledger): Hono => {
  const routes = new Hono();

  routes.get(
    '/transfers',
    describeQuestion('Movements, copies and backups between countries', ListAnswer(TransferRow), {
      from: '',
      to: '',
    }),
    (context) =>
      answer(context, ledger, ['from', 'to'], (view, asked) => {
        const period = periodParameters(asked.parameters);
        if (E.isLeft(period)) return period;
        return E.right(pageOf(transfersBetween(view, period.right.from, period.right.to), asked));
      }),
  );

  routes.get(
    '/discrepancies',
    describeQuestion('Events that do not fit the others', ListAnswer(DiscrepancyRow), {
      state: 'open (default), or resolved: those that later events explained.',
    }),
    (context) =>
      answer(context, ledger, ['state'], (view, asked) => {
        const state = wordParameter(asked.parameters, 'state', ['open', 'resolved'] as const);
        if (E.isLeft(state)) return state;
        const start = typeof asked.after === 'number' ? asked.after : 0;
        const page = discrepanciesAfter(view, state.right ?? 'open', start, asked.limit);
        return E.right({ data: page.rows, after: page.next });
      }),
  );

  return routes;
};
