/**
 * Reads the text of a policy at adoption: parsed and strictly validated by Cedar's own engine against our schema, then
 * held to what Domicile's evaluator supports (R17).
 */
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import * as E from 'fp-ts/lib/Either.js';
import { askCedar } from '#cedar-engine';
import type { CedarPolicy, Rule } from './ast.ts';
import {
  faultOf,
  noRule,
  nothingForbidden,
  type PolicyFault,
  templates,
  textOrder,
  tooDeep,
  unreadable,
} from './policy-faults.ts';
import { cedarSchema } from './schema.ts';
import {
  cedarsName,
  nameOf,
  repeatedNames,
  type SourceRule,
  sourceRules,
  unknownCountries,
  unsupportedIn,
  unusedOwnership,
} from './source-rules.ts';

export { describeFault, type PolicyFault, warningOf } from './policy-faults.ts';

/** A policy that can be adopted. */
export interface ReadPolicy {
  /** Its rules as they stand in the text; each name occurs once. */
  readonly rules: ReadonlyArray<Rule>;
  readonly warnings: ReadonlyArray<PolicyFault>;
}

/** Rules of a policy that is adopted or tried: reading takes about half a millisecond for each. */
const policyRulesMax = 500;

const tooManyRules = (rules: number): PolicyFault => ({
  message: `has ${rules} rules; it may have up to ${policyRulesMax}`,
  hint: 'write the cases of one rule as a set, or split the policy into several',
  location: null,
  rule: null,
});

/**
 * Reads a policy that was adopted, perhaps before countries were checked.
 *
 * @param text a byte order mark before it is skipped, and counts as no column.
 * @returns its rules, or everything that is wrong with it, in the order of the text.
 */
export const readPolicy = (text: string): E.Either<ReadonlyArray<PolicyFault>, ReadPolicy> =>
  readText(text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text, 'as kept');

/**
 * Reads a policy to adopt it, or to try it: it may have so many rules, and a code in it that no country has is a fault too
 * (ISO 3166-1).
 */
export const readPolicyToAdopt = (text: string): E.Either<ReadonlyArray<PolicyFault>, ReadPolicy> =>
  readText(text.startsWith(byteOrderMark) ? text.slice(byteOrderMark.length) : text, 'to adopt');

const byteOrderMark = '\uFEFF';

const readText = (
  cedar: string,
  how: 'as kept' | 'to adopt',
): E.Either<ReadonlyArray<PolicyFault>, ReadPolicy> => {
  const read = askCedar((engine): E.Either<ReadonlyArray<PolicyFault>, ReadPolicy> => {
    const parts = engine.policySetTextToParts(cedar);
    if (parts.type === 'failure') return E.left(parts.errors.map((error) => faultOf(cedar, error, null)));
    if (parts.policy_templates.length > 0) return E.left([templates(cedar, parts.policy_templates[0]!)]);
    if (parts.policies.length === 0) return E.left([noRule]);
    if (how === 'to adopt' && parts.policies.length > policyRulesMax)
      return E.left([tooManyRules(parts.policies.length)]);

    const rules = sourceRules(cedar, parts.policies).map((source, index): SourceRule => {
      const parsed = engine.policyToJson(source.text);
      if (parsed.type === 'failure') throw new Error('Cedar read a rule among others but not alone');
      return { ...source, json: parsed.json, name: nameOf(parsed.json, index) };
    });
    const names = new Map(rules.map(({ name }, index) => [cedarsName(index), name]));
    const valid = engine.validate({
      validationSettings: { mode: 'strict' },
      schema: cedarSchema,
      policies: { staticPolicies: cedar },
    });
    if (valid.type === 'failure') return E.left(valid.errors.map((error) => faultOf(cedar, error, null)));

    const named = ({ policyId, error }: { policyId: string; error: DetailedError }): PolicyFault =>
      faultOf(cedar, error, names.get(policyId) ?? null);
    const faults = [
      ...valid.validationErrors.map(named),
      ...rules.flatMap((rule) => unsupportedIn(cedar, rule)),
      ...repeatedNames(cedar, rules),
    ];
    if (faults.length === 0 && how === 'to adopt')
      faults.push(...rules.flatMap((rule) => unknownCountries(cedar, rule)));
    if (faults.length > 0) return E.left(faults.sort(textOrder));
    const read = rules.map(({ name, text, json }): Rule => ({ rule: name, text, ast: json as CedarPolicy }));
    const forbids = read.some(({ ast }) => ast.effect === 'forbid');
    return E.right({
      rules: read,
      warnings: [
        ...[
          ...valid.validationWarnings.map(named),
          ...rules.flatMap((rule) => unusedOwnership(cedar, rule)),
        ].sort(textOrder),
        ...(forbids ? [] : [nothingForbidden]),
      ],
    });
  });
  if (E.isRight(read)) return read.right;
  return E.left([stackOverruns.has(read.left.name) ? tooDeep : unreadable]);
};

/** How the engine fails if its stack, or ours, overflows. */
const stackOverruns: ReadonlySet<string> = new Set(['RuntimeError', 'RangeError']);
