/**
 * A rule as a list of expressions that must all hold, in Cedar's order: its scope, then its conditions.
 *
 * Most of them read the holding alone or the party alone. Where one of these is false the rule is not satisfied,
 * whatever the others say, so that it need not be asked again for each party that reached the holding.
 */
import type { CedarPolicy, EntityUid, Expression, ScopeConstraint, Two, Variable } from './ast.ts';

const named = (entity: EntityUid): Expression => ({ Value: { __entity: entity } });

const scopeOf = (name: Variable, constraint: ScopeConstraint): ReadonlyArray<Expression> => {
  const left: Expression = { Var: name };
  switch (constraint.op) {
    case 'All':
      return [];
    case '==':
      return [{ '==': { left, right: named(constraint.entity) } }];
    case 'in': {
      const right: Expression =
        'entities' in constraint ? { Set: constraint.entities.map(named) } : named(constraint.entity);
      return [{ in: { left, right } }];
    }
    case 'is': {
      const { entity_type, in: within } = constraint;
      return [
        { is: { left, entity_type } },
        ...(within === undefined ? [] : [{ in: { left, right: named(within.entity) } }]),
      ];
    }
  }
};

/** Takes apart what all has to hold: `a && b`, and `!(a || b)`. Cedar nests chains to the left, however long. */
const apart = (expression: Expression): ReadonlyArray<Expression> => {
  const isNegated = '!' in expression;
  const operator = isNegated ? '||' : '&&';
  const found: Expression[] = [];
  let rest = isNegated ? expression['!'].arg : expression;
  for (;;) {
    const two = (rest as { readonly [K in '&&' | '||']?: Two })[operator];
    if (two === undefined) break;
    found.push(two.right);
    rest = two.left;
  }
  found.push(rest);
  return found.reverse().map((each): Expression => (isNegated ? { '!': { arg: each } } : each));
};

/** Everything that has to hold for the rule to be satisfied, in the order in which Cedar asks. */
export const conjunctsOf = ({
  principal,
  action,
  resource,
  conditions,
}: CedarPolicy): ReadonlyArray<Expression> => [
  ...scopeOf('principal', principal),
  ...scopeOf('action', action),
  ...scopeOf('resource', resource),
  ...conditions.flatMap(({ kind, body }) => apart(kind === 'when' ? body : { '!': { arg: body } })),
];

/** The expressions that an expression is made of. */
export const operandsOf = (expression: Expression): ReadonlyArray<Expression> => {
  if ('Value' in expression || 'Var' in expression) return [];
  if ('Set' in expression) return expression.Set;
  if ('Record' in expression) return Object.values(expression.Record);
  if ('if-then-else' in expression) {
    const { if: condition, then, else: otherwise } = expression['if-then-else'];
    return [condition, then, otherwise];
  }
  if ('is' in expression) {
    const { left, in: within } = expression.is;
    return within === undefined ? [left] : [left, within];
  }
  const [operand] = Object.values(expression) as [
    { arg?: Expression; left?: Expression; right?: Expression },
  ];
  return [operand.arg, operand.left, operand.right].filter((each) => each !== undefined);
};

/** Whether the expression reads the variable. */
export const reads = (root: Expression, name: Variable): boolean => {
  const waiting = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('Var' in next && next.Var === name) return true;
    waiting.push(...operandsOf(next));
  }
  return false;
};

/** What the ledger knows of every holding (R17). */
const alwaysKnown: ReadonlySet<string> = new Set(['dataset', 'site', 'live', 'overdue']);

const isAttributeOfHolding = (expression: Expression, names: ReadonlySet<string>): boolean =>
  '.' in expression &&
  'Var' in expression['.'].left &&
  expression['.'].left.Var === 'resource' &&
  names.has(expression['.'].attr);

/** An expression that has a value for every party and every holding. */
const isNeverInError = (expression: Expression): boolean =>
  'Value' in expression ||
  'Var' in expression ||
  isAttributeOfHolding(expression, alwaysKnown) ||
  ('Set' in expression && expression.Set.every(isNeverInError));

const entityTypes = (expression: Expression): ReadonlyArray<string> => {
  if ('Set' in expression) return expression.Set.flatMap(entityTypes);
  const value = 'Value' in expression ? expression.Value : undefined;
  return typeof value === 'object' ? [value.__entity.type] : ['of no entity'];
};

/** The ancestors of a party are always known; the country of a holding may not be. */
const isAncestryKnown = (left: Expression, right: Expression): boolean => {
  const types = entityTypes(right);
  return (
    'Var' in left &&
    left.Var !== 'context' &&
    !types.includes('of no entity') &&
    (left.Var !== 'resource' || !types.includes('Country'))
  );
};

/** Ownership always has a value, although it may be marked as uncertain. */
const isOwnership = (expression: Expression): boolean =>
  '.' in expression && 'Var' in expression['.'].left && expression['.'].left.Var === 'context';

const isAlwaysDecided = (expression: Expression): boolean => {
  if ('!' in expression) return isAlwaysDecided(expression['!'].arg);
  if ('&&' in expression || '||' in expression) return operandsOf(expression).every(isAlwaysDecided);
  if ('==' in expression || '!=' in expression) return operandsOf(expression).every(isNeverInError);
  if ('in' in expression) return isAncestryKnown(expression.in.left, expression.in.right);
  if ('has' in expression) return 'Var' in expression.has.left && typeof expression.has.attr === 'string';
  if ('is' in expression)
    return (
      'Var' in expression.is.left && expression.is.left.Var !== 'context' && expression.is.in === undefined
    );
  return (
    ('Value' in expression && typeof expression.Value === 'boolean') ||
    isOwnership(expression) ||
    isAttributeOfHolding(expression, new Set(['live', 'overdue']))
  );
};

/**
 * Those of the expressions that do not read the variable, up to the first other one that may be in error: where one of
 * them is false, the rule is neither satisfied nor in error, whatever the variable is.
 */
export const decidedWithout = (
  conjuncts: ReadonlyArray<Expression>,
  name: 'principal' | 'resource',
): ReadonlyArray<Expression> => {
  const found: Expression[] = [];
  for (const each of conjuncts) {
    // What the context says is about the principal.
    const isRead = reads(each, name) || (name === 'principal' && reads(each, 'context'));
    if (!isRead) found.push(each);
    else if (!isAlwaysDecided(each)) break;
  }
  return found;
};
