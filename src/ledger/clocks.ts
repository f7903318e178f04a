/**
 * The clocks of a question: the instant that it is about, and what it knows.
 *
 * Asking again with the clocks that an answer echoed gives the same answer, forever. This holds for two reasons. A
 * store records each write later than everything before it, whatever the machine's clock says. And an answer never
 * echoes a `knownAt` later than the last event of the log, since a later write could still fall at or before it.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
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

/** What an answer knows: the events up to a position, and an instant at which exactly these were known. */
interface Knowledge {
  readonly position: Position;
  readonly knownAt: Instant;
}

/** The knowledge at a position. */
const knownUpTo = (log: LogReader, position: Position): Knowledge => ({
  position,
  knownAt: log.recordedAtOf(position) ?? beforeEverything,
});

/** The knowledge at an instant. The instant is echoed as asked if nothing later can fall at or before it. */
const knownBy = (log: LogReader, instant: Instant): Knowledge => {
  const position = log.lastKnownBy(instant);
  const next = log.recordedAtOf(position + 1);
  return next !== undefined && next > instant ? { position, knownAt: instant } : knownUpTo(log, position);
};

/** The last position of the write that contains a position: a write becomes known as a whole. */
const endOfWrite = (log: LogReader, position: Position): Position => {
  const recordedAt = log.recordedAtOf(position);
  return recordedAt === undefined ? position : log.lastKnownBy(recordedAt);
};

/** The knowledge at the last position, up to a given one, at which a write ended. */
const knownByWholeWrites = (log: LogReader, position: Position): Knowledge => {
  const recordedAt = log.recordedAtOf(position);
  if (recordedAt === undefined) return { position, knownAt: beforeEverything };
  return log.recordedAtOf(position + 1) === recordedAt
    ? knownUpTo(log, log.lastKnownBy(recordedAt - 1))
    : { position, knownAt: recordedAt };
};

/** When the last event was recorded. */
const lastRecordedAt = (log: LogReader): Instant => log.recordedAtOf(log.head()) ?? beforeEverything;

/**
 * The time of a lookup in the log of reads. It is later than every `knownAt` echoed so far, whatever the machine's
 * clock says, so that answers that list reads never change.
 */
export const readAt = ({ parts: { log, now } }: Ledger): Instant => Math.max(now(), lastRecordedAt(log) + 1);

/** Brings the log up to date with other processes, if the question may depend on it. */
const caughtUp = async (
  ledger: Ledger,
  asked: ClockParameters,
  cursor: Cursor | undefined,
): Promise<void> => {
  const { log, store } = ledger.parts;
  const { knownAt, knownPosition = origin, atLeast = origin } = asked;
  const needed = Math.max(knownPosition, atLeast, cursor?.position ?? origin);
  const isBeyond =
    (needed > origin && needed > log.head()) || (knownAt !== undefined && knownAt > lastRecordedAt(log));
  if (isBeyond) await store.head();
};

/** Waits for the projections to reach a position or, during a rebuild, the end of the log. */
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

/** Refuses a `knownAt` in the future. */
const checkedKnownAt = (ledger: Ledger, knownAt: Instant | undefined): E.Either<Problem, void> => {
  if (knownAt === undefined) return E.right(undefined);
  const { log, now } = ledger.parts;
  const latest = Math.max(now(), lastRecordedAt(log));
  if (knownAt <= latest) return E.right(undefined);
  const detail = `is in the future, when more may be known. Expected ${formatInstant(latest)} or earlier; leave it out for the latest`;
  return invalidParameter('knownAt', detail);
};

/** The knowledge that the question asks for; undefined for the latest. */
const askedKnowledge = (
  log: LogReader,
  { knownAt, knownPosition }: ClockParameters,
  cursor: Cursor | undefined,
): Knowledge | undefined => {
  if (cursor !== undefined)
    return { position: Math.min(cursor.position, log.head()), knownAt: cursor.knownAt };
  if (knownAt !== undefined) return knownBy(log, knownAt);
  // A position beyond the end means the latest.
  return knownPosition === undefined || knownPosition > log.head()
    ? undefined
    : knownUpTo(log, knownPosition);
};

/**
 * The clocks of a question, once the projections have applied everything that it knows. Before that, an answer
 * could still change.
 *
 * @param cursor of the previous page: all pages are read under the same clocks.
 * @returns `bad-parameter` if `knownAt` is in the future; `unavailable` if the projections do not catch up in time.
 */
export const clocksOf = (
  ledger: Ledger,
  asked: ClockParameters,
  cursor?: Cursor,
): TE.TaskEither<Problem, QuestionClocks> => {
  const { log, now } = ledger.parts;
  const { validAt = now(), minAssurance = 'claimed', atLeast = origin } = asked;
  return async () => {
    await caughtUp(ledger, asked, cursor);
    const checked = checkedKnownAt(ledger, cursor === undefined ? asked.knownAt : undefined);
    if (E.isLeft(checked)) return checked;
    const known = askedKnowledge(log, asked, cursor);
    const arrived = await reached(ledger, Math.max(endOfWrite(log, atLeast), known?.position ?? origin))();
    if (E.isLeft(arrived)) return arrived;
    return E.right({
      validAt: cursor?.validAt ?? validAt,
      ...(known ?? knownByWholeWrites(log, ledger.checkpoint())),
      minAssurance,
    });
  };
};

/** The clocks of an answer about the ledger itself: now, with everything that the projections know. */
export const wireClocksNow = (ledger: Ledger): Clocks => {
  const { log, now } = ledger.parts;
  const known = knownByWholeWrites(log, ledger.state().position);
  return wireClocks({ validAt: now(), ...known, minAssurance: 'claimed' });
};
