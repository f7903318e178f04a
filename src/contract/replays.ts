/** Requests for and reports of replays of the projections. */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../domain/events/codec.ts';
import { answerOf, Clocks } from './answers.ts';

/** A question that two generations answer differently. */
const ReplayExample = exact('ReplayExample', { question: t.string, before: t.unknown, after: t.unknown }, {});

const replayFields = {
  id: t.string,
  /** Whether it only returns to the previous generation. */
  rollback: t.boolean,
  state: oneOf('the state of a replay', ['running', 'serving', 'failed', 'cancelled']),
  processed: t.number,
  total: t.number,
  /** Events per second. */
  rate: t.number,
  startedAt: t.string,
  endedAt: nullable(t.string),
  /** The estimated remaining time. */
  etaMs: nullable(t.number),
  differences: nullable(
    exact('ReplayDifferences', { compared: t.number, changed: t.number, examples: list(ReplayExample) }, {}),
  ),
  failure: nullable(t.string),
};

/** A replay. */
export const Replay = exact('Replay', replayFields, {});
export type Replay = t.TypeOf<typeof Replay>;

/** The answer about one replay: its fields are beside the clocks. */
export const ReplayAnswer = exact('ReplayAnswer', { clocks: Clocks, ...replayFields }, {});
export type ReplayAnswer = t.TypeOf<typeof ReplayAnswer>;

/** The remembered replays, the latest first. */
export const ReplayList = answerOf(list(Replay));

/** The request to start a replay. */
export const ReplayRequest = exact('a replay', {}, { rollback: t.boolean });
export type ReplayRequest = t.TypeOf<typeof ReplayRequest>;
