/**
 * The whole world as policies judge it: every holding, cut by the population its people are in, over all time, with
 * everybody who reached it. Made once for what is known, and kept until more is.
 */

import { classHistoriesOf } from '../../domain/policy/class-histories.ts';
import type { ClassHistory } from '../../domain/policy/class-history.ts';
import type { ReachIndex } from '../../domain/reach/reach-index.ts';
import type { Residency } from '../../domain/residency/fold.ts';
import type { View } from '../view.ts';
import { residencyOfMany, stirredSubjects } from './holdings.ts';
import { reachIndexOf } from './reach.ts';

/** Everything that was held and reached. */
export interface World {
  readonly residency: Residency;
  readonly weightOf: (subject: string) => number;
  readonly reach: ReachIndex;
  readonly histories: ReadonlyArray<ClassHistory>;
}

const namesMax = Number.MAX_SAFE_INTEGER;

const makeWorld = (view: View): World => {
  const populations = view.names('population', '', namesMax);
  const { residency, weightOf } = residencyOfMany(view, populations, stirredSubjects(view), 'stepwise');
  const reach = reachIndexOf(view);
  return { residency, weightOf, reach, histories: classHistoriesOf(residency, reach, weightOf) };
};

/** The world as the view knows it. */
export const worldOf = (view: View): World => {
  if (view.isSimulated()) return makeWorld(view);
  const { position, minAssurance } = view.known;
  const kept = view.index.worlds.get(minAssurance);
  if (kept?.position === position) return kept.world;
  const world = makeWorld(view);
  view.index.worlds.set(minAssurance, { position, world });
  return world;
};
