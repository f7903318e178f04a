/**
 * Reading the log: a page of it, a stream, or one event.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Context, Hono } from 'hono';
import { answerOf, listAnswerOf } from '../../contract/answers.ts';
import { cutShort } from '../../contract/asked.ts';
import type { Problem } from '../../contract/problem.ts';
import { EventsQuestion } from '../../contract/questions/log.ts';
import { position as positionIn } from '../../contract/questions/parameter.ts';
import { invalidParameter, PlainQuestion } from '../../contract/questions/question.ts';
import { EventDetail, WireEvent } from '../../contract/rows/events.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { People } from '../../ledger/people.ts';
import { type EventFilter, eventDetail, eventsAfter, matchingNothing } from '../../questions/events.ts';
import { answer, answerPrepared } from '../http/answer.ts';
import { type ApiEnv, peopleOf } from '../http/caller.ts';
import { describeQuestion } from '../http/openapi.ts';
import { linesTypes, wantedType } from '../http/wanted.ts';
import { filterOf, recordFilter, subjectNamedIn } from './event-filter.ts';
import { LogFollowers } from './log-followers.ts';
import { dumpLog, followLog } from './log-stream.ts';

const PositionInPath = positionIn('A position in the log.');

const positionOf = (text: string): E.Either<Problem, number> =>
  pipe(
    PositionInPath.decode(text),
    E.orElse(
      (): E.Either<Problem, number> =>
        invalidParameter('position', 'expected a position in the log, a whole number such as 1234'),
    ),
  );

/** The routes that read the log, under `/v1/events`. */
export const logRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const followers = new LogFollowers(ledger);
  const people = (context: Context<ApiEnv>): People => peopleOf(context, ledger);

  routes.get(
    '/',
    describeQuestion('The log, oldest first', EventsQuestion, listAnswerOf(WireEvent)),
    (context) => {
      const wanted = wantedType(context, ['application/json', ...linesTypes, 'text/event-stream']);
      if (wanted === 'text/event-stream') return followLog(context, ledger, followers);
      if (wanted !== 'application/json') return dumpLog(context, ledger, followers);
      let asked: EventFilter = {};
      return answerPrepared(
        context,
        ledger,
        EventsQuestion,
        ({ parameters }) => subjectNamedIn(parameters, people(context)),
        (view, { after, limit, parameters }, subject) => {
          const start = typeof after === 'number' ? after : (parameters.after ?? 0);
          return pipe(
            filterOf(context, view, subject, parameters),
            E.map((filter) => {
              asked = filter;
              const { events, next } = eventsAfter(view, filter, start, limit);
              const nothing = matchingNothing(view, filter);
              const isShort = next !== null && events.length < limit;
              const also = {
                ...(isShort ? cutShort : {}),
                ...(nothing.length === 0 ? {} : { matchingNothing: nothing }),
              };
              return { data: events, after: next, also };
            }),
          );
        },
        async (events) => {
          await recordFilter(context, ledger, asked);
          return people(context).wire(events);
        },
      );
    },
  );

  routes.get(
    '/:position',
    describeQuestion(
      'One event, with its discrepancies and corrections',
      PlainQuestion,
      answerOf(EventDetail),
      ['position'],
    ),
    (context) =>
      answer(
        context,
        ledger,
        PlainQuestion,
        (view) => {
          const at = positionOf(context.req.param('position'));
          if (E.isLeft(at)) return at;
          const position = at.right;
          const recorded = view.recorded(position);
          if (recorded === undefined) {
            return E.left({
              kind: 'unknown',
              what: 'event',
              detail: `no event is known at position ${position}`,
            });
          }
          const detail = eventDetail(view, recorded);
          const corrections = detail.corrections.flatMap((correction) => {
            const of = view.recorded(Number(correction.position));
            return of === undefined ? [] : [of];
          });
          return E.right({ data: { detail, named: [recorded, ...corrections] } });
        },
        async ({ detail, named }) => {
          const [event, ...corrections] = await people(context).wire(named);
          const shown = new Map(corrections.map((each) => [each.position, each]));
          return {
            ...detail,
            event,
            corrections: detail.corrections.map((each) => ({
              ...each,
              event: shown.get(each.position) ?? each.event,
            })),
          };
        },
      ),
  );

  return routes;
};
