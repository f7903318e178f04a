/** All policies, and when each version was in force (R18). */
import type { PolicyRow } from '../contract/rows/policy.ts';
import { type PolicyVersion, policiesOf } from '../domain/policy/policy-versions.ts';
import { formatBound } from '../domain/time/instant.ts';
import { compiledPolicy } from './compiled-policies.ts';
import type { View } from './view.ts';

/** Every version of every policy, including the built-in ones, as the view knows them. */
export const policyVersions = (view: View): ReadonlyArray<PolicyVersion> =>
  policiesOf(view.facts('policies', 'all')).versions;

/** All properties of a version on which its findings depend, as text. */
export const versionKey = ({ policy, version, cedar, inForce }: PolicyVersion): string =>
  JSON.stringify([policy, version, cedar, inForce]);

/** What the rules of a version do not model, as the policy states it. */
const limitsOf = (version: PolicyVersion): PolicyRow['versions'][number]['limits'] =>
  compiledPolicy(version).rules.flatMap(({ rule, limits }) => (limits === null ? [] : [{ rule, limits }]));

/** The versions of each policy, as they go over the wire. */
export const policyRows = (view: View): ReadonlyArray<PolicyRow> =>
  [...Map.groupBy(policyVersions(view), ({ policy }) => policy)].map(([policy, versions]) => {
    const last = versions.at(-1)!;
    return {
      policy,
      title: last.title,
      authority: last.authority,
      builtIn: versions[0]!.adoptedBy === null,
      versions: versions.map((version) => ({
        version: version.version,
        title: version.title,
        authority: version.authority,
        cedar: version.cedar,
        limits: limitsOf(version),
        effectiveFrom: formatBound(version.effectiveFrom),
        effectiveUntil: formatBound(version.effectiveUntil),
        adoptedBy: version.adoptedBy === null ? null : String(version.adoptedBy),
        inForce: version.inForce.map(({ from, to }) => ({ from: formatBound(from), to: formatBound(to) })),
      })),
    };
  });
