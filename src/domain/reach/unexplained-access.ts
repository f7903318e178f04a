/**
 * Access that no known path explains: R16.
 */

import { isPopulation, type Scope } from '../events/scope.ts';
import type { FactOf } from '../recording/facts.ts';
import { holdingKey, populationOf } from '../residency/holding.ts';
import type { HoldingPresence } from '../residency/presences.ts';
import type { Residency } from '../residency/residency.ts';
import type { Instant } from '../time/instant.ts';
import { contains } from '../time/interval.ts';
import { cover, holdsAt, type Timeline } from '../time/timeline.ts';
import { valueAt } from '../time/varying.ts';
import type { DataClass } from './data-class.ts';
import { dataPresencesOf } from './data-presence.ts';
import { classOfHeld } from './held-data.ts';
import type { Reach } from './reach.ts';

/** The finding: who reached what, without a path to it that was known. */
export interface UnexplainedAccess {
  readonly finding: 'unexplained-access';
  readonly event: number;
  readonly party: string;
  readonly dataset: string;
  readonly scope: Scope;
  /** Null where the access names none. */
  readonly site: string | null;
  readonly at: number;
}

/**
 * The finding, where the party had no path at that instant to any holding of that data: live or backup, at the site if one
 * is named. A path to a holding of nobody explains nothing.
 *
 * @param residency of the subject, or with the population's holdings, that the access names.
 * @param isHeldOfAnybody by default, by the presences of the residency, which then has to follow the whole population.
 */
export const unexplainedAccess = (
  reach: Reach,
  access: FactOf<'AccessObserved'>,
  residency: Residency,
  isHeldOfAnybody: IsHeldOfAnybody = heldOfAnybody(residency),
): UnexplainedAccess | undefined => {
  const { time, data } = access;
  const explained = accessible(reach, access, residency, isHeldOfAnybody).some((each) =>
    reach.labels(each).reaches(data.party, time),
  );
  return explained ? undefined : unexplained(access);
};

/** The finding about an access that nothing explains. */
export const unexplained = ({ position, time, data }: FactOf<'AccessObserved'>): UnexplainedAccess => ({
  finding: 'unexplained-access',
  event: position,
  party: data.party,
  dataset: data.dataset,
  scope: data.scope,
  site: data.site ?? null,
  at: time,
});

/** Whether anybody's data was in a population's holding, or in a backup of it, at an instant. */
export type IsHeldOfAnybody = (holding: HoldingPresence['holding'], at: Instant) => boolean;

/** By the presences of a residency, which follows everybody that counts. */
export const heldOfAnybody = (residency: Residency): IsHeldOfAnybody => {
  let byHolding: ReadonlyMap<string, Timeline> | undefined;
  return (holding, at) => {
    byHolding ??= new Map(
      [...Map.groupBy(residency.presences, (presence) => holdingKey(presence.holding))].map(
        ([key, presences]) => [key, cover(presences)] as const,
      ),
    );
    return holdsAt(byHolding.get(holdingKey(holding)) ?? [], at);
  };
};

/** How many steps of work a presence takes. */
const stepsOfPresence = 4;

/** The data that was there to be reached. */
const accessible = (
  { grants, goOn }: Reach,
  { time, data: { dataset, scope, site } }: FactOf<'AccessObserved'>,
  residency: Residency,
  isHeldOfAnybody: IsHeldOfAnybody,
): ReadonlyArray<DataClass> => {
  const named = (at: { readonly dataset: string; readonly site: string }): boolean =>
    at.dataset === dataset && (site === undefined || at.site === site);
  if (!isPopulation(scope)) {
    const presences = dataPresencesOf(grants, residency, scope.subject, goOn);
    goOn(stepsOfPresence * presences.length);
    return presences.filter(({ row }) => named(row)).flatMap(({ classes }) => valueAt(classes, time) ?? []);
  }
  return residency.holdings
    .filter((presence) => named(presence.holding) && contains(presence, time))
    .filter(({ holding }) => populationOf(holding) === scope.population)
    .filter(({ holding }) => isHeldOfAnybody(holding, time))
    .map(({ holding }) =>
      classOfHeld(grants, {
        dataset,
        site: holding.site,
        backup: holding.kind === 'backup' ? holding.backup : null,
        population: scope.population,
        memberOf: null,
        subject: null,
        present: [],
      }),
    );
};
