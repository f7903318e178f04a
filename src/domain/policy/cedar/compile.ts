/**
 * Compiles a rule once into a function that judges a request at an instant and says how long the judgment stays true.
 *
 * The functions follow Cedar's semantics (https://docs.cedarpolicy.com/policies/syntax-operators.html) to the letter:
 * `&&`, `||` and `if` evaluate no more than they need, everything else evaluates its operands from left to right, and
 * an error in what is evaluated is an error of the whole.
 */

import type { EntityUid, Expression, Literal, Rule, ScopeConstraint, Two, Variable } from './ast.ts';
import { conjunctsOf, decidedWithout } from './conjuncts.ts';
import { Failure, type Frame, failed, type Result } from './evaluation-state.ts';
import { compileLike } from './like.ts';
import {
  type EntityRef,
  elementsOf,
  entityRef,
  isEmptySet,
  isInSet,
  isSubset,
  overlaps,
  recordOf,
  type SetValue,
  sameValue,
  setOf,
  type Value,
} from './value.ts';

/** What an expression comes to at the frame's instant. */
export type Compute = (frame: Frame) => Result;

/** What a rule, or a part of one, says at the frame's instant: satisfied, not satisfied, or in error. */
export type Judgment = (frame: Frame) => boolean | Failure;

/** A rule ready to judge. */
export interface CompiledRule {
  readonly rule: string;
  readonly effect: 'forbid' | 'permit';
  readonly satisfied: Judgment;
  /** What reads no principal: where it is false no party breaks the rule, whoever reaches the holding. */
  readonly ofHolding: Judgment;
  /** What reads no resource: where it is false the party does not break the rule, whatever it reaches. */
  readonly ofParty: Judgment;
  /** The actions that its scope admits, by name; undefined for all. */
  readonly actions: ReadonlySet<string> | undefined;
}

const expected = (type: string, result: Result): Failure =>
  failed(result) ? result : new Failure(`found ${typeOf(result)} where ${type} is needed`);

const typeOf = (value: Value): string => {
  if (typeof value === 'object') return value.kind === 'entity' ? `a ${value.type}` : `a ${value.kind}`;
  return typeof value === 'string' ? 'a string' : typeof value === 'bigint' ? 'a number' : 'a Bool';
};

const isEntity = (result: Result): result is EntityRef =>
  typeof result === 'object' && result.kind === 'entity';
const isSet = (result: Result): result is SetValue => typeof result === 'object' && result.kind === 'set';

/** Expressions that come to the same at every instant. They are evaluated once, when compiled. */
const constants = new WeakMap<Compute, Result>();
const constant = (result: Result): Compute => {
  const compute: Compute = () => result;
  constants.set(compute, result);
  return compute;
};

const literal = (value: Literal): Result => {
  if (typeof value === 'number') return BigInt(value);
  return typeof value === 'object' ? refOf(value.__entity) : value;
};

const refOf = ({ type, id }: EntityUid): EntityRef => entityRef(type, id);

const noPrincipal = new Failure('it is not known who operates the site');
const noFields = recordOf([]);

const variable = (name: Variable): Compute => {
  switch (name) {
    case 'principal':
      return (frame) => frame.principal() ?? noPrincipal;
    case 'action':
      return (frame) => frame.request.action;
    case 'resource':
      return (frame) => frame.request.resource.ref;
    case 'context':
      return constant(noFields);
  }
};

// Bools -------------------------------------------------------------------------------------------------------------

/** `&&` and `||` of a chain of operands: the first that comes to `decisive` decides. */
const chain = (operands: ReadonlyArray<Compute>, decisive: boolean): Compute => {
  const other = !decisive;
  return (frame) => {
    for (let index = 0; index < operands.length; index++) {
      const result = operands[index]!(frame);
      if (result === decisive) return decisive;
      if (result !== other) return expected('a Bool', result);
    }
    return other;
  };
};

const not =
  (operand: Compute): Compute =>
  (frame) => {
    const result = operand(frame);
    return typeof result === 'boolean' ? !result : expected('a Bool', result);
  };

const conditional =
  (condition: Compute, then: Compute, otherwise: Compute): Compute =>
  (frame) => {
    const result = condition(frame);
    return result === true ? then(frame) : result === false ? otherwise(frame) : expected('a Bool', result);
  };

/** The operands of a chain of one operator, which Cedar nests to the left. */
const chained = (expression: Expression, operator: '&&' | '||'): ReadonlyArray<Compute> => {
  const operands: Compute[] = [];
  let rest = expression;
  for (;;) {
    const two = (rest as { readonly [K in '&&' | '||']?: Two })[operator];
    if (two === undefined) break;
    operands.push(compile(two.right));
    rest = two.left;
  }
  operands.push(compile(rest));
  return operands.reverse();
};

// Any values --------------------------------------------------------------------------------------------------------

