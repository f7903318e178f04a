/**
 * The log: recording events, reading them back, following them live.
 */

import * as E from 'fp-ts/lib/Either.js';
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { describeRoute } from 'hono-openapi';
import { answerOf, listAnswerOf, type Recorded } from '../../contract/answers.ts';
import type { Asked } from '../../contract/asked.ts';
import {
  clockParameters,
  parametersOf,
  positionParameter,
  wordParameter,
} from '../../contract/parameters.ts';
import type { Problem } from '../../contract/problem.ts';
import { EventDetail, WireEvent } from '../../contract/rows/events.ts';
import { eventTypes } from '../../domain/events/catalogue.ts';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { passingProblem } from '../../ledger/passing-problems.ts';
import type { People } from '../../ledger/people.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { type RecordedChunk, Recorder } from '../../ledger/recording/recorder.ts';
import { type EventFilter, eventDetail, eventsAfter } from '../../questions/events.ts';
import { knownName } from '../../questions/known-name.ts';
import type { View } from '../../questions/view.ts';
import type { Position } from '../../store/event-store.ts';
import { answer, answerTo, askedOf } from '../http/answer.ts';
import { isBinary, readBatch, readBinary, readNdjson, readStructured } from '../http/bodies.ts';
import { type ApiEnv, may, peopleOf } from '../http/caller.ts';
import { describeQuestion, eventSchema, problemResponse } from '../http/openapi.ts';
import { problem } from '../http/problem.ts';
import { askedSubject } from './subjects.ts';

/** Rows of the log that are streamed between two looks at whether the reader still listens. */
const streamedPageEventsMax = 1_000;
/** How long a live follower hears nothing at the most: then a comment keeps the connection open. */
const heartbeatMs = 15_000;

const filterParameters = ['after', 'type', 'source', 'subject', 'site', 'party', 'dataset'];

const accepted =
  'application/cloudevents+json, application/cloudevents-batch+json, application/x-ndjson, or CloudEvents binary mode (ce- headers with application/json)';

/**
 * Which events are asked for. What no known event names is a slip of the pen: no events of it would read as none yet.
 *
 * @param subject the pseudonym of the subject that is named, if anybody has it.
 */
const filterOf = (
  context: Context<ApiEnv>,
  ledger: Ledger,
  view: View,
  subject: string | undefined,
  parameters: ReadonlyMap<string, string>,
): E.Either<Problem, EventFilter> => {
  const type = wordParameter(parameters, 'type', eventTypes);
  if (E.isLeft(type)) return type;
  const filter: Record<string, string> = {};
  const source = parameters.get('source');
  if (source !== undefined) filter.source = source;
  for (const kind of ['site', 'party', 'dataset'] as const) {
    const value = parameters.get(kind);
    const name = value === undefined ? undefined : knownName(view, kind, value);
    if (name === undefined) continue;
    if (E.isLeft(name)) return name;
    filter[kind] = name.right;
  }
  if (parameters.has('subject')) {
    const known = askedSubject(context, ledger, view, subject, 'events');
    if (E.isLeft(known)) return known;
    filter.subject = known.right;
  }
  return E.right({ ...filter, ...(type.right === undefined ? {} : { type: type.right }) });
};

/** The same items, once the first of them is there: what prevents that one is told before an answer begins. */
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

/** What of the log is streamed. */
interface Streamed {
  readonly filter: EventFilter;
  readonly after: number;
}

