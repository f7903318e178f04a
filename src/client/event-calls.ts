/** The log: recording, reading, following. */
import type * as E from 'fp-ts/lib/Either.js';
import type { Answer, Recorded } from '../contract/answers.ts';
import { EventDetail, WireEvent } from '../contract/rows/events.ts';
import type { Asking } from './asking.ts';
import {
  type EmitFailure,
  type EmitOptions,
  type EmitProgress,
  post,
  type StreamOptions,
  stream,
} from './emit.ts';
import type { EventInput } from './event-input.ts';
import { follow } from './follow.ts';
import { chunksOfBytes, chunksOfLines } from './ndjson-chunks.ts';
import type { EventFilter, Question } from './questions.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';
import type { Query } from './transport.ts';

/** The calls about events. */
export const eventCalls = ({ target, policy, about, rows }: Asking) => ({
  /** Records one event. */
  emit: (event: EventInput, options?: EmitOptions): Reply<Recorded> =>
    post(target, policy, 'application/cloudevents+json', JSON.stringify(event), options),
  /** Records up to 1,000 events atomically. */
  emitBatch: (events: ReadonlyArray<EventInput>, options?: EmitOptions): Reply<Recorded> =>
    post(target, policy, 'application/cloudevents-batch+json', JSON.stringify(events), options),
  /** Records any number of events, or lines of NDJSON, in order; each chunk of 1,000 is atomic. */
  emitStream: (
    events: AsyncIterable<EventInput | string> | Iterable<EventInput | string>,
    options?: StreamOptions,
  ): Promise<E.Either<EmitFailure, EmitProgress>> => stream(target, policy, chunksOfLines(events), options),
  /** The same for bytes of NDJSON, such as from a file or a socket. */
  emitBytes: (
    bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options?: StreamOptions,
  ): Promise<E.Either<EmitFailure, EmitProgress>> => stream(target, policy, chunksOfBytes(bytes), options),
  /** The log, oldest first. */
  list: (question?: Question & EventFilter, options?: RequestOptions): Rows<WireEvent> =>
    rows(WireEvent)(['events'], question, options),
  /** One event with its discrepancies, and the events that corrected or retracted it. */
  get: (position: string, question?: Question, options?: RequestOptions): Reply<Answer<EventDetail>> =>
    about(EventDetail)(['events', position], question, options),
  /** The log from a position on and then live, until the signal aborts. */
  follow: (filter: EventFilter = {}, { signal }: RequestOptions = {}) =>
    follow(target, policy, { path: ['v1', 'events'], query: filter as Query, signal }, WireEvent),
});
