/**
 * A subject: where the data is and was, the audit trail, and erasure of the person from the ledger.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { subjectsOf } from '../../domain/events/subjects.ts';
import type { RecordedEvent } from '../../domain/facts.ts';
import { reachTrail } from '../../domain/reach/trail.ts';
import { HistoryRow, ResidencyRow, TrailRow } from '../../projections/questions/answers.ts';
import { reachIndexOf } from '../../projections/questions/reach.ts';
import { historyBetween, residencyAt } from '../../projections/questions/residency.ts';
import { trailOf } from '../../projections/questions/trail.ts';
import type { View } from '../../projections/view.ts';
import { accessOf, may } from '../access.ts';
import type { Ledger } from '../ledger.ts';
import { describeQuestion, ListAnswer, problemResponse } from '../openapi.ts';
import { type People, peopleOf } from '../people.ts';
import { type Problem, problem } from '../problem.ts';
import { answer, pageOf, periodParameters } from '../questions.ts';
import { Recorder } from '../record.ts';

/** Nothing of the identifier is said back: it may be anybody's. */
export const unknownSubject = (context: Context): Problem => ({
  kind: 'unknown',
  what: 'subject',
  detail: may(context, 'identify')
    ? 'no event known at this moment names this subject'
    : 'no event known at this moment names this subject; the key lacks the scope identify, so that people go by their pseudonyms alone',
});

/** Whether a recorded event names the subject, in its own data or in that of a correction. */
export const naming =
  (subject: string) =>
  ({ event }: RecordedEvent): boolean =>
    subjectsOf(event).has(subject);

/** The pseudonym of a subject that some known event names. */
const knownSubject = (
  context: Context,
  people: People,
  view: View,
  named: string,
): E.Either<Problem, string> => {
  const subject = people.pseudonymOf(named);
  if (subject === undefined) return E.left(unknownSubject(context));
  const names = naming(subject);
  const known = view.positions('subject', subject).some((position) => {
    const recorded = view.recorded(position);
    return recorded !== undefined && names(recorded);
  });
  return known ? E.right(subject) : E.left(unknownSubject(context));
};

/** The subject that a request names, if some known event does, too; that it was asked about is recorded first. */
export const askedSubject = (
  context: Context,
  ledger: Ledger,
  view: View,
  question: string,
  named = context.req.param('id') ?? '',
): E.Either<Problem, string> => {
  const subject = knownSubject(context, peopleOf(context, ledger), view, named);
  if (E.isRight(subject)) {
    const { reads, now } = ledger.parts;
    reads.record({ at: now(), reader: accessOf(context).holder, subject: subject.right, question });
  }
  return subject;
};

/** The routes under `/v1/subjects`. */
export const subjectRoutes = (ledger: Ledger): Hono => {
  const routes = new Hono();
  const people = (context: Context): People => peopleOf(context, ledger);
  const recorder = new Recorder(ledger);

  routes.get(
    '/:id/residency',
    describeQuestion('Where the subject’s data is at validAt', ListAnswer(ResidencyRow), {}, ['id']),
    (context) =>
      answer(context, ledger, [], (view, asked) => {
        const subject = askedSubject(context, ledger, view, 'residency');
        if (E.isLeft(subject)) return subject;
        return E.right(pageOf(residencyAt(view, subject.right, asked.clocks.validAt), asked));
      }),
  );

  routes.get(
    '/:id/history',
    describeQuestion(
      'Where the subject’s data was, over time',
      ListAnswer(HistoryRow),
      { from: '', to: '' },
      ['id'],
    ),
    (context) =>
      answer(context, ledger, ['from', 'to'], (view, asked) => {
        const period = periodParameters(asked.parameters);
        if (E.isLeft(period)) return period;
        const subject = askedSubject(context, ledger, view, 'history');
        if (E.isLeft(subject)) return subject;
        return E.right(
          pageOf(historyBetween(view, subject.right, period.right.from, period.right.to), asked),
        );
      }),
  );

  routes.get(
    '/:id/trail',
    describeQuestion(
      'Every event that touched the subject’s data or its reach, and why',
      ListAnswer(TrailRow),
      {},
      ['id'],
    ),
    (context) =>
      answer(context, ledger, [], (view, asked) => {
        const subject = askedSubject(context, ledger, view, 'trail');
        if (E.isLeft(subject)) return subject;
        const entries = trailOf(view, subject.right, naming(subject.right), (residency, reasons) => {
          const reach = reachIndexOf(view);
          for (const { position, why } of reachTrail(reach, subject.right, residency, (at) =>
            view.fact(at),
          )) {
            reasons.add(position, why);
          }
        });
        const page = pageOf(entries, asked);
        const rows = (page.data as typeof entries).map(({ recorded, why }) => ({
          event: people(context).wire(recorded),
          why,
        }));
        return E.right({ ...page, data: rows });
      }),
  );

  routes.delete(
    '/:id',
    describeRoute({
      summary: 'Erase the person from the ledger',
      description:
        'Destroys the link between the identifier and the pseudonym; the history stays, about nobody.',
      responses: { 204: { description: 'Erased' }, 404: problemResponse('Not known to the ledger') },
    }),
    async (context) => {
      // Who may not use people's own identifiers erases by the pseudonym.
      const pseudonym = people(context).pseudonymOf(context.req.param('id'));
      const identifier = pseudonym === undefined ? undefined : ledger.parts.vault.identifierOf(pseudonym);
      const unknown = unknownSubject(context);
      if (identifier === undefined) return problem(context, unknown);
      const forgotten = await recorder.forget(identifier);
      if (E.isLeft(forgotten)) return problem(context, forgotten.left);
      return forgotten.right ? context.body(null, 204) : problem(context, unknown);
    },
  );

  return routes;
};
