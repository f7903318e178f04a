/**
 * Compiles a rule once into a function that judges a request at an instant, and says how long the judgment stays true.
 */
import { limitsOf, ownershipAskedBy } from './annotations.ts';
import type { Expression, Rule, ScopeConstraint, Two } from './ast.ts';
import { conjunctsOf, decidedWithout } from './conjuncts.ts';
import { access, attributeOfResource, has, isOfType, within } from './entity-operators.ts';
import type { EvaluationState, Failure } from './evaluation-state.ts';
import { compileLike } from './like.ts';
import {
  type Compute,
  chain,
  conditional,
  constant,
  contains,
  empty,
  equal,
  fitting,
  like,
  literal,
  negated,
  not,
  ownership,
  recordLiteral,
  setLiteral,
  variable,
  withNumbers,
  withSets,
} from './operators.ts';
import { isOwnershipName, type OwnershipAsked } from './request-history.ts';
import { isSubset, overlaps } from './value.ts';

/** What a rule, or a part of one, says at the state's instant: satisfied, not satisfied, or in error. */
export type Judgment = (state: EvaluationState) => boolean | Failure;

/** A rule ready to judge. */
export interface CompiledRule {
  readonly rule: string;
  readonly effect: 'forbid' | 'permit';
  /** What the rule does not model, in its own words: its annotation `@limits`. */
  readonly limits: string | null;
  readonly satisfied: Judgment;
  /** The part that reads no principal: where it is false, no party that reaches the holding breaks the rule. */
  readonly ofHolding: Judgment;
  /** The part that reads no resource: where it is false, the party does not break the rule by reaching any holding. */
  readonly ofParty: Judgment;
  /** The actions that its scope admits, by name; undefined for all. */
  readonly actions: ReadonlySet<string> | undefined;
}

type Compile = (expression: Expression) => Compute;

/** The operands of a chain of one operator, which Cedar nests to the left. */
const chained = (compile: Compile, expression: Expression, operator: '&&' | '||'): ReadonlyArray<Compute> => {
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

/** Compiles the expressions of a rule. */
const compileAsking = (asked: OwnershipAsked | undefined): Compile => {
  const compile = (expression: Expression): Compute => compileOne(compile, asked, expression);
  return compile;
};

const compileOne = (compile: Compile, asked: OwnershipAsked | undefined, expression: Expression): Compute => {
  if ('Value' in expression) return constant(literal(expression.Value));
  if ('Var' in expression) return variable(expression.Var, asked);
  if ('&&' in expression) return chain(chained(compile, expression, '&&'), false);
  if ('||' in expression) return chain(chained(compile, expression, '||'), true);
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
  if ('.' in expression) {
    const { left, attr } = expression['.'];
    if ('Var' in left && left.Var === 'resource') return attributeOfResource(attr);
    if (asked !== undefined && isOwnershipName(attr) && 'Var' in left && left.Var === 'context')
      return ownership(attr, asked);
    return access(compile(left), attr);
  }
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
  return compileBinary(compile, expression);
};

const compileBinary = (compile: Compile, expression: Expression): Compute => {
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
export const compileRule = ({ rule, ast }: Pick<Rule, 'rule' | 'ast'>): CompiledRule => {
  const conjuncts = conjunctsOf(ast);
  const compile = compileAsking(ownershipAskedBy(ast));
  const allOf = (some: ReadonlyArray<Expression>): Judgment => chain(some.map(compile), false) as Judgment;
  return {
    rule,
    effect: ast.effect,
    limits: limitsOf(ast),
    satisfied: allOf(conjuncts),
    ofHolding: allOf(decidedWithout(conjuncts, 'principal')),
    ofParty: allOf(decidedWithout(conjuncts, 'resource')),
    actions: actionsIn(ast.action),
  };
};

const actionsIn = (constraint: ScopeConstraint): ReadonlySet<string> | undefined => {
  if (constraint.op === 'All' || constraint.op === 'is') return undefined;
  const entities = 'entities' in constraint ? constraint.entities : [constraint.entity];
  return new Set(entities.map(({ id }) => id));
};

/** The rules of a policy that can be broken: only a `forbid` can (R17). */
export const compileForbids = (rules: ReadonlyArray<Rule>): ReadonlyArray<CompiledRule> =>
  rules.filter(({ ast }) => ast.effect === 'forbid').map(compileRule);
