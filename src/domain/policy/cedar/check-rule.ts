/**
 * Whether a rule keeps to what Domicile evaluates (R17). Everything else is refused by name, so that an accepted rule
 * is always judged.
 */
import * as E from 'fp-ts/lib/Either.js';
import { countriesNamed, unknownShareText } from './annotations.ts';
import type { CedarPolicy, EntityUid } from './ast.ts';
import { isOwnershipName } from './request-history.ts';

/** Something that Domicile does not evaluate. `token` is how it stands in Cedar's text, to find its place. */
export interface Unsupported {
  readonly construct: string;
  readonly hint: string;
  readonly token?: string;
}

/** How deep expressions may be nested, a chain of `&&` or `||` counted as one level for each operand. */
const expressionDepthMax = 1_000;

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isUid = (value: unknown): value is EntityUid =>
  isObject(value) && typeof value.type === 'string' && typeof value.id === 'string';

const unary = new Set(['!', 'neg', 'isEmpty']);
const binary = new Set([
  ...['&&', '||', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*'],
  ...['in', 'contains', 'containsAll', 'containsAny'],
]);
const variables: ReadonlySet<unknown> = new Set(['principal', 'action', 'resource', 'context']);

const malformed: Unsupported = {
  construct: 'an expression of a form unknown to it',
  hint: 'write it in Cedar 4.5 text',
};
const tooDeep: Unsupported = {
  construct: `expressions nested deeper than ${expressionDepthMax} levels`,
  hint: 'use a set, or split the rule',
};
const template: Unsupported = {
  construct: 'templates',
  hint: 'write the entity in place of the slot',
  token: '?',
};
const tag = (name: string): Unsupported => ({
  construct: `tags (\`${name}\`)`,
  hint: 'no entity of Domicile has tags',
  token: name,
});
const extension = (name: string): Unsupported => ({
  construct: `the extension function \`${name}\``,
  hint: 'put dates into effectiveFrom and effectiveUntil of the policy; no attribute is an address or a decimal',
  token: name,
});
const integer: Unsupported = {
  construct: 'integer literals beyond ±9007199254740991',
  hint: 'write a smaller one',
};
const holding: Unsupported = {
  construct: 'holdings by name (`Holding::"…"`)',
  hint: 'a holding has no name to compare with; use its attributes, such as resource.site or resource.dataset',
  token: 'Holding',
};

const ownership = (name: string): Unsupported => ({
  construct: `\`context.${name}\` in a rule that names no countries`,
  hint: 'write the annotation @ownedFrom("CN,RU") before the rule, with the codes of the countries',
  token: name,
});

const noCountries: Unsupported = {
  construct: 'an @ownedFrom that does not name countries',
  hint: 'list their codes, separated by commas: @ownedFrom("CN,RU")',
  token: 'ownedFrom',
};
const notTrueOrFalse: Unsupported = {
  construct: 'an @unknownShareCounts that is neither true nor false',
  hint: 'write @unknownShareCounts("false") to count a control without a share as 0 percent',
  token: 'unknownShareCounts',
};
const unknownShareOfNobody: Unsupported = {
  construct: '@unknownShareCounts without @ownedFrom',
  hint: 'name the countries too: @ownedFrom("CN,RU")',
  token: 'unknownShareCounts',
};

/** Walks a rule and collects what is not evaluated. Iterative where text can nest without limit. */
class Check {
  readonly found: Unsupported[] = [];
  /** Whether its annotations name the countries that its context speaks of (R23). */
  asksOwnership = false;

  refuse(unsupported: Unsupported): void {
    if (!this.found.some(({ construct }) => construct === unsupported.construct))
      this.found.push(unsupported);
  }

  uid(value: unknown): void {
    if (!isUid(value)) this.refuse(malformed);
    else if (value.type === 'Holding') this.refuse(holding);
  }

  literal(value: unknown): void {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) this.refuse(integer);
    } else if (isObject(value)) this.uid(value.__entity);
    else if (typeof value !== 'boolean' && typeof value !== 'string') this.refuse(malformed);
  }

  expressions(root: unknown): void {
    const waiting: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { value, depth } = next;
      if (depth > expressionDepthMax) return this.refuse(tooDeep);
      for (const inner of this.parts(value)) waiting.push({ value: inner, depth: depth + 1 });
    }
  }

  /** Checks one expression, all but its operands, and answers those. */
  parts(value: unknown): ReadonlyArray<unknown> {
    const entries = isObject(value) ? Object.entries(value) : [];
    const [operator, operand] = entries[0] ?? ['', undefined];
    if (entries.length !== 1) {
      this.refuse(malformed);
      return [];
    }
    if (operator === 'Set' && Array.isArray(operand)) return operand;
    if (operator === 'Value') this.literal(operand);
    else if (operator === 'Slot') this.refuse(template);
    else if (operator === 'Var') {
      if (!variables.has(operand)) this.refuse(malformed);
    } else if (operator === 'getTag' || operator === 'hasTag') this.refuse(tag(operator));
    else if (Array.isArray(operand)) this.refuse(extension(operator));
    else if (!isObject(operand)) this.refuse(malformed);
    else return this.operands(operator, operand);
    return [];
  }

  operands(operator: string, operand: JsonObject): ReadonlyArray<unknown> {
    if (unary.has(operator)) return [operand.arg];
    if (binary.has(operator)) return [operand.left, operand.right];
    if (operator === 'Record') return Object.values(operand);
    if (operator === 'if-then-else') return [operand.if, operand.then, operand.else];
    if (operator === '.' && typeof operand.attr === 'string')
      return this.attribute(operand.left, operand.attr);
    if (operator === 'like' && isPattern(operand.pattern)) return [operand.left];
    if (operator === 'has' && (typeof operand.attr === 'string' || isPath(operand.attr)))
      return [operand.left];
    if (operator === 'is' && typeof operand.entity_type === 'string')
      return operand.in === undefined ? [operand.left] : [operand.left, operand.in];
    this.refuse(malformed);
    return [];
  }

  annotations(rule: Pick<CedarPolicy, 'annotations'>): void {
    const countries = countriesNamed(rule);
    this.asksOwnership = countries !== undefined;
    if (countries?.includes('')) this.refuse(noCountries);
    const unknownShare = unknownShareText(rule);
    if (unknownShare === undefined) return;
    if (unknownShare !== 'true' && unknownShare !== 'false') this.refuse(notTrueOrFalse);
    if (countries === undefined) this.refuse(unknownShareOfNobody);
  }

  attribute(left: unknown, name: string): ReadonlyArray<unknown> {
    if (isObject(left) && left.Var === 'context' && !this.asksOwnership && isOwnershipName(name))
      this.refuse(ownership(name));
    return [left];
  }

  scope(value: unknown): void {
    if (!isObject(value)) return this.refuse(malformed);
    const { op, entity, entities, entity_type: type } = value;
    const within = isObject(value.in) ? value.in : undefined;
    if (value.slot !== undefined || within?.slot !== undefined) return this.refuse(template);
    if (op === 'All') return;
    if (op === '==') return this.uid(entity);
    if (op === 'in') {
      for (const each of Array.isArray(entities) ? entities : [entity]) this.uid(each);
      return;
    }
    if (op !== 'is' || typeof type !== 'string') return this.refuse(malformed);
    if (within !== undefined) this.uid(within.entity);
  }

  rule(value: unknown): void {
    if (!isObject(value) || (value.effect !== 'forbid' && value.effect !== 'permit'))
      return this.refuse(malformed);
    this.annotations(value as Pick<CedarPolicy, 'annotations'>);
    for (const part of [value.principal, value.action, value.resource]) this.scope(part);
    for (const condition of Array.isArray(value.conditions) ? value.conditions : [undefined]) {
      if (!isObject(condition) || (condition.kind !== 'when' && condition.kind !== 'unless')) {
        this.refuse(malformed);
      } else this.expressions(condition.body);
    }
  }
}

const isPath = (attr: unknown): boolean =>
  Array.isArray(attr) && attr.length > 0 && attr.every((name) => typeof name === 'string');

const isPattern = (pattern: unknown): boolean =>
  Array.isArray(pattern) &&
  pattern.every((part) => part === 'Wildcard' || (isObject(part) && typeof part.Literal === 'string'));

/**
 * Checks that a rule in Cedar's JSON format keeps to what Domicile evaluates.
 *
 * @returns the same rule, or everything in it that is not evaluated, each once.
 */
export const checkRule = (json: unknown): E.Either<ReadonlyArray<Unsupported>, CedarPolicy> => {
  const check = new Check();
  check.rule(json);
  return check.found.length > 0 ? E.left(check.found) : E.right(json as CedarPolicy);
};
