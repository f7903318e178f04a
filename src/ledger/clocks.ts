/**
 * The clocks of a question: what it is to know, once the projections know it.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Clocks } from '../contract/answers.ts';
import type { QuestionClocks } from '../contract/asked.ts';
import type { Cursor } from '../contract/cursor.ts';
import { badParameter, instantParameter, positionParameter, wordParameter } from '../contract/parameters.ts';
import type { Problem } from '../contract/problem.ts';
import { Assurance } from '../domain/events/words.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import type { Position } from '../store/event-store.ts';
import type { Ledger } from './ledger.ts';

/** The last instant at which no more than the events up to a position was known, now where these are all. */
const knownUpTo = ({ parts }: Ledger, position: Position): Instant => {
  const { log, now } = parts;
  if (position >= log.head()) return now();
  const recordedAt = log.recordedAtOf(position);
  return recordedAt ?? (log.after(position, 1)[0]?.recordedAt ?? now()) - 1;
};

/**
 * The clocks of a question, once the projections have reached what it must know.
 *
 * @param cursor of the page before: the following pages are read under the same clocks.
 */
export const clocksOf = async (
  ledger: Ledger,
  parameters: ReadonlyMap<string, string>,
  cursor?: Cursor,
): Promise<E.Either<Problem, QuestionClocks>> => {
  const now = ledger.parts.now();
  const minAssurance = wordParameter(parameters, 'minAssurance', Assurance.words);
  if (E.isLeft(minAssurance)) return minAssurance;
  const least = minAssurance.right ?? 'claimed';
  const validAt = instantParameter(parameters, 'validAt', now);
  if (E.isLeft(validAt)) return validAt;
  const knownAt = instantParameter(parameters, 'knownAt', now);
  if (E.isLeft(knownAt)) return knownAt;
  const knownPosition = positionParameter(parameters, 'knownPosition');
  if (E.isLeft(knownPosition)) return knownPosition;
  if (knownPosition.right !== undefined && parameters.has('knownAt')) {
    return badParameter('knownPosition', 'is given together with knownAt; expected one of the two');
  }
  const atLeast = positionParameter(parameters, 'atLeast');
  if (E.isLeft(atLeast)) return atLeast;

  // What an answer as known at a moment knows must be applied before it is given, or it would change later.
  const { log } = ledger.parts;
  const asKnown = cursor !== undefined || knownPosition.right !== undefined || parameters.has('knownAt');
  const position =
    cursor?.position ??
    knownPosition.right ??
    (asKnown ? log.lastKnownBy(knownAt.right) : Number.MAX_SAFE_INTEGER);
  const needed = Math.max(atLeast.right ?? 0, asKnown ? Math.min(position, log.head()) : 0);
  if (ledger.isBuilding() && !(await ledger.reached(log.head()))) {
    const detail = 'the projections are being rebuilt from the log; ask again later';
    return E.left({ kind: 'unavailable', detail, retryAfterMs: ledger.parts.waitMs });
  }
  if (!(await ledger.reached(needed))) {
    const { position: reached } = ledger.state();
    const detail = `the projections have reached position ${reached}, not yet ${needed}; ask again later`;
    return E.left({ kind: 'unavailable', detail, retryAfterMs: ledger.parts.waitMs });
  }
  const known = Math.min(position, ledger.checkpoint());
  return E.right({
    validAt: cursor?.validAt ?? validAt.right,
    knownAt: cursor?.knownAt ?? (parameters.has('knownAt') ? knownAt.right : knownUpTo(ledger, known)),
    position: known,
    minAssurance: least,
  });
};

/** The clocks of an answer about the ledger itself: as it is now, by all that its projections know. */
export const wireClocksNow = (ledger: Ledger): Clocks => {
  const { position } = ledger.state();
  return {
    validAt: formatInstant(ledger.parts.now()),
    knownAt: formatInstant(knownUpTo(ledger, position)),
    position: String(position),
  };
};
