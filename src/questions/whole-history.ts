/**
 * The whole history as policies judge it: every holding over all time, cut by the population its people are in, with
 * everybody who reached it. It is kept from question to question, one for each index and assurance.
 */
import { isPopulation } from '../domain/events/scope.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { EventIndex } from '../projections/event-index.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { KeptHistory } from './kept-history.ts';
import { View } from './view.ts';
import { Abandoned, OverBudget } from './work.ts';

/** Subjects whom an access or a grant names: what is true of them need not be of others who share their facts. */
export const namedSubjects = (view: View, reach: ReachIndex): ReadonlySet<string> => {
  const named = new Set<string>();
  for (const { subject } of reach.grants.ofSingleSubjects()) named.add(subject);
  for (const { data } of view.factsOf('accesses', 'all', 'AccessObserved'))
    if (!isPopulation(data.scope)) named.add(data.scope.subject);
  return named;
};

/** A history is updated by up to this many positions; beyond that it is rebuilt. */
const movedPositionsMax = 100_000;

const latest = new WeakMap<EventIndex, Map<Assurance, KeptHistory>>();
/** Of views that ask more than once. */
const ofViews = new WeakMap<View, KeptHistory>();

const latestOf = (index: EventIndex): Map<Assurance, KeptHistory> => {
  const existing = latest.get(index);
  if (existing !== undefined) return existing;
  const histories = new Map<Assurance, KeptHistory>();
  latest.set(index, histories);
  return histories;
};

/**
 * Another index of the same log takes over: what is counted of everybody stays, since it depends on the log alone.
 *
 * @param from the index that was asked until now; not one that turned out to be damaged.
 */
export const adoptHistories = (from: EventIndex, to: EventIndex): void => {
  const adopted = latestOf(to);
  for (const [assurance, history] of latestOf(from)) if (history.isWhole) adopted.set(assurance, history);
};

/** Where the histories of an index are found that were counted before the process began. */
const counted = new WeakMap<EventIndex, (view: View) => KeptHistory | undefined>();

/** Has histories of the index that are not in memory looked for before they are counted. */
export const lookForHistories = (index: EventIndex, look: (view: View) => KeptHistory | undefined): void => {
  counted.set(index, look);
};

/** The histories of the index in which everybody is counted. */
export const wholeHistories = (index: EventIndex): ReadonlyArray<readonly [Assurance, KeptHistory]> =>
  [...latestOf(index)].filter(([, history]) => history.isWhole);

const isNear = ({ position }: KeptHistory, view: View): boolean =>
  Math.abs(view.recordedUpTo - position) <= movedPositionsMax;

/** The kept history, if it may become that of the view; it is rebuilt if the view knows much more. */
const keptFor = (view: View): KeptHistory | undefined => {
  const histories = latestOf(view.index);
  const { minAssurance, position } = view.known;
  let before = histories.get(minAssurance);
  if (before === undefined && !view.isSimulated()) {
    before = counted.get(view.index)?.(view);
    if (before !== undefined) histories.set(minAssurance, before);
  }
  // One that knows more stays for the questions about now.
  if (view.isSimulated() || (before !== undefined && position < before.position)) return undefined;
  if (before !== undefined && isNear(before, view)) return before;
  const made = new KeptHistory(view);
  histories.set(minAssurance, made);
  return made;
};

/** A history of the view's own: of a simulation, or of an earlier moment of knowledge. */
const ownHistory = (view: View): KeptHistory => {
  const near = latestOf(view.index).get(view.known.minAssurance);
  if (near === undefined || !near.isWhole || !isNear(near, view)) return new KeptHistory(view);
  const copy = near.copy();
  // What is recorded comes first, and then what is simulated.
  if (view.isSimulated())
    copy.bring(new View(view.index, { ...view.known, position: view.recordedUpTo }, [], view.work));
  return copy;
};

/**
 * The whole history as the view knows it.
 *
 * @throws Abandoned once nobody waits for the answer, OverBudget where it takes too many steps; the next question goes on
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
    // What went wrong may have left it in pieces.
    if (kept !== undefined && !(error instanceof Abandoned || error instanceof OverBudget))
      latestOf(view.index).delete(view.known.minAssurance);
    throw error;
  }
  ofViews.set(view, history);
  return history;
};
