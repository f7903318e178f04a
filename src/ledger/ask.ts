/**
 * Asking one generation of the projections.
 */
import type { Problem } from '../contract/problem.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { IndexReader } from '../projections/engine/index-reader.ts';
import { View } from '../questions/view.ts';
import { unattended, type Work } from '../questions/work.ts';
import type { Position } from '../store/event-store.ts';

/** Asks for whatever the projections know at the moment. */
export const whateverIsKnown: Position = Number.POSITIVE_INFINITY;

/** When a caller may ask again if the projections do not know enough yet. */
const retryAfterMs = 1_000;

/**
 * The projections know less than an answer would promise. They may have been taken out of service since the clocks of
 * the question were read, and the next ones may still be catching up.
 */
export class NotYetKnown extends Error {
  readonly problem: Problem;

  constructor(checkpoint: Position, position: Position) {
    const detail = `the projections are back at position ${checkpoint} and have not reached ${position}; try again later`;
    super(detail);
    this.name = 'NotYetKnown';
    this.problem = { kind: 'unavailable', detail, retryAfterMs };
  }
}

/**
 * Asks within one snapshot of the projections.
 *
 * @param position the last position to know, or `whateverIsKnown`.
 * @param work says whether to continue.
 * @throws NotYetKnown if the projections have not reached the position. Abandoned once `work` says that nobody waits for the
 *   answer.
 */
export const askAsKnown = <A>(
  reader: IndexReader,
  position: Position,
  minAssurance: Assurance,
  question: (view: View) => A,
  work: Work = unattended,
): A =>
  reader.snapshot((checkpoint) => {
    if (position !== whateverIsKnown && checkpoint < position) throw new NotYetKnown(checkpoint, position);
    return question(new View(reader, { position: Math.min(position, checkpoint), minAssurance }, [], work));
  });
