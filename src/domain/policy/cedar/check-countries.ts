/**
 * Whether the countries and jurisdictions that a rule names exist (ISO 3166-1): one that does not exist matches
 * nothing, and the rule would silently never match.
 */
import { isCountryCode, rightCountryCode } from '../../events/countries.ts';
import { countriesNamed } from './annotations.ts';
import type { CedarPolicy, Expression } from './ast.ts';
import { conjunctsOf, operandsOf } from './conjuncts.ts';

/** A code that no country has, as it stands in the text. */
export interface UnknownCountry {
  readonly code: string;
  /** What is compared: a country, or the jurisdiction of people, which can also be `EU`. */
  readonly of: 'country' | 'jurisdiction';
  readonly hint: string;
}

/** Operators that compare values, so that a literal on one side has the meaning of the other side. */
const comparing = ['==', '!=', 'contains', 'containsAll', 'containsAny', '<', '<=', '>', '>='] as const;

type Compared = UnknownCountry['of'];

const attributeCompared = (expression: Expression): Compared | undefined => {
  if (!('.' in expression)) return undefined;
  const { left, attr } = expression['.'];
  if (!('Var' in left) || (left.Var !== 'resource' && left.Var !== 'principal')) return undefined;
  return attr === 'country' || attr === 'jurisdiction' ? attr : undefined;
};

/** What an expression comes to: itself, or one of the elements of a set, or of the branches of an `if`. */
const valuesOf = (expression: Expression): ReadonlyArray<Expression> => {
  const values: Expression[] = [];
  const waiting = [expression];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('Set' in next) waiting.push(...next.Set);
    else if ('if-then-else' in next) waiting.push(next['if-then-else'].then, next['if-then-else'].else);
    else values.push(next);
  }
  return values;
};

const exists = (code: string, of: Compared): boolean =>
  isCountryCode(code) || (of === 'jurisdiction' && code === 'EU');

class Check {
  readonly found = new Map<string, UnknownCountry>();

  code(code: string, of: Compared): void {
    if (!exists(code, of)) this.found.set(`${of} ${code}`, { code, of, hint: rightCountryCode(code, of) });
  }

  entity(type: string, id: string): void {
    if (type === 'Country') this.code(id, 'country');
  }

  compared(operands: ReadonlyArray<Expression>): void {
    const values = operands.flatMap(valuesOf);
    const compared = new Set(values.flatMap((value) => attributeCompared(value) ?? []));
    const of = compared.has('jurisdiction') ? 'jurisdiction' : [...compared][0];
    if (of === undefined) return;
    for (const value of values)
      if ('Value' in value && typeof value.Value === 'string') this.code(value.Value, of);
  }

  expression(root: Expression): void {
    const waiting = [root];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if ('Value' in next && typeof next.Value === 'object')
        this.entity(next.Value.__entity.type, next.Value.__entity.id);
      const operands = operandsOf(next);
      if (comparing.some((operator) => operator in next)) this.compared(operands);
      waiting.push(...operands);
    }
  }
}

/** Every code that a rule names and no country has, each once. */
export const unknownCountriesIn = (rule: CedarPolicy): ReadonlyArray<UnknownCountry> => {
  const check = new Check();
  for (const code of countriesNamed(rule) ?? []) check.code(code, 'country');
  for (const expression of conjunctsOf(rule)) check.expression(expression);
  return [...check.found.values()];
};
