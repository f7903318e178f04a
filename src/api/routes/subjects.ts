/**
 * Questions about a subject: where the data is and was, the audit trail; and erasure of the person from the ledger.
 */

import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Context, Hono } from 'hono';
import { describeRoute } from 'hono-openapi';
import { answerOf, listAnswerOf } from '../../contract/answers.ts';
import type { Problem } from '../../contract/problem.ts';
import { PeriodQuestion, PlainQuestion, type QuestionOf } from '../../contract/questions/question.ts';
import { TrailRow } from '../../contract/rows/events.ts';
import { PersonRow } from '../../contract/rows/people.ts';
import { PersonFile } from '../../contract/rows/person.ts';
import { HistoryRow, ResidencyRow } from '../../contract/rows/residency.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { readAt } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { isNamed, type People } from '../../ledger/people.ts';
import { forgetPerson } from '../../ledger/recording/forget-person.ts';
import type { View } from '../../questions/view.ts';
import type {
  AskedFor,
  AskedWidely,
  FoundBy,
  QuestionAboutPerson,
} from '../../questions/wide/wide-questions.ts';
import { answerLong, type Shown } from '../http/answer.ts';
import { type ApiEnv, callerOf, emitterOf, may, peopleOf } from '../http/caller.ts';
import { describeQuestion, problemResponse } from '../http/openapi.ts';
import { answerPeople } from '../http/people-lists.ts';
import { problem } from '../http/problem.ts';

/** The identifier is not repeated, since it may be anybody's. */
export const unknownSubject = (context: Context<ApiEnv>): Problem => ({
  kind: 'unknown',
  what: 'subject',
  detail: may(context, 'identify')
    ? 'no event known at this moment names this subject'
    : 'no event known at this moment names this subject; the key lacks the scope identify, so name people by their pseudonyms',
});

/** The pseudonym of the subject that a request names, if a known event names it too. */
export const namedSubject = (
  context: Context<ApiEnv>,
  view: View,
  subject: string | undefined,
): E.Either<Problem, string> =>
  subject === undefined || !isNamed(view, subject) ? E.left(unknownSubject(context)) : E.right(subject);

/**
 * Records the lookup of a subject. Resolves once it is durable; no answer is given before.
 *
 * @param question the name under which the question is recorded.
 */
export const recordRead = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  subject: string,
  question: string,
): Promise<void> =>
  ledger.parts.reads.record({ at: readAt(ledger), reader: callerOf(context).keyName, subject, question });

/**
 * Answers a question about the subject of a request.
 *
 * @param name the name under which the question is recorded.
 */
export const answerAbout = <Q extends QuestionAboutPerson>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  name: string,
  parameters: QuestionOf<AskedFor<Q>>,
  question: Q,
  shown?: Shown<FoundBy<Q>>,
): Promise<Response> =>
  answerLong(
    context,
    ledger,
    parameters,
    async (asked) => {
      const named = await peopleOf(context, ledger).pseudonymOf(context.req.param('id') ?? '');
      const { position, minAssurance } = asked.clocks;
      return pipe(
        ledger.ask(position, minAssurance, (view) => namedSubject(context, view, named)),
        E.map((subject) => ({ question, asked, given: { subject } }) as unknown as AskedWidely<Q>),
      );
    },
    async (asked, signal) => {
      const { subject } = asked.given as unknown as { readonly subject: string };
      // Written while the answer is computed; the answer waits for it.
      const recorded = recordRead(context, ledger, subject, name);
      const [found] = await Promise.all([ledger.questions.askAbout(asked, signal), recorded]);
      return found;
    },
    shown,
  );

/** The routes under `/v1/subjects`. */
export const subjectRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const people = (context: Context<ApiEnv>): People => peopleOf(context, ledger);

  routes.get(
    '/',
    describeQuestion(
      'Everybody, each with where the data was over time; Accept: application/x-ndjson or text/csv returns all of them',
      PeriodQuestion,
      listAnswerOf(PersonRow),
    ),
    (context) =>
      answerPeople(
        context,
        ledger,
        PeriodQuestion,
        'staysOfPeople',
        {},
        {
          name: 'stays',
          rows: (found) => found,
          shown: (_, rows) => rows,
        },
      ),
  );

  routes.get(
    '/:id/residency',
    describeQuestion('Where the subject’s data is at validAt', PlainQuestion, listAnswerOf(ResidencyRow), [
      'id',
    ]),
    (context) => answerAbout(context, ledger, 'residency', PlainQuestion, 'residencyOfPerson'),
  );

  routes.get(
    '/:id/history',
    describeQuestion('Where the subject’s data was, over time', PeriodQuestion, listAnswerOf(HistoryRow), [
      'id',
    ]),
    (context) => answerAbout(context, ledger, 'history', PeriodQuestion, 'historyOfPerson'),
  );

  routes.get(
    '/:id/trail',
    describeQuestion(
      'Every event that affected the subject’s data or its reach, and why',
      PlainQuestion,
      listAnswerOf(TrailRow),
      ['id'],
    ),
    (context) =>
      answerAbout(context, ledger, 'trail', PlainQuestion, 'trailOfPerson', async (entries) => {
        const events = await people(context).wire(entries.map(({ recorded }) => recorded));
        return entries.map(({ why }, index) => ({ event: events[index]!, why }));
      }),
  );

  routes.get(
    '/:id',
    describeQuestion(
      'Everything about one person (GDPR, Article 15): where the data is and was, who could reach it and who did, who asked this ledger about it, findings, backups, recipients, and the trail',
      PlainQuestion,
      answerOf(PersonFile),
      ['id'],
    ),
    (context) =>
      answerAbout(
        context,
        ledger,
        'person',
        PlainQuestion,
        'fileOfPerson',
        async ({ file, trail }, { clocks: { knownAt }, limit }): Promise<PersonFile> => {
          const events = await people(context).wire(trail.map(({ recorded }) => recorded));
          const reveal = await people(context).seen([file.subject]);
          const subject = reveal(file.subject);
          // Later lookups are not part of what was known then, so that the answer can be repeated.
          const reads = ledger.parts.reads
            .after(0, file.subject, limit + 1)
            .filter((read) => read.at <= knownAt);
          return {
            ...file,
            subject,
            backups: file.backups.map((row) => (row.subject === null ? row : { ...row, subject })),
            reads: reads
              .slice(0, limit)
              .map(({ at, reader, question }) => ({ at: formatInstant(at), reader, subject, question })),
            readsUpTo: formatInstant(knownAt),
            trail: trail.map(({ why }, index) => ({ event: events[index]!, why })),
            cut: reads.length > limit ? [...file.cut, 'reads'] : file.cut,
          };
        },
      ),
  );

  routes.delete(
    '/:id',
    describeRoute({
      summary: 'Erase the person from the ledger',
      description:
        'Destroys the link between the identifier and the pseudonym. The history stays, but no longer leads to anybody.',
      responses: { 204: { description: 'Erased' }, 404: problemResponse('Not found in the ledger') },
    }),
    async (context) => {
      // Callers without the scope identify erase by the pseudonym.
      const pseudonym = await people(context).pseudonymOf(context.req.param('id'));
      const unknown = unknownSubject(context);
      if (pseudonym === undefined) return problem(context, unknown);
      const forgotten = await forgetPerson(ledger, pseudonym, emitterOf(context));
      if (E.isLeft(forgotten)) return problem(context, forgotten.left);
      return forgotten.right ? context.body(null, 204) : problem(context, unknown);
    },
  );

  return routes;
};
