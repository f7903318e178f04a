/**
 * How many people an unexplained access (R16) was of, and of which population.
 */
import type { UnexplainedAccess } from '../reach/unexplained-access.ts';
import type { Residency } from '../residency/fold.ts';
import { isPopulation } from '../scope.ts';
import { valueAt } from '../timeline.ts';
import type { CountedAccess } from './findings.ts';

/**
 * An access with the number of those whose data of that dataset was in the population's holdings, at the site if one is
 * named, at that instant. One, of an access to a single subject's data.
 *
 * @param residency of the subject, or of everyone in the population, that the access names.
 * @param weightOf how many people a followed subject stands for; one by default.
 */
export const countedAccess = (
  residency: Residency,
  access: UnexplainedAccess,
  weightOf: (subject: string) => number = () => 1,
): CountedAccess => {
  const { scope, dataset, site, at } = access;
  if (!isPopulation(scope)) {
    const membership = valueAt(residency.memberships.get(scope.subject) ?? [], at);
    return { access, population: membership?.population ?? null, subjects: 1 };
  }
  const people = new Set<string>();
  for (const { subject, holding, from, to } of residency.presences) {
    if (holding.dataset !== dataset || (site !== null && holding.site !== site)) continue;
    const of =
      holding.kind === 'live'
        ? { population: holding.population }
        : holding.kind === 'backup'
          ? holding.scope
          : {};
    if ('population' in of && of.population === scope.population && from <= at && at < to)
      people.add(subject);
  }
  let subjects = 0;
  for (const subject of people) subjects += weightOf(subject);
  return { access, population: scope.population, subjects };
};
