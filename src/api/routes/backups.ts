/**
 * Backups: held, overdue or destroyed, and by which events.
 */
import { type Context, Hono } from 'hono';
import { answerOf, listAnswerOf } from '../../contract/answers.ts';
import { BackupsQuestion } from '../../contract/questions/backups.ts';
import { PlainQuestion } from '../../contract/questions/question.ts';
import { BackupRow } from '../../contract/rows/backups.ts';
import { readAt } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { answerWide } from '../http/answer.ts';
import { type ApiEnv, callerOf, peopleOf } from '../http/caller.ts';
import { describeQuestion } from '../http/openapi.ts';

/** The rows as the caller sees them; a backup of one person's data is about that person. */
const seen = async (
  context: Context<ApiEnv>,
  ledger: Ledger,
  rows: ReadonlyArray<BackupRow>,
): Promise<ReadonlyArray<BackupRow>> => {
  const subjects = rows.flatMap(({ subject }) => (subject === null ? [] : [subject]));
  if (subjects.length === 0) return rows;
  const [at, reader] = [readAt(ledger), callerOf(context).keyName];
  await ledger.parts.reads.recordAll(
    subjects.map((subject) => ({ at, reader, subject, question: 'backups' })),
  );
  const reveal = await peopleOf(context, ledger).seen(subjects);
  return rows.map((row) => (row.subject === null ? row : { ...row, subject: reveal(row.subject) }));
};

/** The routes `/v1/backups`. */
export const backupRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();

  routes.get(
    '/backups',
    describeQuestion(
      'Backups, in the order in which they were learned: held, overdue or destroyed, and by which events',
      BackupsQuestion,
      listAnswerOf(BackupRow),
    ),
    (context) =>
      answerWide(context, ledger, BackupsQuestion, 'backups', {}, (rows) => seen(context, ledger, rows)),
  );

  routes.get(
    '/backups/:id',
    describeQuestion('One backup', PlainQuestion, answerOf(BackupRow), ['id']),
    (context) =>
      answerWide(
        context,
        ledger,
        PlainQuestion,
        'backup',
        { id: context.req.param('id') },
        async (row) => (await seen(context, ledger, [row]))[0],
      ),
  );

  return routes;
};
