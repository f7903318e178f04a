/**
 * The whole world as policies judge it: every holding, cut by the population its people are in, over all time, with
 * everybody who reached it. Made once for what is known, and kept until more is.
 */

import { isPopulation } from '../domain/events/scope.ts';
import type { Weights } from '../domain/policy/cohorts.ts';
import type { ClassHistory } from '../domain/policy/judged-holding.ts';
import { classHistoriesOf } from '../domain/policy/judged-holdings.ts';
import type { Residency } from '../domain/residency/fold.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { residencyOfMany, stirredSubjects } from './holdings.ts';
import { reachIndexOf } from './reach.ts';
import { remembered } from './remembered.ts';
import type { View } from './view.ts';

/** Everything that was held and reached. */
export interface World {
  readonly residency: Residency;
  readonly weights: Weights;
  readonly reach: ReachIndex;
  readonly histories: ReadonlyArray<ClassHistory>;
}

const namesMax = Number.MAX_SAFE_INTEGER;

/** Those whom an access or a grant names: what is true of them need not be of others who share their facts. */
const namedSubjects = (view: View, reach: ReachIndex): ReadonlySet<string> => {
  const named = new Set(reach.grants.subjectsGrantedOver());
  for (const { data } of view.factsOf('accesses', 'all', 'AccessObserved'))
    if (!isPopulation(data.scope)) named.add(data.scope.subject);
  return named;
};

const makeWorld = (view: View): World => {
  const populations = view.names('population', '', namesMax);
  const reach = reachIndexOf(view);
  const followed = new Set([...stirredSubjects(view), ...namedSubjects(view, reach)]);
  const { residency, ...weights } = residencyOfMany(view, populations, followed, 'always');
  return { residency, weights, reach, histories: classHistoriesOf(residency, reach, weights) };
};

/** Worlds that are kept, at the most: of the latest and of an earlier moment of knowledge. */
const worldsMax = 3;

const worlds = remembered(worldsMax, makeWorld);

/** The world as the view knows it. */
export const worldOf = (view: View): World => worlds.of(view);
