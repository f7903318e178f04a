/**
 * Differences between findings: of a policy that is tried before it is adopted, of two versions, of two moments of
 * knowledge (R20).
 */
import type { Finding } from '../domain/policy/finding.ts';
import { type Difference, differenceOf } from '../domain/policy/findings-difference.ts';
import { type PolicyVersion, policiesOf, versionInForce } from '../domain/policy/policy-versions.ts';
import { type Proposal, proposedVersion } from '../domain/policy/proposed-version.ts';
import type { Instant } from '../domain/time/instant.ts';
import { findingsOfVersion, findingsOfVersions } from './findings.ts';
import { policyVersions } from './policies.ts';
import type { View } from './view.ts';

/** The difference that adopting a policy would make, against the version in force at the instant (R20). */
export const simulatePolicy = (view: View, proposal: Proposal, at: Instant): Difference => {
  const facts = view.facts('policies', 'all');
  const proposed = proposedVersion(facts, proposal, at);
  const current = versionInForce(policiesOf(facts).versions, proposal.policy, at);
  const before = current === undefined ? [] : findingsOfVersion(view, current);
  return differenceOf(before, findingsOfVersions(view, [proposed]), 'versions');
};

/** The difference between the findings of two versions of a policy. */
export const differenceOfVersions = (view: View, from: PolicyVersion, to: PolicyVersion): Difference =>
  differenceOf(findingsOfVersion(view, from), findingsOfVersion(view, to), 'versions');

/** The difference that what was learned between two views made, for one policy or for all. */
export const differenceOfKnowledge = (before: View, after: View, policy: string | undefined): Difference => {
  const findings = (view: View): ReadonlyArray<Finding> =>
    findingsOfVersions(
      view,
      policyVersions(view).filter((version) => policy === undefined || version.policy === policy),
    );
  return differenceOf(findings(before), findings(after), 'knowledge');
};
