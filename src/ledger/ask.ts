/**
 * Asking one generation of the projections.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../contract/problem.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { IndexReader } from '../projections/engine/index-reader.ts';
import { View } from '../questions/view.ts';
import { unattended, type Work } from '../questions/work.ts';
import type { Position } from '../store/event-store.ts';

/** When a caller may ask again if the projections do not know enough yet. */
const retryAfterMs = 1_000;

/**
 * Refuses to answer from less than the clocks of the answer promise. Projections may have been taken out of service
 * since the clocks were read, and the next ones may still be catching up.
 */
export const knowing = (view: View, position: Position): E.Either<Problem, void> => {
  if (view.known.position >= position) return E.right(undefined);
  const detail = `the projections are back at position ${view.known.position} and have not reached ${position}; try again later`;
  return E.left({ kind: 'unavailable', detail, retryAfterMs });
};

/**
 * Asks within one snapshot of the projections.
 *
 * @param position the last position to know, or the checkpoint if that is less.
 * @param work says whether to continue.
 * @throws Abandoned once `work` says that nobody waits for the answer.
 */
export const askAsKnown = <A>(
  reader: IndexReader,
  position: Position,
  minAssurance: Assurance,
  question: (view: View) => A,
  work: Work = unattended,
): A =>
  reader.snapshot((checkpoint) =>
    question(new View(reader, { position: Math.min(position, checkpoint), minAssurance }, [], work)),
  );
