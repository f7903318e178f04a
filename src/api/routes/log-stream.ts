/** The log as a stream: all of it as NDJSON, or live as server-sent events. */
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { QuestionClocks } from '../../contract/asked.ts';
import type { Problem } from '../../contract/problem.ts';
import { EventFilter as EventFilterQuestion, EventStreamQuestion } from '../../contract/questions/log.ts';
import { type ClockParameters, type QuestionOf, readQuestion } from '../../contract/questions/question.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { passingProblem } from '../../ledger/passing-problems.ts';
import { type ApiEnv, callerOf, may, peopleOf } from '../http/caller.ts';
import { problem } from '../http/problem.ts';
import { filterOf, recordFilter, subjectNamedIn } from './event-filter.ts';
import { type Following, type LogFollowers, streamsMax } from './log-followers.ts';
import { followed, KeyRevoked, type Listening, linesUpTo, type Streamed } from './log-pages.ts';

/** The same items, after the first one has arrived: an error before that becomes a problem response. */
const begun = async <A>(items: AsyncGenerator<A>): Promise<AsyncGenerator<A>> => {
  const first = await items.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* items;
  })();
};

/** Reads the filter of a stream, and waits for the projections. */
const streamedOf = <Q extends ClockParameters & EventFilterQuestion>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  question: QuestionOf<Q>,
): TE.TaskEither<Problem, Streamed & { readonly clocks: QuestionClocks }> => {
  callerOf(context);
  return pipe(
    TE.Do,
    TE.bind('parameters', () => TE.fromEither(readQuestion(question, new URL(context.req.url).searchParams))),
    TE.bind('clocks', ({ parameters }) => clocksOf(ledger, parameters)),
    TE.bind('subject', ({ parameters }) =>
      TE.fromTask(() => subjectNamedIn(parameters, peopleOf(context, ledger))),
    ),
    TE.bind('filter', ({ parameters, clocks, subject }) =>
      TE.fromEither(
        ledger.ask(clocks.position, 'claimed', (view) => filterOf(context, view, subject, parameters)),
      ),
    ),
    TE.tapTask(
      ({ filter }) =>
        () =>
          recordFilter(context, ledger, filter),
    ),
    TE.map(({ parameters, clocks, filter }) => ({ clocks, filter, after: parameters.after ?? 0 })),
  );
};

const tooMany: Problem = {
  kind: 'unavailable',
  detail: `${streamsMax} streams of the log are already open; try again later`,
  retryAfterMs: 1_000,
};

/**
 * Responds with a stream, if a place is free.
 *
 * @param open starts it; it must call its argument when the stream has ended, for whatever reason.
 */
const streaming = async (
  context: Context<ApiEnv>,
  followers: LogFollowers,
  mediaType: string,
  open: (leave: () => void) => Promise<Response>,
): Promise<Response> => {
  if (context.req.raw.method === 'HEAD') return context.body(null, 200, { 'Content-Type': mediaType });
  const leave = followers.enter();
  if (leave === undefined) return problem(context, tooMany);
  try {
    return await open(leave);
  } catch (error) {
    leave();
    throw error;
  }
};

/** The items, followed by an action when they end or the consumer stops. */
async function* thenDo<A>(items: AsyncGenerator<A>, done: () => void): AsyncGenerator<A> {
  try {
    yield* items;
  } finally {
    done();
  }
}

/** The whole log as NDJSON. */
export const dumpLog = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  followers: LogFollowers,
): Promise<Response> =>
  pipe(
    streamedOf(context, ledger, EventStreamQuestion),
    TE.matchE(
      (refused) => T.of(problem(context, refused)),
      (streamed) => () =>
        streaming(context, followers, 'application/x-ndjson', async (leave) => {
          const people = peopleOf(context, ledger);
          const { signal } = context.req.raw;
          signal.addEventListener('abort', leave);
          const upTo = streamed.clocks.position;
          const listening: Listening = { signal, isStillLetIn: () => callerOf(context).isStillLetIn() };
          const lines = linesUpTo(ledger, followers, people, streamed, upTo, listening);
          const first = await begun(thenDo(lines, leave));
          context.header('Content-Type', 'application/x-ndjson');
          // If a page fails, the body breaks off: a normal end would suggest that the log is complete.
          return context.body(ReadableStream.from(first));
        }),
    ),
  )();

/** The log as it grows, as server-sent events; resumes after `Last-Event-ID`. */
export const followLog = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  followers: LogFollowers,
): Promise<Response> =>
  pipe(
    streamedOf(context, ledger, EventFilterQuestion),
    TE.matchE(
      (refused) => T.of(problem(context, refused)),
      (streamed) => () =>
        streaming(context, followers, 'text/event-stream', async (leave) => {
          const lastEventId = context.req.header('last-event-id') ?? '';
          const following: Following = {
            filter: streamed.filter,
            people: peopleOf(context, ledger),
            seesPeople: may(context, 'identify'),
            after: /^\d{1,15}$/.test(lastEventId) ? Number(lastEventId) : streamed.after,
          };
          const ended = new AbortController();
          const listening: Listening = {
            signal: ended.signal,
            isStillLetIn: () => callerOf(context).isStillLetIn(),
          };
          const events = await begun(followed(ledger, followers, following, listening));
          return streamSSE(context, async (out) => {
            out.onAbort(() => ended.abort());
            try {
              for await (const texts of events)
                await out.write(texts.length === 0 ? ': still here\n\n' : texts.join(''));
            } catch (error) {
              // The follower reconnects and resumes after the last event that it received.
              if (!(error instanceof KeyRevoked) && passingProblem(error) === undefined) throw error;
            } finally {
              leave();
            }
          });
        }),
    ),
  )();
