/**
 * What the rules behind findings do not model, in the rules' own words.
 */
import type { FindingRow } from '../../contract/rows/policy.ts';

/** A line for each rule behind the findings with limits; empty if none has any. */
export const limitsOfRules = (findings: ReadonlyArray<FindingRow>): ReadonlyArray<string> => {
  const lines = new Set(
    findings.flatMap(({ policy, version, rule, limits }) =>
      limits === null ? [] : [`  ${policy} ${version}, ${rule}: ${limits}`],
    ),
  );
  return lines.size === 0 ? [] : ['', 'What these rules do not model:', ...lines];
};
