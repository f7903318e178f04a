/**
 * What the annotations of a rule say: its limits, and what it asks about ownership (R23).
 */
import { codeUnitOrder } from '../../events/code-unit-order.ts';
import type { CedarPolicy } from './ast.ts';
import type { OwnershipAsked } from './request-history.ts';

type Annotated = Pick<CedarPolicy, 'annotations'>;

const textOf = ({ annotations = {} }: Annotated, name: string): string | undefined =>
  Object.hasOwn(annotations, name) ? (annotations[name] ?? '') : undefined;

/** The countries that `@ownedFrom("CN,RU")` names, as they stand there. */
export const countriesNamed = (rule: Annotated): ReadonlyArray<string> | undefined =>
  textOf(rule, 'ownedFrom')
    ?.split(',')
    .map((code) => code.trim());

/** What `@unknownShareCounts("false")` says, as it stands there. */
export const unknownShareText = (rule: Annotated): string | undefined => textOf(rule, 'unknownShareCounts');

/** What the rule asks about ownership; undefined where it does not ask. */
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
