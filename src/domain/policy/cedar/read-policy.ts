/**
 * Reads the text of a policy at adoption: parsed and strictly validated by Cedar's own engine against our schema, then
 * held to what Domicile's evaluator supports (R17).
 */
import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs';
import * as E from 'fp-ts/lib/Either.js';
import { ownershipAskedBy } from './annotations.ts';
import type { CedarPolicy, Rule } from './ast.ts';
import { askCedar } from './cedar-engine.ts';
import { unknownCountriesIn } from './check-countries.ts';
import { checkRule, type Unsupported } from './check-rule.ts';
import { conjunctsOf, reads } from './conjuncts.ts';
import { cedarSchema } from './schema.ts';
import {
  codeOnly,
  indexOfString,
  locationOf,
  locationOfByte,
  type SourceLocation,
} from './source-location.ts';

/** What is wrong with a policy, or what its author should know. */
export interface PolicyFault {
  readonly message: string;
  /** What would be right, where Cedar or we have a guess: "did you mean `jurisdiction`?". */
  readonly hint: string | null;
  /** Where; null where it concerns the whole. */
  readonly location: SourceLocation | null;
  /** Which rule, by its name; null where it concerns the whole. */
  readonly rule: string | null;
}

/** A policy that can be adopted. */
export interface ReadPolicy {
  /** Its rules as they stand in the text; each name occurs once. */
  readonly rules: ReadonlyArray<Rule>;
  readonly warnings: ReadonlyArray<PolicyFault>;
}

/** A fault in one line: `line 3, column 12: …; did you mean …?` */
export const describeFault = ({ message, hint, location, rule }: PolicyFault): string =>
  [
    location === null ? '' : `line ${location.line}, column ${location.column}: `,
    rule === null ? '' : `rule ${rule}: `,
    message,
    hint === null ? '' : `; ${hint}`,
  ].join('');

/** A warning as it is told: its message and hint in one, beside its place and its rule. */
export const warningOf = ({ message, hint, location, rule }: PolicyFault) => ({
  rule,
  line: location?.line ?? null,
  column: location?.column ?? null,
  message: hint === null ? message : `${message}; ${hint}`,
});

/** Rules of a policy that is adopted or tried: reading takes about half a millisecond for each. */
const policyRulesMax = 500;

/**
 * Reads a policy as it is kept: also one that was adopted before the countries in it were looked at.
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
    const read = rules.map(({ name, json }): Rule => ({ rule: name, ast: json as CedarPolicy }));
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

interface SourceText {
  readonly text: string;
  /** Where it begins in the policy. */
  readonly index: number;
}
interface SourceRule extends SourceText {
  readonly json: unknown;
  readonly name: string;
}

const cedarsName = (index: number): string => `policy${index}`;

/** The rules in the order of the text. Cedar tells them in the order of its names for them: policy10 before policy2. */
const sourceRules = (cedar: string, texts: ReadonlyArray<string>): ReadonlyArray<SourceText> => {
  const inCedarsOrder = texts
    .map((_, index) => index)
    .sort((a, b) => (cedarsName(a) < cedarsName(b) ? -1 : 1));
  const ordered: string[] = [];
  for (const [told, index] of inCedarsOrder.entries()) ordered[index] = texts[told]!;
  let from = 0;
  return ordered.map((text) => {
    const index = Math.max(from, cedar.indexOf(text, from));
    from = index + text.length;
    return { text, index };
  });
};

const nameOf = (
  json: { readonly annotations?: Readonly<Record<string, unknown>> },
  index: number,
): string => {
  const id = json.annotations?.id;
  return typeof id === 'string' && id !== '' ? id : cedarsName(index);
};

