/**
 * The clocks of a question: which instant it is about, and what it knows.
 *
 * An answer asked again with the clocks that it echoed is the same answer, forever. Two things see to that. A store
 * records each write later than everything that it recorded before, whatever the machine's clock says. And an answer
 * never echoes a `knownAt` later than the last event of the log: a later write could still fall at or before it.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Clocks } from '../contract/answers.ts';
import { type QuestionClocks, wireClocks } from '../contract/asked.ts';
import type { Cursor } from '../contract/cursor.ts';
import type { Problem } from '../contract/problem.ts';
import { type ClockParameters, invalidParameter } from '../contract/questions/question.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import { origin, type Position } from '../store/event-store.ts';
import { beforeEverything } from '../store/known-time.ts';
import type { LogReader } from '../store/log-reader.ts';
import type { Ledger } from './ledger.ts';

/** What an answer knows: the events up to a position, and the instant at which these were all that was known. */
interface Knowledge {
  readonly position: Position;
  readonly knownAt: Instant;
}

/** The knowledge at a position. */
const knownUpTo = (log: LogReader, position: Position): Knowledge => ({
  position,
  knownAt: log.recordedAtOf(position) ?? beforeEverything,
});

/** The knowledge at an instant, which is echoed as it was asked for if nothing later can fall at or before it. */
const knownBy = (log: LogReader, instant: Instant): Knowledge => {
  const position = log.lastKnownBy(instant);
  const next = log.recordedAtOf(position + 1);
  return next !== undefined && next > instant ? { position, knownAt: instant } : knownUpTo(log, position);
};

/** The last position of the write that a position is part of: a write becomes known as a whole. */
const endOfWrite = (log: LogReader, position: Position): Position => {
  const recordedAt = log.recordedAtOf(position);
  return recordedAt === undefined ? position : log.lastKnownBy(recordedAt);
};

/** The last position up to one at which a write ended. */
const lastWholeWrite = (log: LogReader, position: Position): Position => {
  const recordedAt = log.recordedAtOf(position);
  return recordedAt === undefined || log.recordedAtOf(position + 1) !== recordedAt
    ? position
    : log.lastKnownBy(recordedAt - 1);
};

/** When the last event was recorded. */
const lastRecordedAt = (log: LogReader): Instant => log.recordedAtOf(log.head()) ?? beforeEverything;

/**
 * When somebody asks about a person, as the log of reads has it: later than every `knownAt` that was echoed so far, whatever
 * the machine's clock says, so that no answer that shows reads changes by it.
 */
export const readAt = ({ parts: { log, now } }: Ledger): Instant => Math.max(now(), lastRecordedAt(log) + 1);

/** Has the log hold what other processes recorded, where the question may be about that. */
const caughtUp = async (
  ledger: Ledger,
  asked: ClockParameters,
  cursor: Cursor | undefined,
): Promise<void> => {
  const { log, store } = ledger.parts;
  const { knownAt, knownPosition = origin, atLeast = origin } = asked;
  const head = log.head();
  const isBeyond =
    Math.max(knownPosition, atLeast, cursor?.position ?? origin) > head ||
    (knownAt !== undefined && knownAt > lastRecordedAt(log));
  if (isBeyond) await store.head();
};

/** Waits for the projections to reach a position, and, while they are being rebuilt, the end of the log. */
const reached =
  (ledger: Ledger, needed: Position): TE.TaskEither<Problem, void> =>
  async () => {
    const { log, waitMs: retryAfterMs } = ledger.parts;
    if (ledger.isBuilding() && !(await ledger.reached(log.head()))) {
      const detail = 'the projections are being rebuilt from the log; try again later';
      return E.left({ kind: 'unavailable', detail, retryAfterMs });
    }
    if (await ledger.reached(needed)) return E.right(undefined);
    const { position } = ledger.state();
    const detail = `the projections have reached position ${position}, but not ${needed}; try again later`;
    return E.left({ kind: 'unavailable', detail, retryAfterMs });
  };

/** Refuses to say what will be known. */
const checkedKnownAt = (ledger: Ledger, knownAt: Instant | undefined): E.Either<Problem, void> => {
  if (knownAt === undefined) return E.right(undefined);
  const { log, now } = ledger.parts;
  const latest = Math.max(now(), lastRecordedAt(log));
  if (knownAt <= latest) return E.right(undefined);
  const detail = `is in the future, when more may be known. Expected ${formatInstant(latest)} or earlier; leave it out for the latest`;
  return invalidParameter('knownAt', detail);
};

/** What the question asks to know; undefined if it asks for the latest. */
const askedKnowledge = (
  log: LogReader,
  { knownAt, knownPosition }: ClockParameters,
  cursor: Cursor | undefined,
): Knowledge | undefined => {
  if (cursor !== undefined)
    return { position: Math.min(cursor.position, log.head()), knownAt: cursor.knownAt };
  if (knownAt !== undefined) return knownBy(log, knownAt);
  // Beyond the end, a position means the latest.
  return knownPosition === undefined || knownPosition > log.head()
    ? undefined
    : knownUpTo(log, knownPosition);
};

/**
 * The clocks of a question, once the projections have applied everything that it knows: until then an answer could
 * still change.
 *
 * @param cursor of the previous page: all pages are read under the same clocks.
 * @returns `bad-parameter` if `knownAt` is in the future; `unavailable` if the projections do not get there in time.
 */
export const clocksOf = (
  ledger: Ledger,
  asked: ClockParameters,
  cursor?: Cursor,
): TE.TaskEither<Problem, QuestionClocks> => {
  const { log, now } = ledger.parts;
  const { validAt = now(), minAssurance = 'claimed', atLeast = origin } = asked;
  return pipe(
    TE.fromTask(() => caughtUp(ledger, asked, cursor)),
    TE.flatMapEither(() => checkedKnownAt(ledger, cursor === undefined ? asked.knownAt : undefined)),
    TE.bind('known', () => TE.right(askedKnowledge(log, asked, cursor))),
    TE.tap(({ known }) => reached(ledger, Math.max(endOfWrite(log, atLeast), known?.position ?? origin))),
    TE.map(({ known }) => ({
      validAt: cursor?.validAt ?? validAt,
      ...(known ?? knownUpTo(log, lastWholeWrite(log, ledger.checkpoint()))),
      minAssurance,
    })),
  );
};

/** The clocks of an answer about the ledger itself: as it is now, by all that its projections know. */
export const wireClocksNow = (ledger: Ledger): Clocks => {
  const { log, now } = ledger.parts;
  const known = knownUpTo(log, lastWholeWrite(log, ledger.state().position));
  return wireClocks({ validAt: now(), ...known, minAssurance: 'claimed' });
};
