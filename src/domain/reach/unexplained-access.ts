/**
 * Access that no known path explains: R16.
 */

import { isPopulation, type Scope } from '../events/scope.ts';
import type { FactOf } from '../recording/facts.ts';
import { populationOf } from '../residency/holding.ts';
import type { Residency } from '../residency/residency.ts';
import { contains } from '../time/interval.ts';
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
 * is named.
 *
 * @param residency of the subject, or with the population's holdings, that the access names.
 */
export const unexplainedAccess = (
  reach: Reach,
  access: FactOf<'AccessObserved'>,
  residency: Residency,
): UnexplainedAccess | undefined => {
  const { position, time, data } = access;
  const explained = accessible(reach, access, residency).some((each) =>
    reach.labels(each).reaches(data.party, time),
  );
  if (explained) return undefined;
  return {
    finding: 'unexplained-access',
    event: position,
    party: data.party,
    dataset: data.dataset,
    scope: data.scope,
    site: data.site ?? null,
    at: time,
  };
};

/** The data that was there to be reached. */
const accessible = (
  { grants }: Reach,
  { time, data: { dataset, scope, site } }: FactOf<'AccessObserved'>,
  residency: Residency,
): ReadonlyArray<DataClass> => {
  const named = (at: { readonly dataset: string; readonly site: string }): boolean =>
    at.dataset === dataset && (site === undefined || at.site === site);
  if (!isPopulation(scope)) {
    return dataPresencesOf(grants, residency, scope.subject)
      .filter(({ row }) => named(row))
      .flatMap(({ classes }) => valueAt(classes, time) ?? []);
  }
  return residency.holdings
    .filter((presence) => named(presence.holding) && contains(presence, time))
    .filter(({ holding }) => populationOf(holding) === scope.population)
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
