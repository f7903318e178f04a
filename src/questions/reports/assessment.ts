/**
 * The assessment of policies over a period: the findings of each rule of each version that was in force. A rule
 * that could not be judged is never reported as satisfied (R19).
 */

import { type Finding, findingId } from '../../domain/policy/finding.ts';
import type { PolicyVersion } from '../../domain/policy/policy-versions.ts';
import { formatBound } from '../../domain/time/instant.ts';
import { overlaps } from '../../domain/time/interval.ts';
import { compiledPolicy } from '../compiled-policies.ts';
import { allFindings } from '../findings.ts';
import { policyVersions } from '../policies.ts';
import type { View } from '../view.ts';
import { cellOf, type ReportQuestion, type ReportTable } from './report.ts';

/** The result of a rule. */
export type RuleState = 'satisfied' | 'violated' | 'indeterminate';

/** A rule of a version that was in force in the period, with its findings in the period. */
export interface AssessedRule {
  readonly version: PolicyVersion;
  readonly rule: string;
  readonly state: RuleState;
  readonly findings: ReadonlyArray<Finding>;
}

/** The rules of a version: those in its text, or the single rule of a built-in policy about events. */
const rulesOf = (version: PolicyVersion): ReadonlyArray<string> =>
  version.cedar === null
    ? [version.policy.slice(version.policy.indexOf(':') + 1)]
    : compiledPolicy(version).rules.map(({ rule }) => rule);

/** Every rule of every version in force at any instant of the period, by policy, version and place. */
export const assessedRules = (view: View, { during }: ReportQuestion): ReadonlyArray<AssessedRule> => {
  const findings = Map.groupBy(
    allFindings(view).filter((finding) => overlaps(finding, during)),
    ({ policy, version, rule }) => JSON.stringify([policy, version, rule]),
  );
  return policyVersions(view)
    .filter(({ inForce }) => inForce.some((interval) => overlaps(interval, during)))
    .flatMap((version) =>
      rulesOf(version).map((rule): AssessedRule => {
        const found = findings.get(JSON.stringify([version.policy, version.version, rule])) ?? [];
        const state = found.some(({ verdict }) => verdict === 'violated')
          ? 'violated'
          : found.length > 0
            ? 'indeterminate'
            : 'satisfied';
        return { version, rule, state, findings: found };
      }),
    );
};

/** What was held or reached, in words. */
export const heldText = ({ holding, source }: Finding): string => {
  if (source !== undefined) return `the source ${source}`;
  const kind = holding.kind === 'backup' ? `, backup ${holding.backup}` : '';
  return `${holding.dataset}${kind} at ${holding.site ?? 'a site that is not known'}`;
};

const stateTexts: Readonly<Record<RuleState, string>> = {
  satisfied: 'satisfied, as far as the ledger knows',
  violated: 'not satisfied',
  indeterminate: 'could not be judged',
};

/** The rules and their findings as rows; a satisfied rule has one row without a finding. */
export const assessmentTable = (view: View, question: ReportQuestion): ReportTable => ({
  title: 'Assessment of policies',
  basis: 'The policies that were in force. The JSON format is OSCAL assessment results (NIST)',
  says: [
    'One row for each finding in the period, for every rule of every policy version that was in force, and one row for each rule without findings.',
    'A rule is satisfied if, as far as the ledger knows, nothing broke it. If something could not be judged, the rule is never reported as satisfied.',
  ],
  columns: {
    policy: 'Policy',
    version: 'Version',
    rule: 'Rule',
    state: 'State of the rule',
    verdict: 'Verdict',
    what: 'What',
    whose: 'Whose',
    party: 'Party',
    path: 'How',
    from: 'From',
    to: 'To',
    reason: 'Why it could not be judged, or depends on something unknown',
    finding: 'Finding',
  },
  rows: assessedRules(view, question).flatMap(({ version, rule, state, findings }) => {
    const adopted = version.adoptedBy === null ? [] : [version.adoptedBy];
    const of = [
      cellOf(view, version.policy, adopted),
      cellOf(view, String(version.version), adopted),
      cellOf(view, rule, adopted),
      cellOf(
        view,
        stateTexts[state],
        findings.flatMap(({ events }) => events),
      ),
    ];
    const nothing = Array.from({ length: 9 }, () => cellOf(view, ''));
    if (findings.length === 0) return [[...of, ...nothing]];
    return findings.map((finding) => [
      ...of,
      cellOf(view, finding.verdict, finding.events),
      cellOf(view, heldText(finding), finding.events),
      cellOf(view, finding.population ?? ''),
      cellOf(view, finding.party ?? ''),
      cellOf(
        view,
        finding.path.map(({ edge, to }) => `${edge} ${to}`).join(', '),
        finding.path.flatMap(({ events }) => events),
      ),
      cellOf(view, formatBound(finding.from) ?? 'before the earliest known event', finding.events),
      cellOf(view, formatBound(finding.to) ?? 'still so', finding.events),
      cellOf(view, finding.reason ?? ''),
      cellOf(view, findingId(finding)),
    ]);
  }),
});
