/**
 * The counts of individuals that are kept from question to question: one for each index and assurance.
 */
import type { Assurance } from '../domain/events/words.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { IndividualCounts } from './individual-counts.ts';
import type { View } from './view.ts';

/** Counts are updated by up to this many positions; beyond that they are rebuilt. */
const movedPositionsMax = 10_000;
/** Counts of more subjects than this are not kept: they would take gigabytes. */
const keptSubjectsMax = 2_000_000;

const kept = new WeakMap<EventIndex, Map<Assurance, IndividualCounts>>();

const keptOf = (index: EventIndex): Map<Assurance, IndividualCounts> => {
  const existing = kept.get(index);
  if (existing !== undefined) return existing;
  const counts = new Map<Assurance, IndividualCounts>();
  kept.set(index, counts);
  return counts;
};

/**
 * Answers a question by counts of what a view knows: those that are kept if they are near, new ones if not.
 *
 * Kept counts are taken out while the question is answered, so that those of a question that fails are never used again.
 */
export const withIndividualCounts = <A>(view: View, answer: (counts: IndividualCounts) => A): A => {
  if (view.isSimulated()) return answer(new IndividualCounts(view));
  const { minAssurance, position } = view.known;
  const all = keptOf(view.index);
  const before = all.get(minAssurance);
  const isNear = before !== undefined && Math.abs(position - before.position) <= movedPositionsMax;
  // Counts that know more stay for the questions about now.
  if (before !== undefined && !isNear && position < before.position)
    return answer(new IndividualCounts(view));
  all.delete(minAssurance);
  const counts = isNear ? before : new IndividualCounts(view);
  counts.moveTo(view);
  const answered = answer(counts);
  if (counts.size <= keptSubjectsMax) all.set(minAssurance, counts);
  return answered;
};
