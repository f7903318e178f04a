/** Transfers between countries, and discrepancies. */

import { Hono } from 'hono';
import { listAnswerOf } from '../../contract/answers.ts';
import { DiscrepanciesQuestion } from '../../contract/questions/log.ts';
import { PeriodQuestion } from '../../contract/questions/question.ts';
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
    describeQuestion(
      'Movements, copies and backups between countries',
      PeriodQuestion,
      listAnswerOf(TransferRow),
    ),
    (context) => answerWide(context, ledger, PeriodQuestion, 'transfers', {}),
  );

  routes.get(
    '/discrepancies',
    describeQuestion('Events that contradict others', DiscrepanciesQuestion, listAnswerOf(DiscrepancyRow)),
    (context) => answerWide(context, ledger, DiscrepanciesQuestion, 'discrepancies', {}),
  );

  return routes;
};
