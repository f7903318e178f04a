/** The log of reads: who asked about whom. */

import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { listAnswerOf } from '../../contract/answers.ts';
import { ReadsQuestion } from '../../contract/questions/log.ts';
import { ReadRow } from '../../contract/rows/reads.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { answerPrepared } from '../http/answer.ts';
import { type ApiEnv, peopleOf } from '../http/caller.ts';
import { describeQuestion } from '../http/openapi.ts';
import { unknownSubject } from './subjects.ts';

/** The route `/v1/reads`. */
export const readRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.get(
    '/reads',
    describeQuestion('Who asked about whom', ReadsQuestion, listAnswerOf(ReadRow)),
    (context) => {
      const people = peopleOf(context, ledger);
      return answerPrepared(
        context,
        ledger,
        ReadsQuestion,
        async ({ parameters: { subject } }) => (subject === undefined ? null : people.pseudonymOf(subject)),
        (_, { after, limit }, subject) => {
          if (subject === undefined) return E.left(unknownSubject(context));
          const data = ledger.parts.reads.after(typeof after === 'number' ? after : 0, subject, limit);
          return E.right({ data, after: data.length === limit ? data.at(-1)!.id : null });
        },
        async (reads) => {
          const reveal = await people.seen(reads.map((read) => read.subject));
          return reads.map((read) => ({
            at: formatInstant(read.at),
            reader: read.reader,
            subject: reveal(read.subject),
            question: read.question,
          }));
        },
      );
    },
  );
  return routes;
};
