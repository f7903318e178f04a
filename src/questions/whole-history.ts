/**
 * The whole history as policies judge it: every holding over all time, cut by the population its people are in, with
 * everybody who reached it.
 */
import { isPopulation } from '../domain/events/scope.ts';
import type { Cohorts } from '../domain/policy/cohorts.ts';
import type { JudgedHolding } from '../domain/policy/judged-holding.ts';
import { judgedHoldingsOf } from '../domain/policy/judged-holdings.ts';
import type { Residency } from '../domain/residency/residency.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { cachedByKnowledge } from './cached-by-knowledge.ts';
import { reachIndexOf } from './reach.ts';
import { residencyOfMany } from './residency-of-many.ts';
import type { View } from './view.ts';

/** Everything that was held and reached. */
export interface WholeHistory {
  readonly residency: Residency;
  readonly cohorts: Cohorts;
  readonly reach: ReachIndex;
  readonly histories: ReadonlyArray<JudgedHolding>;
}

/** Subjects whom an access or a grant names: what is true of them need not be of others who share their facts. */
export const namedSubjects = (view: View, reach: ReachIndex): ReadonlySet<string> => {
  const named = new Set(reach.grants.subjectsGrantedOver());
  for (const { data } of view.factsOf('accesses', 'all', 'AccessObserved'))
    if (!isPopulation(data.scope)) named.add(data.scope.subject);
  return named;
};

const makeWholeHistory = (view: View): WholeHistory => {
  const populations = view.names('population', '', Number.MAX_SAFE_INTEGER);
  const reach = reachIndexOf(view);
  const followed = new Set([...view.index.movedIndividuals(), ...namedSubjects(view, reach)]);
  const { residency, ...cohorts } = residencyOfMany(view, populations, followed, 'always');
  return { residency, cohorts, reach, histories: judgedHoldingsOf(residency, reach, cohorts) };
};

/** Histories that are kept, at the most: of the latest and of earlier moments of knowledge. */
const historiesMax = 3;

const histories = cachedByKnowledge(historiesMax, makeWholeHistory);

/** The whole history as the view knows it. */
export const wholeHistoryOf = (view: View): WholeHistory => {
  const history = histories.get(view);
  history.reach.askedBy((steps) => view.work.goOn(steps));
  return history;
};
