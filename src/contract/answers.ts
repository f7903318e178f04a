/**
 * What wraps the rows of an answer, and what answers that have no rows look like. The rows themselves are in
 * `rows.ts`.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../domain/events/codec.ts';

/** What an answer is about: when it was true, as known when, and the last position it knew. */
export const Clocks = exact('Clocks', { validAt: t.string, knownAt: t.string, position: t.string }, {});
export type Clocks = t.TypeOf<typeof Clocks>;

/** The answer to a question. `next` is the cursor of the next page, or null. */
export interface Answer<A> {
  readonly clocks: Clocks;
  readonly data: A;
  readonly next: string | null;
}

/** The codec of an answer with this data. */
export const answerOf = <A>(data: t.Type<A, unknown, unknown>): t.Type<Answer<A>, unknown, unknown> =>
  exact('Answer', { clocks: Clocks, data, next: nullable(t.string) }, {}) as t.Type<
    Answer<A>,
    unknown,
    unknown
  >;

/** What recording did: `position` is the last one of what was sent. */
export const Recorded = exact(
  'Recorded',
  { recorded: t.number, duplicates: t.number, position: t.string },
  {},
);
export type Recorded = t.TypeOf<typeof Recorded>;

/** One fault of a body. Where it is of events, `index` counts them from 0, and `line` the lines of NDJSON from 1. */
export const EventFault = exact(
  'EventFault',
  { pointer: t.string, message: t.string },
  { index: t.number, line: t.number },
);
export type EventFault = t.TypeOf<typeof EventFault>;

/** Problem details: RFC 9457, with the members the ledger adds. */
export const ProblemDetails = exact(
  'ProblemDetails',
  { type: t.string, title: t.string, status: t.number },
  {
    detail: t.string,
    parameter: t.string,
    what: t.string,
    errors: list(EventFault),
    recorded: t.number,
    duplicates: t.number,
    position: t.string,
  },
);
export type ProblemDetails = t.TypeOf<typeof ProblemDetails>;

/** Whether the ledger is ready for questions, and how far its projections are behind its log. */
export const Readiness = exact(
  'Readiness',
  {
    status: t.string,
    head: t.string,
    position: t.string,
    lag: t.number,
    caughtUp: t.boolean,
    generation: t.number,
    setAside: list(exact('SetAside', { event: t.string, reason: t.string }, {})),
  },
  { failure: t.string, vaultFailure: t.string },
);
export type Readiness = t.TypeOf<typeof Readiness>;

/** A question that a rebuilt projection answers otherwise than the one before. */
const ReplayExample = exact('ReplayExample', { question: t.string, before: t.unknown, after: t.unknown }, {});

/** A replay of the projections. The rate is in events a second, `etaMs` what it will still take. */
export const Replay = exact(
  'Replay',
  {
    id: t.string,
    state: oneOf('the state of a replay', ['running', 'serving', 'failed', 'cancelled']),
    processed: t.number,
    total: t.number,
    rate: t.number,
    startedAt: t.string,
    endedAt: nullable(t.string),
    etaMs: nullable(t.number),
    differences: nullable(
      exact(
        'ReplayDifferences',
        { compared: t.number, changed: t.number, examples: list(ReplayExample) },
        {},
      ),
    ),
    failure: nullable(t.string),
  },
  {},
);
export type Replay = t.TypeOf<typeof Replay>;

/** The replays that are remembered, the latest first. */
export const ReplayList = exact('ReplayList', { data: list(Replay), next: nullable(t.string) }, {});
export type ReplayList = t.TypeOf<typeof ReplayList>;
