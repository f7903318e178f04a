/**
 * The log as a stream: all of it as NDJSON, or followed live as server-sent events.
 */
import { pipe } from 'fp-ts/lib/function.js';
import * as T from 'fp-ts/lib/Task.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { QuestionClocks } from '../../contract/asked.ts';
import type { Problem } from '../../contract/problem.ts';
import { EventFilter as EventFilterQuestion, EventStreamQuestion } from '../../contract/questions/log.ts';
import { type ClockParameters, type QuestionOf, readQuestion } from '../../contract/questions/question.ts';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { passingProblem } from '../../ledger/passing-problems.ts';
import type { People } from '../../ledger/people.ts';
import { type EventFilter, eventsAfter } from '../../questions/events.ts';
import { type ApiEnv, callerOf, may, peopleOf } from '../http/caller.ts';
import { problem } from '../http/problem.ts';
import { filterOf, subjectNamedIn } from './event-filter.ts';
import {
  type Following,
  type LogFollowers,
  sentEvent,
  streamedPageEventsMax,
  streamsMax,
} from './log-followers.ts';

/** How often a live follower hears something at the least: a comment keeps the connection open. */
const heartbeatMs = 15_000;

/** The same items, once the first of them is there: an error before it is answered as a problem. */
const begun = async <A>(items: AsyncGenerator<A>): Promise<AsyncGenerator<A>> => {
  const first = await items.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* items;
  })();
};

const encoder = new TextEncoder();

/** Whether the caller of a stream is still let in, and whether it has gone. */
interface Listening {
  readonly signal: AbortSignal;
  readonly isStillLetIn: () => boolean;
}

/** The reader's key was revoked while it read: what is under way breaks off. */
class KeyRevoked extends Error {
  override readonly name = 'KeyRevoked';
}

/** What of the log is streamed. */
interface Streamed {
  readonly filter: EventFilter;
  readonly after: number;
}

/** One page of what matches after a position, and up to where there is nothing more of it. */
const pageAfter = (
  ledger: Ledger,
  filter: EventFilter,
  after: number,
  upTo: number,
): { readonly events: ReadonlyArray<RecordedEvent>; readonly position: number; readonly isLast: boolean } =>
  ledger.ask(upTo, 'claimed', (view) => {
    const { events, next } = eventsAfter(view, filter, after, streamedPageEventsMax);
    return { events, position: next ?? Math.max(after, view.known.position), isLast: next === null };
  });

const checkLetIn = ({ isStillLetIn }: Listening): void => {
  if (!isStillLetIn()) throw new KeyRevoked('the key was revoked meanwhile');
};

/** The lines of the events that match, page by page, up to a position. */
async function* linesUpTo(
  ledger: Ledger,
  followers: LogFollowers,
  people: People,
  { filter, after }: Streamed,
  upTo: number,
  listening: Listening,
): AsyncGenerator<Uint8Array> {
  for (let from = after; ; ) {
    await followers.rounds.next();
    checkLetIn(listening);
    const { events, position, isLast } = pageAfter(ledger, filter, from, upTo);
    const wire = await people.wire(events);
    yield encoder.encode(wire.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (isLast || listening.signal.aborted) return;
    from = position;
  }
}

/**
 * The events that match, page by page, and then as the log grows, together with all other followers; nothing where
 * nothing came for a while.
 */
async function* followed(
  ledger: Ledger,
  followers: LogFollowers,
  following: Following,
  listening: Listening,
): AsyncGenerator<ReadonlyArray<string>> {
  const { filter, people } = following;
  let from = following.after;
  let isFirst = true;
  while (!listening.signal.aborted) {
    await followers.rounds.next();
    checkLetIn(listening);
    const { events, position, isLast } = pageAfter(ledger, filter, from, Number.MAX_SAFE_INTEGER);
    from = position;
    if (isFirst || events.length > 0) yield (await people.wire(events)).map(sentEvent);
    isFirst = false;
    if (!isLast) continue;
    const follower = followers.join({ ...following, after: from });
    if (follower === undefined) continue;
    try {
      for (;;) {
        const texts = await follower.next(heartbeatMs, listening.signal);
        if (listening.signal.aborted) return;
        checkLetIn(listening);
        if (texts === undefined) break;
        yield texts;
      }
    } finally {
      followers.leave(follower);
      from = follower.position;
    }
  }
}

/** Reads which events are asked for, and waits for the projections. */
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
        ledger.ask(clocks.position, 'claimed', (view) =>
          filterOf(context, ledger, view, subject, parameters),
        ),
      ),
    ),
    TE.map(({ parameters, clocks, filter }) => ({ clocks, filter, after: parameters.after ?? 0 })),
  );
};

const tooMany: Problem = {
  kind: 'unavailable',
  detail: `${streamsMax} streams of the log are open already; ask again later`,
  retryAfterMs: 1_000,
};

/**
 * Answers with a stream, if a place for one is free.
 *
 * @param open begins it; what it is given is to be called when the stream has ended, however it did.
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

/** The items, and then what is to be done when they end, or nobody wants more of them. */
async function* thenDo<A>(items: AsyncGenerator<A>, done: () => void): AsyncGenerator<A> {
  try {
    yield* items;
  } finally {
    done();
  }
}

/** All of the log, as NDJSON. */
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
          const listening = { signal, isStillLetIn: () => callerOf(context).isStillLetIn() };
          const lines = linesUpTo(ledger, followers, people, streamed, upTo, listening);
          const first = await begun(thenDo(lines, leave));
          context.header('Content-Type', 'application/x-ndjson');
          // Where a page cannot be shown the body breaks off: an orderly end would pass for all of the log.
          return context.body(ReadableStream.from(first));
        }),
    ),
  )();

/** The log as it grows, as server-sent events; resumed after `Last-Event-ID`. */
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
          const listening = {
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
              // The follower connects again, and resumes after the last event that it got.
              if (!(error instanceof KeyRevoked) && passingProblem(error) === undefined) throw error;
            } finally {
              leave();
            }
          });
        }),
    ),
  )();
