import { Hono } from 'hono';
import { DiscrepancyRow } from '../../contract/rows/events.ts';
import { TransferRow } from '../../contract/rows/movements.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { answerWide } from '../http/answer.ts';
import type { ApiEnv } from '../http/caller.ts';
import { describeQuestion, ListAnswer } from '../http/openapi.ts';

/** The routes `/v1/transfers` and `/v1/discrepancies`. */
export const movementRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();

  routes.get(
    '/transfers',
    describeQuestion('Movements, copies and backups between countries', ListAnswer(TransferRow), {
      from: '',
      to: '',
    }),
    (context) => answerWide(context, ledger, ['from', 'to'], 'transfers', {}),
  );

  routes.get(
    '/discrepancies',
    describeQuestion('Events that do not fit the others', ListAnswer(DiscrepancyRow), {
      state: 'open (default), or resolved: those that later events explained.',
    }),
    (context) => answerWide(context, ledger, ['state'], 'discrepancies', {}),
  );

  return routes;
};
