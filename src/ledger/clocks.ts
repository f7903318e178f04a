/**
 * The clocks of a question: which instant it is about, and what it knows.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Clocks } from '../contract/answers.ts';
import type { QuestionClocks } from '../contract/asked.ts';
import type { Cursor } from '../contract/cursor.ts';
import type { Problem } from '../contract/problem.ts';
import type { ClockParameters } from '../contract/questions/question.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import type { Position } from '../store/event-store.ts';
import type { Ledger } from './ledger.ts';

/** The last instant at which the events up to a position were all that was known: now, if no more are recorded. */
const knownUpTo = ({ parts }: Ledger, position: Position): Instant => {
  const { log, now } = parts;
  if (position >= log.head()) return now();
  const recordedAt = log.recordedAtOf(position);
  return recordedAt ?? (log.after(position, 1)[0]?.recordedAt ?? now()) - 1;
};

/** Waits for the projections to reach a position, and, while they are being rebuilt, the end of the log. */
const reached =
  (ledger: Ledger, needed: Position): TE.TaskEither<Problem, void> =>
  async () => {
    const { log, waitMs: retryAfterMs } = ledger.parts;
    if (ledger.isBuilding() && !(await ledger.reached(log.head()))) {
      const detail = 'the projections are being rebuilt from the log; ask again later';
      return E.left({ kind: 'unavailable', detail, retryAfterMs });
    }
    if (await ledger.reached(needed)) return E.right(undefined);
    const { position } = ledger.state();
    const detail = `the projections have reached position ${position}, not yet ${needed}; ask again later`;
    return E.left({ kind: 'unavailable', detail, retryAfterMs });
  };

/**
 * The clocks of a question, once the projections have applied everything that it knows: until then an answer could
 * still change.
 *
 * @param cursor of the previous page: all pages are read under the same clocks.
 */
export const clocksOf = (
  ledger: Ledger,
  asked: ClockParameters,
  cursor?: Cursor,
): TE.TaskEither<Problem, QuestionClocks> => {
  const { log, now } = ledger.parts;
  const { validAt = now(), knownAt, knownPosition, minAssurance = 'claimed', atLeast = 0 } = asked;
  const asKnown =
    cursor?.position ?? knownPosition ?? (knownAt === undefined ? undefined : log.lastKnownBy(knownAt));
  const needed = asKnown === undefined ? atLeast : Math.max(atLeast, Math.min(asKnown, log.head()));
  return pipe(
    reached(ledger, needed),
    TE.map(() => {
      const checkpoint = ledger.checkpoint();
      const position = asKnown === undefined ? checkpoint : Math.min(asKnown, checkpoint);
      return {
        validAt: cursor?.validAt ?? validAt,
        knownAt: cursor?.knownAt ?? knownAt ?? knownUpTo(ledger, position),
        position,
        minAssurance,
      };
    }),
  );
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
