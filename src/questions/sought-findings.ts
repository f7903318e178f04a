/** The filter of a list of findings. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Problem } from '../contract/problem.ts';
import type { FindingsQuestion } from '../contract/questions/policy.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import type { Instant } from '../domain/time/instant.ts';
import { contains } from '../domain/time/interval.ts';
import { knownBackup } from './backups.ts';
import { compiledPolicy } from './compiled-policies.ts';
import { knownNames, knownPolicy } from './known-name.ts';
import { policyVersions } from './policies.ts';
import type { View } from './view.ts';

/** Whether the version has a rule. A built-in policy without Cedar has one, which is named like it. */
const hasRule = (version: PolicyVersion, rule: string): boolean =>
  version.cedar === null
    ? version.policy === `domicile:${rule}`
    : compiledPolicy(version).rules.some((each) => each.rule === rule);

const knownRule = (view: View, { policy, version, rule }: FindingsQuestion): E.Either<Problem, void> =>
  rule === undefined ||
  policyVersions(view).some(
    (each) =>
      (policy === undefined || each.policy === policy) &&
      (version === undefined || each.version === version) &&
      hasRule(each, rule),
  )
    ? E.right(undefined)
    : E.left({
        kind: 'unknown',
        what: 'rule',
        detail: 'no policy known at this moment has a rule with this id',
      });

/** Refuses unknown names: an empty list for a misspelt name would suggest that nothing is wrong. */
export const knownFilter = (view: View, sought: FindingsQuestion): E.Either<Problem, unknown> => {
  const { policy, version, site, party, dataset, population, backup } = sought;
  return pipe(
    E.Do,
    E.tap(() => (policy === undefined ? E.right(policy) : knownPolicy(view, policy, version))),
    E.tap(() => knownRule(view, sought)),
    E.tap(() => knownNames(view, { site, dataset, population, party })),
    E.tap(() => (backup === undefined ? E.right(backup) : knownBackup(view, backup))),
  );
};

/** Whether a finding matches every given field. Those of a population are about its people, or about its data. */
export const isSought = (finding: Finding, sought: FindingsQuestion, validAt: Instant): boolean => {
  const { policy, version, rule, site, party, dataset, population, backup, open } = sought;
  const { holding } = finding;
  return (
    (policy === undefined || finding.policy === policy) &&
    (version === undefined || finding.version === version) &&
    (rule === undefined || finding.rule === rule) &&
    (site === undefined || holding.site === site) &&
    (party === undefined || finding.party === party) &&
    (dataset === undefined || holding.dataset === dataset) &&
    (population === undefined || finding.population === population || holding.population === population) &&
    (backup === undefined || holding.backup === backup) &&
    (open !== true || contains(finding, validAt))
  );
};