/** Cedar's message without what names the rule or the call: those stand beside it. */
const plain = (message: string): string =>
  message
    .replace(/^failed to parse (?:policies|policy) from string: /, '')
    .replace(/^for policy `[^`]*`, /, '');

const faultOf = (cedar: string, error: DetailedError, rule: string | null): PolicyFault => {
  const at = error.sourceLocations?.[0];
  const expected = at?.label ?? null;
  return {
    message: plain(error.message),
    hint: error.help === null ? expected : plain(error.help),
    location: at === undefined ? null : locationOfByte(cedar, at.start),
    rule,
  };
};

const locationIn = (
  cedar: string,
  { text, index }: SourceText,
  token: string | undefined,
): SourceLocation => {
  const found = token === undefined ? -1 : codeOnly(text).search(new RegExp(`\\b${token}\\b`));
  return locationOf(cedar, index + Math.max(0, found));
};

const unsupportedIn = (cedar: string, rule: SourceRule): ReadonlyArray<PolicyFault> => {
  const checked = checkRule(rule.json);
  if (E.isRight(checked)) return [];
  return checked.left.map(({ construct, hint, token }: Unsupported) => ({
    message: `Domicile does not evaluate ${construct}`,
    hint,
    location: locationIn(cedar, rule, token),
    rule: rule.name,
  }));
};

const unknownCountries = (
  cedar: string,
  { text, index, json, name }: SourceRule,
): ReadonlyArray<PolicyFault> =>
  unknownCountriesIn(json as CedarPolicy).map(({ code, of, hint }) => ({
    message: `no ${of} has the code ${JSON.stringify(code)}`,
    hint,
    location: locationOf(cedar, index + Math.max(0, indexOfString(text, code))),
    rule: name,
  }));

/** A rule that names countries and never asks who is owned from them. */
const unusedOwnership = (cedar: string, rule: SourceRule): ReadonlyArray<PolicyFault> => {
  const ast = rule.json as CedarPolicy;
  return ownershipAskedBy(ast) === undefined || conjunctsOf(ast).some((each) => reads(each, 'context'))
    ? []
    : [
        {
          message: 'names countries in @ownedFrom, but does not ask who is owned from them',
          hint: 'ask with `context.ownedFrom` or `context.employedFrom`',
          location: locationIn(cedar, rule, 'ownedFrom'),
          rule: rule.name,
        },
      ];
};

const repeatedNames = (cedar: string, rules: ReadonlyArray<SourceRule>): ReadonlyArray<PolicyFault> =>
  rules
    .filter(({ name }, index) => rules.findIndex((rule) => rule.name === name) < index)
    .map((rule) => ({
      message: 'another rule of this policy has the same name',
      hint: 'give each rule an @id of its own',
      location: locationOf(cedar, rule.index),
      rule: rule.name,
    }));

const textOrder = (a: PolicyFault, b: PolicyFault): number =>
  (a.location?.line ?? 0) - (b.location?.line ?? 0) || (a.location?.column ?? 0) - (b.location?.column ?? 0);

const templates = (cedar: string, template: string): PolicyFault => ({
  message: 'Domicile does not evaluate templates',
  hint: 'write the entity in place of the slot',
  location: locationOf(cedar, Math.max(0, cedar.indexOf(template))),
  rule: null,
});

const tooManyRules = (rules: number): PolicyFault => ({
  message: `has ${rules} rules; it may have up to ${policyRulesMax}`,
  hint: 'write the cases of one rule as a set, or divide the policy into several',
  location: null,
  rule: null,
});

const noRule: PolicyFault = {
  message: 'has no rule',
  hint: 'expected at least one `forbid`',
  location: null,
  rule: null,
};

const nothingForbidden: PolicyFault = {
  message: 'forbids nothing, so nothing can break it',
  hint: 'what is not forbidden is fine; write exceptions into `unless` of a `forbid`',
  location: null,
  rule: null,
};

/** How an engine fails whose stack, or ours, is overrun. */
const stackOverruns: ReadonlySet<string> = new Set(['RuntimeError', 'RangeError']);

const tooDeep: PolicyFault = {
  message: 'is nested too deeply for Cedar to read',
  hint: 'use sets instead of long chains of `||`, or split the rule',
  location: null,
  rule: null,
};

const unreadable: PolicyFault = {
  message: 'makes Cedar fail',
  hint: 'write the rules in a simpler way',
  location: null,
  rule: null,
};
