/**
 * The annotations of a rule: its limits, and its use of ownership (R23).
 */
import { codeUnitOrder } from '../../events/code-unit-order.ts';
import type { CedarPolicy } from './ast.ts';
import type { OwnershipAsked } from './request-history.ts';

type Annotated = Pick<CedarPolicy, 'annotations'>;

const textOf = ({ annotations = {} }: Annotated, name: string): string | undefined =>
  Object.hasOwn(annotations, name) ? (annotations[name] ?? '') : undefined;

/** The text of `@ownedFrom("CN,RU")`. */
export const countriesNamed = (rule: Annotated): ReadonlyArray<string> | undefined =>
  textOf(rule, 'ownedFrom')
    ?.split(',')
    .map((code) => code.trim());

/** The text of `@unknownShareCounts("false")`. */
export const unknownShareText = (rule: Annotated): string | undefined => textOf(rule, 'unknownShareCounts');

/** How the rule uses ownership; undefined if it does not. */
export const ownershipAskedBy = (rule: Annotated): OwnershipAsked | undefined => {
  const countries = countriesNamed(rule);
  if (countries === undefined) return undefined;
  return {
    countries: [...new Set(countries)].sort(codeUnitOrder),
    unknownShareCounts: unknownShareText(rule) !== 'false',
  };
};

/** What the rule does not model, in its own words: `@limits("…")`. */
export const limitsOf = (rule: Annotated): string | null => textOf(rule, 'limits') || null;
