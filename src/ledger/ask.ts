/**
 * Asking one generation of the projections.
 */
import type { Assurance } from '../domain/events/words.ts';
import type { IndexReader } from '../projections/engine/index-reader.ts';
import { View } from '../questions/view.ts';
import type { Position } from '../store/event-store.ts';

/**
 * Asks within one snapshot of the projections.
 *
 * @param position the last position to know, or the checkpoint if that is less.
 */
export const askAsKnown = <A>(
  reader: IndexReader,
  position: Position,
  minAssurance: Assurance,
  question: (view: View) => A,
): A =>
  reader.snapshot(() =>
    question(new View(reader, { position: Math.min(position, reader.checkpoint()), minAssurance })),
  );
