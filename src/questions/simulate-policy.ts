/** Simulates adopting a policy: how the findings of the whole history would differ (R20). */
import { type Difference, differenceOf } from '../domain/policy/findings-difference.ts';
import { policiesOf, versionInForce } from '../domain/policy/policy-versions.ts';
import { type Proposal, proposedVersion } from '../domain/policy/proposed-version.ts';
import type { Instant } from '../domain/time/instant.ts';
import { findingsOfVersion, findingsOfVersions } from './findings.ts';
import type { View } from './view.ts';

/** The difference between the findings of a proposal and those of the version in force at the instant (R20). */
export const simulatePolicy = (view: View, proposal: Proposal, at: Instant): Difference => {
  const facts = view.facts('policies', 'all');
  const proposed = proposedVersion(facts, proposal, at);
  const current = versionInForce(policiesOf(facts).versions, proposal.policy, at);
  const before = current === undefined ? [] : findingsOfVersion(view, current);
  return differenceOf(before, findingsOfVersions(view, [proposed]), 'versions');
};
