/** The rules of a policy with their places in the text, and what Domicile does not support in each. */
import * as E from 'fp-ts/lib/Either.js';
import { ownershipAskedBy } from './annotations.ts';
import type { CedarPolicy } from './ast.ts';
import { unknownCountriesIn } from './check-countries.ts';
import { checkRule, type Unsupported } from './check-rule.ts';
import { conjunctsOf, reads } from './conjuncts.ts';
import type { PolicyFault } from './policy-faults.ts';
import { codeOnly, indexOfString, locationOf, type SourceLocation } from './source-location.ts';

/** The text of a rule. */
export interface SourceText {
  readonly text: string;
  /** Where it begins in the policy. */
  readonly index: number;
}
/** A rule as Cedar read it, and its name. */
export interface SourceRule extends SourceText {
  readonly json: unknown;
  readonly name: string;
}

/** The name that Cedar gives to a rule by its place. */
export const cedarsName = (index: number): string => `policy${index}`;

/** The rules in the order of the text. Cedar tells them in the order of its names for them: policy10 before policy2. */
export const sourceRules = (cedar: string, texts: ReadonlyArray<string>): ReadonlyArray<SourceText> => {
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

/** The name of a rule: its `@id`, or the one that Cedar gives it. */
export const nameOf = (
  json: { readonly annotations?: Readonly<Record<string, unknown>> },
  index: number,
): string => {
  const id = json.annotations?.id;
  return typeof id === 'string' && id !== '' ? id : cedarsName(index);
};

const locationIn = (
  cedar: string,
  { text, index }: SourceText,
  token: string | undefined,
): SourceLocation => {
  const found = token === undefined ? -1 : codeOnly(text).search(new RegExp(`\\b${token}\\b`));
  return locationOf(cedar, index + Math.max(0, found));
};

/** What Domicile does not evaluate in a rule. */
export const unsupportedIn = (cedar: string, rule: SourceRule): ReadonlyArray<PolicyFault> => {
  const checked = checkRule(rule.json);
  if (E.isRight(checked)) return [];
  return checked.left.map(({ construct, hint, token }: Unsupported) => ({
    message: `Domicile does not evaluate ${construct}`,
    hint,
    location: locationIn(cedar, rule, token),
    rule: rule.name,
  }));
};

/** Codes in a rule that no country has (ISO 3166-1). */
export const unknownCountries = (
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
export const unusedOwnership = (cedar: string, rule: SourceRule): ReadonlyArray<PolicyFault> => {
  const ast = rule.json as CedarPolicy;
  return ownershipAskedBy(ast) === undefined || conjunctsOf(ast).some((each) => reads(each, 'context'))
    ? []
    : [
        {
          message: 'names countries in @ownedFrom, but does not use them',
          hint: 'use `context.ownedFrom` or `context.employedFrom`',
          location: locationIn(cedar, rule, 'ownedFrom'),
          rule: rule.name,
        },
      ];
};

/** Rules whose name an earlier rule has. */
export const repeatedNames = (cedar: string, rules: ReadonlyArray<SourceRule>): ReadonlyArray<PolicyFault> =>
  rules
    .filter(({ name }, index) => rules.findIndex((rule) => rule.name === name) < index)
    .map((rule) => ({
      message: 'another rule of this policy has the same name',
      hint: 'give each rule an @id of its own',
      location: locationOf(cedar, rule.index),
      rule: rule.name,
    }));