/** The routes under `/v1/events`. */
export const eventRoutes = (ledger: Ledger): Hono<ApiEnv> => {
  const routes = new Hono<ApiEnv>();
  const recorder = new Recorder(ledger);
  const people = (context: Context<ApiEnv>): People => peopleOf(context, ledger);

  const recordOnce = async (
    context: Context<ApiEnv>,
    given: E.Either<Problem, ReadonlyArray<Given>>,
  ): Promise<Response> => {
    if (E.isLeft(given)) return problem(context, given.left);
    if (given.right.length === 0) {
      const position = String(ledger.parts.log.head());
      return context.json({ recorded: 0, duplicates: 0, position }, 200);
    }
    const done = await recorder.record(given.right, may(context, 'admin'));
    if (E.isLeft(done)) return problem(context, done.left);
    const { recorded, duplicates, position } = done.right;
    return context.json({ recorded, duplicates, position: String(position) }, recorded === 0 ? 200 : 201);
  };

  /** Chunk after chunk, in order; while one is written, the next is read and prepared. */
  const recordLines = async (context: Context<ApiEnv>): Promise<Response> => {
    const mayAdopt = may(context, 'admin');
    let soFar: Recorded = { recorded: 0, duplicates: 0, position: String(ledger.parts.log.head()) };
    let last = 0;
    let written: Promise<RecordedChunk> | undefined;

    /** Waits for the chunk before, if there is one; the problem that it has stops the body. */
    const settled = async (): Promise<Problem | undefined> => {
      const done = await written;
      written = undefined;
      if (done === undefined) return undefined;
      last = Math.max(last, done.position);
      soFar = {
        recorded: soFar.recorded + done.recorded,
        duplicates: soFar.duplicates + done.duplicates,
        position: last === 0 ? soFar.position : String(last),
      };
      return done.problem;
    };

    for await (const chunk of readNdjson(context.req.raw.body)) {
      const prepared = E.isLeft(chunk) ? chunk : await recorder.prepare(chunk.right, mayAdopt);
      const stopped = (await settled()) ?? (E.isLeft(prepared) ? prepared.left : undefined);
      if (stopped !== undefined) return problem(context, { ...stopped, soFar } as Problem);
      if (E.isRight(prepared) && prepared.right.decoded.given.length > 0) {
        written = recorder.recordLines(prepared.right);
        // What it throws is told where it is waited for.
        written.catch(() => undefined);
      }
    }
    const stopped = await settled();
    if (stopped !== undefined) return problem(context, { ...stopped, soFar } as Problem);
    return context.json(soFar, soFar.recorded === 0 ? 200 : 201);
  };

  routes.post(
    '/',
    describeRoute({
      summary: 'Record events',
      description:
        'One event, a batch of up to 1000 (atomic), or any number as NDJSON (chunks of up to 1000 lines, each atomic, in order; the first bad line stops it and is named; sending the same again is safe).',
      requestBody: {
        required: true,
        content: {
          'application/cloudevents+json': { schema: eventSchema() as object },
          'application/cloudevents-batch+json': {
            schema: { type: 'array', maxItems: 1_000, items: eventSchema() as object },
          },
          'application/x-ndjson': { schema: { type: 'string', description: 'one event a line' } },
          'application/json': {
            schema: { type: 'object', description: 'the data; attributes in ce- headers' },
          },
        },
      },
      responses: {
        201: { description: 'Recorded: { recorded, duplicates, position }' },
        200: { description: 'All were recorded before' },
        409: problemResponse('Another event is recorded under the same source and id'),
        413: problemResponse('Too large'),
        415: problemResponse('Media type not supported'),
        422: problemResponse(
          'Malformed; nothing of the batch is recorded. errors: index, pointer, message of each fault',
        ),
        503: problemResponse('The log does not take events at the moment; see Retry-After'),
        507: problemResponse('No space is left for the log'),
      },
    }),
    async (context) => {
      const [mediaType] = (context.req.header('content-type') ?? '').toLowerCase().split(';');
      const { body, headers } = context.req.raw;
      if ((headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity') {
        const detail = 'expected a body without Content-Encoding; compressed ones are not taken';
        return problem(context, { kind: 'media-type', detail });
      }
      switch (mediaType?.trim()) {
        case 'application/cloudevents+json':
          return recordOnce(context, await readStructured(body));
        case 'application/cloudevents-batch+json':
          return recordOnce(context, await readBatch(body));
        case 'application/x-ndjson':
          return recordLines(context);
        case 'application/json':
          if (isBinary(headers)) return recordOnce(context, await readBinary(headers, body));
      }
      return problem(context, { kind: 'media-type', detail: `expected the Content-Type ${accepted}` });
    },
  );

  routes.get(
    '/',
    describeQuestion('The log, oldest first', listAnswerOf(WireEvent), {
      after: 'Only events after this position.',
      type: 'Only events of this type.',
      source: 'Only events of this source.',
      subject: 'Only events that name this subject.',
      site: 'Only events that name this site.',
      party: 'Only events that name this party.',
      dataset: 'Only events that name this dataset.',
    }),
    async (context) => {
      const wanted = context.req.header('accept') ?? '';
      if (wanted.includes('text/event-stream')) return follow(context);
      if (wanted.includes('application/x-ndjson')) return dump(context);
      const asked = await askedOf(context, ledger, filterParameters);
      if (E.isLeft(asked)) return problem(context, asked.left);
      const start = startOf(asked.right);
      if (E.isLeft(start)) return problem(context, start.left);
      const { parameters, limit } = asked.right;
      const subject = await subjectNamed(context, parameters);
      return answerTo(
        context,
        ledger,
        asked.right,
        (view) => {
          const filter = filterOf(context, ledger, view, subject, parameters);
          if (E.isLeft(filter)) return filter;
          const page = eventsAfter(view, filter.right, start.right, limit);
          return E.right({ data: page.events, after: page.next });
        },
        (events) => people(context).wire(events),
      );
    },
  );

  const startOf = ({ after, parameters }: Asked): E.Either<Problem, number> => {
    if (typeof after === 'number') return E.right(after);
    const given = positionParameter(parameters, 'after');
    return E.isLeft(given) ? given : E.right(given.right ?? 0);
  };

  const subjectNamed = async (
    context: Context<ApiEnv>,
    parameters: ReadonlyMap<string, string>,
  ): Promise<string | undefined> => {
    const named = parameters.get('subject');
    return named === undefined ? undefined : people(context).pseudonymOf(named);
  };

  /** What of the log fits the request, page by page, up to a position; or, where there is none, for ever as it grows. */
  async function* pages(
    { filter, after }: Streamed,
    upTo: number | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<ReadonlyArray<RecordedEvent>> {
    let position = after;
    while (!signal.aborted) {
      const { page, known } = ledger.ask(upTo ?? Number.MAX_SAFE_INTEGER, 'claimed', (view) => ({
        page: eventsAfter(view, filter, position, streamedPageEventsMax),
        known: view.known.position,
      }));
      position = page.next ?? Math.max(position, known);
      yield page.events;
      if (page.next !== null) continue;
      if (upTo !== undefined) return;
      await grownBeyond(position, signal);
    }
  }

  const grownBeyond = (position: number, signal: AbortSignal): Promise<void> =>
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

  const streamed = async (
    context: Context<ApiEnv>,
    parameters: ReadonlyMap<string, string>,
    position: Position,
  ): Promise<E.Either<Problem, Streamed>> => {
    const subject = await subjectNamed(context, parameters);
    const filter = ledger.ask(position, 'claimed', (view) =>
      filterOf(context, ledger, view, subject, parameters),
    );
    if (E.isLeft(filter)) return filter;
    const after = positionParameter(parameters, 'after');
    if (E.isLeft(after)) return after;
    return E.right({ filter: filter.right, after: after.right ?? 0 });
  };

  const dump = async (context: Context<ApiEnv>): Promise<Response> => {
    const parameters = parametersOf(new URL(context.req.url).searchParams, [
      ...filterParameters,
      ...clockParameters,
    ]);
    if (E.isLeft(parameters)) return problem(context, parameters.left);
    const clocks = await clocksOf(ledger, parameters.right);
    if (E.isLeft(clocks)) return problem(context, clocks.left);
    const asked = await streamed(context, parameters.right, clocks.right.position);
    if (E.isLeft(asked)) return problem(context, asked.left);
    const ended = new AbortController();
    const found = pages(asked.right, clocks.right.position, ended.signal);
    const lines = await begun(linesOf(shownPages(people(context), found)));
    context.header('Content-Type', 'application/x-ndjson');
    // Where a page cannot be shown the body breaks off: to end it would pass for all of the log.
    return context.body(ReadableStream.from(lines));
  };

  const follow = async (context: Context<ApiEnv>): Promise<Response> => {
    const parameters = parametersOf(new URL(context.req.url).searchParams, filterParameters);
    if (E.isLeft(parameters)) return problem(context, parameters.left);
    const clocks = await clocksOf(ledger, parameters.right);
    if (E.isLeft(clocks)) return problem(context, clocks.left);
    const asked = await streamed(context, parameters.right, clocks.right.position);
    if (E.isLeft(asked)) return problem(context, asked.left);
    const lastEventId = context.req.header('last-event-id') ?? '';
    const from = /^\d{1,15}$/.test(lastEventId)
      ? { ...asked.right, after: Number(lastEventId) }
      : asked.right;
    const ended = new AbortController();
    const shown = await begun(shownPages(people(context), pages(from, undefined, ended.signal)));
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
        // The follower comes again, and goes on after the last event that it got.
        if (passingProblem(error) === undefined) throw error;
      }
    });
  };

  routes.get(
    '/:position',
    describeQuestion('One event, with what does not fit and what corrected it', answerOf(EventDetail), {}, [
      'position',
    ]),
    (context) =>
      answer(
        context,
        ledger,
        [],
        (view) => {
          const text = context.req.param('position');
          const position = Number(text);
          if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(position)) {
            const detail = 'position: expected a position in the log, a whole number such as 1234';
            return E.left({ kind: 'bad-parameter', parameter: 'position', detail });
          }
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
