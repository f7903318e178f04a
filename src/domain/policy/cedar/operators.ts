/**
 * What each construct of Cedar computes (those about entities: `entity-operators.ts`), to the letter of its semantics:
 * https://docs.cedarpolicy.com/policies/syntax-operators.html
 *
 * `&&`, `||` and `if` evaluate no more than they need, everything else evaluates its operands from left to right, and an
 * error in what is evaluated is an error of the whole.
 */
import type { EntityUid, Literal, Variable } from './ast.ts';
import { type EvaluationState, Failure, failed, type Result } from './evaluation-state.ts';
import { type OwnershipAsked, type OwnershipName, ownershipNames } from './request-history.ts';
import {
  type EntityRef,
  entityRef,
  isEmptySet,
  isInSet,
  recordOf,
  type SetValue,
  sameValue,
  setOf,
  type Value,
} from './value.ts';

/** The value of an expression at the state's instant. */
export type Compute = (state: EvaluationState) => Result;

export const expected = (type: string, result: Result): Failure =>
  failed(result) ? result : new Failure(`found ${typeOf(result)} where ${type} is needed`);

const typeOf = (value: Value): string => {
  if (typeof value === 'object') return value.kind === 'entity' ? `a ${value.type}` : `a ${value.kind}`;
  return typeof value === 'string' ? 'a string' : typeof value === 'bigint' ? 'a number' : 'a Bool';
};

export const isEntity = (result: Result): result is EntityRef =>
  typeof result === 'object' && result.kind === 'entity';
export const isSet = (result: Result): result is SetValue =>
  typeof result === 'object' && result.kind === 'set';

/** Expressions with the same value at every instant. They are evaluated once, when compiled. */
const constants = new WeakMap<Compute, Result>();
export const constant = (result: Result): Compute => {
  const compute: Compute = () => result;
  constants.set(compute, result);
  return compute;
};

export const literal = (value: Literal): Result => {
  if (typeof value === 'number') return BigInt(value);
  return typeof value === 'object' ? refOf(value.__entity) : value;
};

const refOf = ({ type, id }: EntityUid): EntityRef => entityRef(type, id);

const noPrincipal = new Failure('it is not known who operates the site');
const noFields = recordOf([]);

/** Whether the principal, or whom it works for, is owned from the countries that the rule names (R23). */
export const ownership =
  (name: OwnershipName, asked: OwnershipAsked): Compute =>
  (state) => {
    const principal = state.principal();
    return principal === undefined ? noPrincipal : state.isOwned(principal, name, asked);
  };

/** The context of a rule that asks for ownership; that of any other has no fields. */
const contextOf = (asked: OwnershipAsked | undefined): Compute =>
  asked === undefined
    ? constant(noFields)
    : recordLiteral(ownershipNames.map((name) => [name, ownership(name, asked)]));

export const variable = (name: Variable, asked: OwnershipAsked | undefined): Compute => {
  switch (name) {
    case 'principal':
      return (state) => state.principal() ?? noPrincipal;
    case 'action':
      return (state) => state.request.action;
    case 'resource':
      return (state) => state.request.resource.ref;
    case 'context':
      return contextOf(asked);
  }
};

// Bools

/** `&&` and `||` of a chain of operands: the first that comes to `decisive` decides. */
export const chain = (operands: ReadonlyArray<Compute>, decisive: boolean): Compute => {
  const other = !decisive;
  return (state) => {
    for (let index = 0; index < operands.length; index++) {
      const result = operands[index]!(state);
      if (result === decisive) return decisive;
      if (result !== other) return expected('a Bool', result);
    }
    return other;
  };
};

export const not =
  (operand: Compute): Compute =>
  (state) => {
    const result = operand(state);
    return typeof result === 'boolean' ? !result : expected('a Bool', result);
  };

export const conditional =
  (condition: Compute, then: Compute, otherwise: Compute): Compute =>
  (state) => {
    const result = condition(state);
    return result === true ? then(state) : result === false ? otherwise(state) : expected('a Bool', result);
  };

// Any values

export const equal = (left: Compute, right: Compute, whenSame: boolean): Compute => {
  const known = constants.get(right);
  if (known !== undefined && typeof known !== 'object') {
    return (state) => {
      const value = left(state);
      return failed(value) ? value : (value === known) === whenSame;
    };
  }
  return (state) => {
    const a = left(state);
    if (failed(a)) return a;
    const b = right(state);
    return failed(b) ? b : sameValue(a, b) === whenSame;
  };
};

export const setLiteral = (items: ReadonlyArray<Compute>): Compute =>
  folded(items, (state) => {
    const values: Value[] = [];
    for (const item of items) {
      const value = item(state);
      if (failed(value)) return value;
      values.push(value);
    }
    return setOf(values);
  });

export const recordLiteral = (fields: ReadonlyArray<readonly [string, Compute]>): Compute =>
  folded(
    fields.map(([, compute]) => compute),
    (state) => {
      const values: [string, Value][] = [];
      for (const [name, compute] of fields) {
        const value = compute(state);
        if (failed(value)) return value;
        values.push([name, value]);
      }
      return recordOf(values);
    },
  );

/** A function of constants alone is a constant: it reads nothing of the state. */
const folded = (operands: ReadonlyArray<Compute>, compute: Compute): Compute =>
  operands.every((operand) => constants.has(operand))
    ? constant(compute(undefined as unknown as EvaluationState))
    : compute;

// Numbers

const overflow = new Failure('a number does not fit into 64 bits');

export const withNumbers = (
  left: Compute,
  right: Compute,
  combine: (a: bigint, b: bigint) => Result,
): Compute =>
  folded([left, right], (state) => {
    const a = left(state);
    if (typeof a !== 'bigint') return expected('a number', a);
    const b = right(state);
    return typeof b === 'bigint' ? combine(a, b) : expected('a number', b);
  });

export const fitting = (number: bigint): Result => (BigInt.asIntN(64, number) === number ? number : overflow);

export const negated = (operand: Compute): Compute =>
  folded([operand], (state) => {
    const value = operand(state);
    return typeof value === 'bigint' ? fitting(-value) : expected('a number', value);
  });

// Sets

export const withSets = (
  left: Compute,
  right: Compute,
  combine: (a: SetValue, b: SetValue) => boolean,
): Compute => {
  return (state) => {
    const a = left(state);
    if (!isSet(a)) return expected('a set', a);
    const b = right(state);
    return isSet(b) ? combine(a, b) : expected('a set', b);
  };
};

export const contains =
  (left: Compute, right: Compute): Compute =>
  (state) => {
    const set = left(state);
    if (!isSet(set)) return expected('a set', set);
    const value = right(state);
    return failed(value) ? value : isInSet(set, value);
  };

export const empty =
  (operand: Compute): Compute =>
  (state) => {
    const set = operand(state);
    return isSet(set) ? isEmptySet(set) : expected('a set', set);
  };

// Strings

export const like =
  (operand: Compute, matches: (text: string) => boolean): Compute =>
  (state) => {
    const text = operand(state);
    return typeof text === 'string' ? matches(text) : expected('a string', text);
  };
