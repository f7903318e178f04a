/**
 * The whole history as policies judge it: every holding over all time, by population, with everybody who reached
 * it. It is kept between questions, one for each index and assurance.
 */
import { isPopulation } from '../domain/events/scope.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { EventIndex } from '../projections/event-index.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { KeptHistory } from './kept-history.ts';
import { View } from './view.ts';
import { Abandoned, OverBudget } from './work.ts';

/** Subjects whom an access or a grant names: they may differ from others who share their facts. */
export const namedSubjects = (view: View, reach: ReachIndex): ReadonlySet<string> => {
  const named = new Set<string>();
  for (const { subject } of reach.grants.ofSingleSubjects()) named.add(subject);
  for (const { data } of view.factsOf('accesses', 'all', 'AccessObserved'))
    if (!isPopulation(data.scope)) named.add(data.scope.subject);
  return named;
};

/** A history is updated across up to this many positions; beyond that it is rebuilt. */
const movedPositionsMax = 100_000;

const latest = new WeakMap<EventIndex, Map<Assurance, KeptHistory>>();
/** Histories of views that ask more than once. */
const ofViews = new WeakMap<View, KeptHistory>();

const latestOf = (index: EventIndex): Map<Assurance, KeptHistory> => {
  const existing = latest.get(index);
  if (existing !== undefined) return existing;
  const histories = new Map<Assurance, KeptHistory>();
  latest.set(index, histories);
  return histories;
};

/**
 * Hands the histories to another index of the same log: counts depend on the log alone.
 *
 * @param from the index used until now; not a damaged one.
 */
export const adoptHistories = (from: EventIndex, to: EventIndex): void => {
  const adopted = latestOf(to);
  for (const [assurance, history] of latestOf(from)) if (history.isWhole) adopted.set(assurance, history);
};

/** For each index, a function that loads histories counted by an earlier process. */
const counted = new WeakMap<EventIndex, (view: View) => KeptHistory | undefined>();

/** Sets where to look for histories of the index that are not in memory, before everybody is counted. */
export const lookForHistories = (index: EventIndex, look: (view: View) => KeptHistory | undefined): void => {
  counted.set(index, look);
};

/** The complete histories of the index. */
export const wholeHistories = (index: EventIndex): ReadonlyArray<readonly [Assurance, KeptHistory]> =>
  [...latestOf(index)].filter(([, history]) => history.isWhole);

const isNear = ({ position }: KeptHistory, view: View): boolean =>
  Math.abs(view.recordedUpTo - position) <= movedPositionsMax;

/** The kept history, if it can move to what the view knows; it is rebuilt if the view knows much more. */
const keptFor = (view: View): KeptHistory | undefined => {
  const histories = latestOf(view.index);
  const { minAssurance, position } = view.known;
  let before = histories.get(minAssurance);
  if (before === undefined && !view.isSimulated()) {
    before = counted.get(view.index)?.(view);
    if (before !== undefined) histories.set(minAssurance, before);
  }
  // A history that knows more is kept for questions about the present.
  if (view.isSimulated() || (before !== undefined && position < before.position)) return undefined;
  if (before !== undefined && isNear(before, view)) return before;
  const made = new KeptHistory(view);
  histories.set(minAssurance, made);
  return made;
};

/** A separate history, for a simulation or an earlier moment of knowledge. */
const ownHistory = (view: View): KeptHistory => {
  const near = latestOf(view.index).get(view.known.minAssurance);
  if (near === undefined || !near.isWhole || !isNear(near, view)) return new KeptHistory(view);
  const copy = near.copy();
  // Recorded events come first, then simulated ones.
  if (view.isSimulated())
    copy.bring(new View(view.index, { ...view.known, position: view.recordedUpTo }, [], view.work));
  return copy;
};

/**
 * The whole history as the view knows it.
 *
 * @throws Abandoned once nobody waits for the answer; OverBudget if it takes too many steps. The next question
 * continues
 *   from there.
 */
export const wholeHistoryOf = (view: View): KeptHistory => {
  const known = ofViews.get(view);
  if (known !== undefined && known.position === view.known.position) return known;
  const kept = keptFor(view);
  const history = kept ?? ownHistory(view);
  try {
    history.bring(view);
  } catch (error) {
    // An unexpected error may have left it inconsistent.
    if (kept !== undefined && !(error instanceof Abandoned || error instanceof OverBudget))
      latestOf(view.index).delete(view.known.minAssurance);
    throw error;
  }
  ofViews.set(view, history);
  return history;
};
