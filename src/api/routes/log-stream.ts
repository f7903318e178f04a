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
import type { WireEvent } from '../../contract/rows/events.ts';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { passingProblem } from '../../ledger/passing-problems.ts';
import type { People } from '../../ledger/people.ts';
import { type EventFilter, eventsAfter } from '../../questions/events.ts';
import { type ApiEnv, callerOf, peopleOf } from '../http/caller.ts';
import { problem } from '../http/problem.ts';
import { filterOf, subjectNamedIn } from './event-filter.ts';

/** Events that are streamed between two checks whether the reader still listens. */
const streamedPageEventsMax = 1_000;
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

/** The pages as the caller sees them. */
async function* shownPages(
  people: People,
  pages: AsyncGenerator<ReadonlyArray<RecordedEvent>>,
): AsyncGenerator<ReadonlyArray<WireEvent>> {
  for await (const events of pages) yield await people.wire(events);
}

const encoder = new TextEncoder();

async function* linesOf(pages: AsyncGenerator<ReadonlyArray<WireEvent>>): AsyncGenerator<Uint8Array> {
  for await (const events of pages)
    yield encoder.encode(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

/** Resolves when the projections are beyond a position, after a heartbeat, or when the signal aborts. */
const grownBeyond = (ledger: Ledger, position: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unwatch();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, heartbeatMs);
    const unwatch = ledger.watch((state) => {
      if (state.position > position) done();
    });
    signal.addEventListener('abort', done);
    if (ledger.state().position > position) done();
  });

/** The reader's key was revoked while it read: what is under way breaks off. */
class KeyRevoked extends Error {
  override readonly name = 'KeyRevoked';
}

/** What of the log is streamed. */
interface Streamed {
  readonly filter: EventFilter;
  readonly after: number;
}

/** The events that match, page by page, up to a position; or, where there is none, for ever as the log grows. */
async function* pages(
  ledger: Ledger,
  { filter, after }: Streamed,
  upTo: number | undefined,
  signal: AbortSignal,
  isStillLetIn: () => boolean,
): AsyncGenerator<ReadonlyArray<RecordedEvent>> {
  let position = after;
  while (!signal.aborted) {
    if (!isStillLetIn()) throw new KeyRevoked('the key was revoked meanwhile');
    const { page, known } = ledger.ask(upTo ?? Number.MAX_SAFE_INTEGER, 'claimed', (view) => ({
      page: eventsAfter(view, filter, position, streamedPageEventsMax),
      known: view.known.position,
    }));
    position = page.next ?? Math.max(position, known);
    yield page.events;
    if (page.next !== null) continue;
    if (upTo !== undefined) return;
    await grownBeyond(ledger, position, signal);
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

/** All of the log, as NDJSON. */
export const dumpLog = (context: Context<ApiEnv>, ledger: Ledger): Promise<Response> =>
  pipe(
    streamedOf(context, ledger, EventStreamQuestion),
    TE.matchE(
      (refused) => T.of(problem(context, refused)),
      (streamed) => async () => {
        const found = pages(ledger, streamed, streamed.clocks.position, new AbortController().signal, () =>
          callerOf(context).isStillLetIn(),
        );
        const lines = await begun(linesOf(shownPages(peopleOf(context, ledger), found)));
        context.header('Content-Type', 'application/x-ndjson');
        // Where a page cannot be shown the body breaks off: an orderly end would pass for all of the log.
        return context.body(ReadableStream.from(lines));
      },
    ),
  )();

/** The log as it grows, as server-sent events; resumed after `Last-Event-ID`. */
export const followLog = (context: Context<ApiEnv>, ledger: Ledger): Promise<Response> =>
  pipe(
    streamedOf(context, ledger, EventFilterQuestion),
    TE.matchE(
      (refused) => T.of(problem(context, refused)),
      (streamed) => async () => {
        const lastEventId = context.req.header('last-event-id') ?? '';
        const from = /^\d{1,15}$/.test(lastEventId) ? { ...streamed, after: Number(lastEventId) } : streamed;
        const ended = new AbortController();
        const found = pages(ledger, from, undefined, ended.signal, () => callerOf(context).isStillLetIn());
        const shown = await begun(shownPages(peopleOf(context, ledger), found));
        return streamSSE(context, async (out) => {
          out.onAbort(() => ended.abort());
          try {
            for await (const events of shown) {
              for (const event of events) {
                await out.writeSSE({ id: event.position, event: 'event', data: JSON.stringify(event) });
              }
              if (events.length === 0) await out.write(': still here\n\n');
            }
          } catch (error) {
            // The follower connects again, and resumes after the last event that it got.
            if (!(error instanceof KeyRevoked) && passingProblem(error) === undefined) throw error;
          }
        });
      },
    ),
  )();
