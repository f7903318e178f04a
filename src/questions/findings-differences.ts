/** Differences between findings: of two versions of a policy, or of two moments of knowledge (R20). */
import type { Finding } from '../domain/policy/finding.ts';
import { type Difference, differenceOf } from '../domain/policy/findings-difference.ts';
import type { PolicyVersion } from '../domain/policy/policy-versions.ts';
import { allFindings, findingsOfVersion } from './findings.ts';
import { policyVersions } from './policies.ts';
import type { View } from './view.ts';

/** The difference between the findings of two versions of a policy. */
export const differenceOfVersions = (view: View, from: PolicyVersion, to: PolicyVersion): Difference =>
  differenceOf(findingsOfVersion(view, from), findingsOfVersion(view, to), 'versions');

/**
 * Returns a function that says of a finding in the difference whether new facts or new rules caused it. Facts did
 * if its version of the policy has the same text and period in both views.
 */
export const learnedBetween = (before: View, after: View): ((finding: Finding) => 'facts' | 'rules') => {
  const rules = (view: View): ReadonlyMap<string, string> =>
    new Map(
      policyVersions(view).map(({ policy, version, adoptedBy, cedar, inForce }) => [
        JSON.stringify([policy, version]),
        JSON.stringify([adoptedBy, cedar, inForce.map(({ from, to }) => [String(from), String(to)])]),
      ]),
    );
  const [were, are] = [rules(before), rules(after)];
  return ({ policy, version }) => {
    const key = JSON.stringify([policy, version]);
    return were.has(key) && were.get(key) === are.get(key) ? 'facts' : 'rules';
  };
};

/** The difference between what two views know, for one policy or for all. */
export const differenceOfKnowledge = (before: View, after: View, policy: string | undefined): Difference => {
  const findings = (view: View): ReadonlyArray<Finding> =>
    policy === undefined ? allFindings(view) : allFindings(view).filter((each) => each.policy === policy);
  return differenceOf(findings(before), findings(after), 'knowledge');
};
