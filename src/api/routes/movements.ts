import { Hono } from 'hono';
import { listAnswerOf } from '../../contract/answers.ts';
import { DiscrepancyRow } from '../../contract/rows/events.ts';
import { TransferRow } from '../../contract/rows/movements.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { answerWide } from '../http/answer.ts';
import type { ApiEnv } from '../http/caller.ts';
import { describeQuestion } from '../http/openapi.ts';

/** The routes `/v1/transfers` and `/v1/discrepancies`. */
export const movementRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();

  routes.get(
    '/transfers',
    describeQuestion('Movements, copies and backups between countries', listAnswerOf(TransferRow), {
      from: '',
      to: '',
    }),
    (context) => answerWide(context, ledger, ['from', 'to'], 'transfers', {}),
  );

  routes.get(
    '/discrepancies',
    describeQuestion('Events that do not fit the others', listAnswerOf(DiscrepancyRow), {
      state: 'open (default), or resolved: those that later events explained.',
    }),
    (context) => answerWide(context, ledger, ['state'], 'discrepancies', {}),
  );

  return routes;
};
