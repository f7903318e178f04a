/**
 * Asking one generation of the projections.
 */
import type { Assurance } from '../domain/events/words.ts';
import type { IndexReader } from '../projections/engine/index-reader.ts';
import { View } from '../questions/view.ts';
import { unattended, type Work } from '../questions/work.ts';
import type { Position } from '../store/event-store.ts';

/**
 * Asks within one snapshot of the projections.
 *
 * @param position the last position to know, or the checkpoint if that is less.
 * @param work tells whether to go on.
 * @throws Abandoned once it says that nobody waits for the answer.
 */
export const askAsKnown = <A>(
  reader: IndexReader,
  position: Position,
  minAssurance: Assurance,
  question: (view: View) => A,
  work: Work = unattended,
): A =>
  reader.snapshot(() =>
    question(new View(reader, { position: Math.min(position, reader.checkpoint()), minAssurance }, [], work)),
  );
