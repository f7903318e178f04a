/**
 * Replays of the projections, as they are asked for and told of.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../domain/events/codec.ts';
import { answerOf, Clocks } from './answers.ts';

/** A question that a rebuilt projection answers differently from the one before. */
const ReplayExample = exact('ReplayExample', { question: t.string, before: t.unknown, after: t.unknown }, {});

const replayFields = {
  id: t.string,
  /** Whether it brings back the generation before, and builds none. */
  rollback: t.boolean,
  state: oneOf('the state of a replay', ['running', 'serving', 'failed', 'cancelled']),
  processed: t.number,
  total: t.number,
  /** Events a second. */
  rate: t.number,
  startedAt: t.string,
  endedAt: nullable(t.string),
  /** How long it will still take. */
  etaMs: nullable(t.number),
  differences: nullable(
    exact('ReplayDifferences', { compared: t.number, changed: t.number, examples: list(ReplayExample) }, {}),
  ),
  failure: nullable(t.string),
};

/** A replay. */
export const Replay = exact('Replay', replayFields, {});
export type Replay = t.TypeOf<typeof Replay>;

/** The answer about one replay: its fields stand beside the clocks. */
export const ReplayAnswer = exact('ReplayAnswer', { clocks: Clocks, ...replayFields }, {});
export type ReplayAnswer = t.TypeOf<typeof ReplayAnswer>;

/** The replays that are remembered, the latest first. */
export const ReplayList = answerOf(list(Replay));

/** What is sent to start one. */
export const ReplayRequest = exact('a replay', {}, { rollback: t.boolean });
export type ReplayRequest = t.TypeOf<typeof ReplayRequest>;