const equal = (left: Compute, right: Compute, whenSame: boolean): Compute => {
  const known = constants.get(right);
  if (known !== undefined && typeof known !== 'object') {
    return (frame) => {
      const value = left(frame);
      return failed(value) ? value : (value === known) === whenSame;
    };
  }
  return (frame) => {
    const a = left(frame);
    if (failed(a)) return a;
    const b = right(frame);
    return failed(b) ? b : sameValue(a, b) === whenSame;
  };
};

const setLiteral = (items: ReadonlyArray<Compute>): Compute =>
  folded(items, (frame) => {
    const values: Value[] = [];
    for (const item of items) {
      const value = item(frame);
      if (failed(value)) return value;
      values.push(value);
    }
    return setOf(values);
  });

const recordLiteral = (fields: ReadonlyArray<readonly [string, Compute]>): Compute =>
  folded(
    fields.map(([, compute]) => compute),
    (frame) => {
      const values: [string, Value][] = [];
      for (const [name, compute] of fields) {
        const value = compute(frame);
        if (failed(value)) return value;
        values.push([name, value]);
      }
      return recordOf(values);
    },
  );

/** A function of constants alone is a constant: it reads nothing of the frame. */
const folded = (operands: ReadonlyArray<Compute>, compute: Compute): Compute =>
  operands.every((operand) => constants.has(operand))
    ? constant(compute(undefined as unknown as Frame))
    : compute;

// Numbers -----------------------------------------------------------------------------------------------------------

const overflow = new Failure('a number does not fit into 64 bits');

const withNumbers = (left: Compute, right: Compute, combine: (a: bigint, b: bigint) => Result): Compute =>
  folded([left, right], (frame) => {
    const a = left(frame);
    if (typeof a !== 'bigint') return expected('a number', a);
    const b = right(frame);
    return typeof b === 'bigint' ? combine(a, b) : expected('a number', b);
  });

const fitting = (number: bigint): Result => (BigInt.asIntN(64, number) === number ? number : overflow);

const negated = (operand: Compute): Compute =>
  folded([operand], (frame) => {
    const value = operand(frame);
    return typeof value === 'bigint' ? fitting(-value) : expected('a number', value);
  });

// Sets --------------------------------------------------------------------------------------------------------------

const withSets = (left: Compute, right: Compute, combine: (a: SetValue, b: SetValue) => boolean): Compute => {
  return (frame) => {
    const a = left(frame);
    if (!isSet(a)) return expected('a set', a);
    const b = right(frame);
    return isSet(b) ? combine(a, b) : expected('a set', b);
  };
};

const contains =
  (left: Compute, right: Compute): Compute =>
  (frame) => {
    const set = left(frame);
    if (!isSet(set)) return expected('a set', set);
    const value = right(frame);
    return failed(value) ? value : isInSet(set, value);
  };

const empty =
  (operand: Compute): Compute =>
  (frame) => {
    const set = operand(frame);
    return isSet(set) ? isEmptySet(set) : expected('a set', set);
  };

// Strings -----------------------------------------------------------------------------------------------------------

const like =
  (operand: Compute, matches: (text: string) => boolean): Compute =>
  (frame) => {
    const text = operand(frame);
    return typeof text === 'string' ? matches(text) : expected('a string', text);
  };

// Entities and records ----------------------------------------------------------------------------------------------

const missing = (name: string): Failure => new Failure(`\`${name}\` is not known`);

const field = (frame: Frame, of: Result, name: string): Value | undefined | Failure => {
  if (typeof of === 'object') {
    if (of.kind === 'entity') return frame.attribute(of, name);
    if (of.kind === 'record') return of.fields.get(name);
  }
  return expected('an entity or a record', of);
};

const access = (expression: Expression, name: string): Compute => {
  const none = missing(name);
  if ('Var' in expression && expression.Var === 'resource') {
    return (frame) => {
      const attribute = frame.request.resource.attribute(name);
      return (attribute === undefined ? undefined : frame.valueOf(attribute)) ?? none;
    };
  }
  const operand = compile(expression);
  return (frame) => field(frame, operand(frame), name) ?? none;
};

/** `e has a.b` is whether e has an a, and that one a b. */
const has = (operand: Compute, path: ReadonlyArray<string>): Compute => {
  return (frame) => {
    let value: Result = operand(frame);
    for (const name of path) {
      const next = field(frame, value, name);
      if (next === undefined) return false;
      if (failed(next)) return next;
      value = next;
    }
    return true;
  };
};

const isOfType =
  (operand: Compute, type: string): Compute =>
  (frame) => {
    const entity = operand(frame);
    return isEntity(entity) ? entity.type === type : expected('an entity', entity);
  };

