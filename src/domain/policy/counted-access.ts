/**
 * How many people an unexplained access (R16) was of, and of which population.
 */

import { isPopulation } from '../events/scope.ts';
import type { UnexplainedAccess } from '../reach/unexplained-access.ts';
import type { Residency } from '../residency/residency.ts';
import { contains } from '../time/interval.ts';
import { valueAt } from '../time/varying.ts';
import type { CountedAccess } from './access-findings.ts';
import { type Cohorts, cohortsOfOne, peopleAt } from './cohorts.ts';

/**
 * An access with the number of those whose data of that dataset was in the population's holdings, at the site if one is
 * named, at that instant. One, of an access to a single subject's data.
 *
 * @param residency of the subject, or of everyone in the population, that the access names.
 */
export const countedAccess = (
  residency: Residency,
  access: UnexplainedAccess,
  cohorts: Cohorts = cohortsOfOne,
): CountedAccess => {
  const { scope, dataset, site, at } = access;
  if (!isPopulation(scope)) {
    const membership = valueAt(residency.memberships.get(scope.subject) ?? [], at);
    return { access, population: membership?.population ?? null, subjects: 1 };
  }
  const people = new Map<string, number>();
  for (const presence of residency.presencesIn(scope.population)) {
    const { subject, holding } = presence;
    if (holding.dataset !== dataset || (site !== null && holding.site !== site)) continue;
    if (contains(presence, at))
      people.set(subject, Math.max(people.get(subject) ?? 0, peopleAt(cohorts, presence, at)));
  }
  let subjects = 0;
  for (const of of people.values()) subjects += of;
  return { access, population: scope.population, subjects };
};
