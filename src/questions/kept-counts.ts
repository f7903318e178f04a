/** Caches the counts of individuals between questions: one for each index and assurance. */
import type { Assurance } from '../domain/events/words.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { IndividualCounts } from './individual-counts.ts';
import type { View } from './view.ts';

/** Counts are updated across up to this many positions; beyond that they are rebuilt. */
const movedPositionsMax = 10_000;
/** Counts of more subjects than this are not cached: they would take gigabytes. */
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
 * Answers a question from counts of what a view knows: from the cached ones if they are near, otherwise from new
 * ones.
 *
 * The counts leave the cache while the question is answered, so those of a failed question are never reused.
 */
export const withIndividualCounts = <A>(view: View, answer: (counts: IndividualCounts) => A): A => {
  if (view.isSimulated()) return answer(new IndividualCounts(view));
  const { minAssurance, position } = view.known;
  const all = keptOf(view.index);
  const before = all.get(minAssurance);
  const isNear = before !== undefined && Math.abs(position - before.position) <= movedPositionsMax;
  // Counts that know more stay cached for questions about the present.
  if (before !== undefined && !isNear && position < before.position)
    return answer(new IndividualCounts(view));
  all.delete(minAssurance);
  const counts = isNear ? before : new IndividualCounts(view);
  counts.moveTo(view);
  const answered = answer(counts);
  if (counts.size <= keptSubjectsMax) all.set(minAssurance, counts);
  return answered;
};
