/**
 * Who asked about whom: the access log.
 */
import * as E from 'fp-ts/lib/Either.js';
import { Hono } from 'hono';
import { formatInstant } from '../../domain/time.ts';
import { ReadRow } from '../../projections/questions/answers.ts';
import type { Ledger } from '../ledger.ts';
import { describeQuestion, ListAnswer } from '../openapi.ts';
import { peopleOf } from '../people.ts';
import { answer } from '../questions.ts';
import { unknownSubject } from './subjects.ts';

/** The route `/v1/reads`. */
export const readRoutes = (ledger: Ledger): Hono => {
  const routes = new Hono();
  routes.get(
    '/reads',
    describeQuestion('Who asked about whom', ListAnswer(ReadRow), {
      subject: 'Only questions about this subject.',
    }),
    (context) =>
      answer(context, ledger, ['subject'], (_, { after, limit, parameters }) => {
        const people = peopleOf(context, ledger);
        const named = parameters.get('subject');
        const subject = named === undefined ? null : people.pseudonymOf(named);
        if (subject === undefined) return E.left(unknownSubject(context));
        const reads = ledger.parts.reads.after(typeof after === 'number' ? after : 0, subject, limit);
        return E.right({
          data: reads.map((read) => ({
            at: formatInstant(read.at),
            reader: read.reader,
            subject: people.reveal(read.subject),
            question: read.question,
          })),
          after: reads.length === limit ? reads.at(-1)!.id : null,
        });
      }),
  );
  return routes;
};
