/**
 * The findings of the built-in policy about access that nothing explains: R16.
 */
import type { UnexplainedAccess } from '../reach/unexplained-access.ts';
import { StepFunction } from '../time/step-function.ts';
import { holdsAt } from '../time/timeline.ts';
import { unexplainedAccess } from './built-in.ts';
import type { Finding, FindingSubject } from './finding.ts';
import type { PolicyVersion } from './policy-versions.ts';

/** An access that nothing explains, and of how many people of which population. */
export interface CountedAccess {
  readonly access: UnexplainedAccess;
  /** The population that they are in; null for people in none. */
  readonly population: string | null;
  readonly subjects: number;
}

/**
 * The findings of the built-in policy about access (R16): each holds for the millisecond of the access.
 *
 * @param versions of all policies; only versions of that one that are not Cedar's are looked at.
 */
export const accessFindings = (
  versions: ReadonlyArray<PolicyVersion>,
  accesses: Iterable<CountedAccess>,
): ReadonlyArray<Finding> => {
  const judging = versions.filter(({ policy, cedar }) => policy === unexplainedAccess && cedar === null);
  return [...accesses].flatMap(({ access, population, subjects }) =>
    judging
      .filter(({ inForce }) => holdsAt(inForce, access.at))
      .map(({ policy, version }): Finding => {
        const { event, party, dataset, site, at } = access;
        const about: FindingSubject = {
          policy,
          version,
          rule: 'unexplained-access',
          verdict: 'violated',
          action: 'reach',
          holding: {
            dataset,
            site,
            kind: null,
            backup: null,
            population: 'population' in access.scope ? access.scope.population : null,
          },
          population,
          party,
        };
        return {
          ...about,
          path: [],
          from: at,
          to: at + 1,
          counts: StepFunction.of([{ from: at, to: at + 1, value: subjects }]),
          reason: null,
          limits: null,
          events: [event],
          knownSince: event,
        };
      }),
  );
};