const within = (left: Compute, right: Compute): Compute => {
  return (frame) => {
    const entity = left(frame);
    if (!isEntity(entity)) return expected('an entity', entity);
    const ancestors = right(frame);
    if (isEntity(ancestors)) return frame.isIn(entity, ancestors);
    return isSet(ancestors)
      ? isInAny(frame, entity, ancestors)
      : expected('an entity or a set of them', ancestors);
  };
};

/** In one of them; an error if none is certain and one is not known. */
const isInAny = (frame: Frame, entity: EntityRef, ancestors: SetValue): Result => {
  let answer: Result = false;
  for (const ancestor of elementsOf(ancestors))
    if (!isEntity(ancestor)) return expected('an entity', ancestor);
  for (const ancestor of ancestors.compound.values()) {
    const result = frame.isIn(entity, ancestor as EntityRef);
    if (result === true) return true;
    if (result !== false) answer = result;
  }
  return answer;
};

// Everything --------------------------------------------------------------------------------------------------------

/** Compiles one expression. */
const compile = (expression: Expression): Compute => {
  if ('Value' in expression) return constant(literal(expression.Value));
  if ('Var' in expression) return variable(expression.Var);
  if ('&&' in expression) return chain(chained(expression, '&&'), false);
  if ('||' in expression) return chain(chained(expression, '||'), true);
  if ('!' in expression) return not(compile(expression['!'].arg));
  if ('if-then-else' in expression) {
    const { if: condition, then, else: otherwise } = expression['if-then-else'];
    return conditional(compile(condition), compile(then), compile(otherwise));
  }
  if ('Set' in expression) return setLiteral(expression.Set.map(compile));
  if ('Record' in expression)
    return recordLiteral(Object.entries(expression.Record).map(([name, value]) => [name, compile(value)]));
  if ('neg' in expression) return negated(compile(expression.neg.arg));
  if ('isEmpty' in expression) return empty(compile(expression.isEmpty.arg));
  if ('.' in expression) return access(expression['.'].left, expression['.'].attr);
  if ('has' in expression) {
    const { left, attr } = expression.has;
    return has(compile(left), typeof attr === 'string' ? [attr] : attr);
  }
  if ('like' in expression) return like(compile(expression.like.left), compileLike(expression.like.pattern));
  if ('is' in expression) {
    const { left, entity_type: type, in: ancestors } = expression.is;
    const operand = compile(left);
    const typed = isOfType(operand, type);
    return ancestors === undefined ? typed : chain([typed, within(operand, compile(ancestors))], false);
  }
  return compileBinary(expression);
};

const compileBinary = (expression: Expression): Compute => {
  const [operator, operands] = Object.entries(expression)[0] as [string, Two];
  const left = compile(operands.left);
  const right = compile(operands.right);
  switch (operator) {
    case '==':
      return equal(left, right, true);
    case '!=':
      return equal(left, right, false);
    case 'in':
      return within(left, right);
    case 'contains':
      return contains(left, right);
    case 'containsAll':
      return withSets(left, right, (a, b) => isSubset(b, a));
    case 'containsAny':
      return withSets(left, right, overlaps);
    case '<':
      return withNumbers(left, right, (a, b) => a < b);
    case '<=':
      return withNumbers(left, right, (a, b) => a <= b);
    case '>':
      return withNumbers(left, right, (a, b) => a > b);
    case '>=':
      return withNumbers(left, right, (a, b) => a >= b);
    case '+':
      return withNumbers(left, right, (a, b) => fitting(a + b));
    case '-':
      return withNumbers(left, right, (a, b) => fitting(a - b));
    case '*':
      return withNumbers(left, right, (a, b) => fitting(a * b));
    default:
      throw new Error(`operator ${operator} was not refused`);
  }
};

/**
 * Compiles a rule that has passed `checkRule`.
 *
 * Its parts are asked in Cedar's order: principal, action, resource, then the conditions as they stand.
 */
export const compileRule = ({ rule, ast }: Rule): CompiledRule => {
  const conjuncts = conjunctsOf(ast);
  return {
    rule,
    effect: ast.effect,
    satisfied: allOf(conjuncts),
    ofHolding: allOf(decidedWithout(conjuncts, 'principal')),
    ofParty: allOf(decidedWithout(conjuncts, 'resource')),
    actions: actionsIn(ast.action),
  };
};

const allOf = (conjuncts: ReadonlyArray<Expression>): Judgment =>
  chain(conjuncts.map(compile), false) as Judgment;

const actionsIn = (constraint: ScopeConstraint): ReadonlySet<string> | undefined => {
  if (constraint.op === 'All' || constraint.op === 'is') return undefined;
  const entities = 'entities' in constraint ? constraint.entities : [constraint.entity];
  return new Set(entities.map(({ id }) => id));
};

/** The rules of a policy that can be broken: only a `forbid` can (R17). */
export const compileForbids = (rules: ReadonlyArray<Rule>): ReadonlyArray<CompiledRule> =>
  rules.filter(({ ast }) => ast.effect === 'forbid').map(compileRule);
