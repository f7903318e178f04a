/**
 * Who asked about whom: the access log.
 */

import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { listAnswerOf } from '../../contract/answers.ts';
import { ReadRow } from '../../contract/rows/reads.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { answerTo, askedOf } from '../http/answer.ts';
import { type ApiEnv, peopleOf } from '../http/caller.ts';
import { describeQuestion } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { unknownSubject } from './subjects.ts';

/** The route `/v1/reads`. */
export const readRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  routes.get(
    '/reads',
    describeQuestion('Who asked about whom', listAnswerOf(ReadRow), {
      subject: 'Only questions about this subject.',
    }),
    async (context) => {
      const asked = await askedOf(context, ledger, ['subject']);
      if (E.isLeft(asked)) return problem(context, asked.left);
      const { after, limit, parameters } = asked.right;
      const people = peopleOf(context, ledger);
      const named = parameters.get('subject');
      const subject = named === undefined ? null : await people.pseudonymOf(named);
      if (subject === undefined) return problem(context, unknownSubject(context));
      return answerTo(
        context,
        ledger,
        asked.right,
        () => {
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
