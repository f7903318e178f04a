/**
 * The part of Cedar that Domicile evaluates, in Cedar's own JSON policy format:
 * https://docs.cedarpolicy.com/policies/json-format.html
 */

/** The name of an entity, as Cedar writes it in JSON. */
export interface EntityUid {
  readonly type: string;
  readonly id: string;
}

export type Literal = boolean | number | string | { readonly __entity: EntityUid };

interface One {
  readonly arg: Expression;
}
/** The operands of a binary operator. */
export interface Two {
  readonly left: Expression;
  readonly right: Expression;
}

/** One part of a `like` pattern. */
export type PatternPart = 'Wildcard' | { readonly Literal: string };

/** An expression: an object with one field, the operator. */
export type Expression =
  | { readonly Value: Literal }
  | { readonly Var: Variable }
  | { readonly '!': One }
  | { readonly neg: One }
  | { readonly isEmpty: One }
  | { readonly '&&': Two }
  | { readonly '||': Two }
  | { readonly '==': Two }
  | { readonly '!=': Two }
  | { readonly '<': Two }
  | { readonly '<=': Two }
  | { readonly '>': Two }
  | { readonly '>=': Two }
  | { readonly '+': Two }
  | { readonly '-': Two }
  | { readonly '*': Two }
  | { readonly in: Two }
  | { readonly contains: Two }
  | { readonly containsAll: Two }
  | { readonly containsAny: Two }
  | { readonly '.': { readonly left: Expression; readonly attr: string } }
  | { readonly has: { readonly left: Expression; readonly attr: string | ReadonlyArray<string> } }
  | { readonly like: { readonly left: Expression; readonly pattern: ReadonlyArray<PatternPart> } }
  | { readonly is: { readonly left: Expression; readonly entity_type: string; readonly in?: Expression } }
  | {
      readonly 'if-then-else': {
        readonly if: Expression;
        readonly then: Expression;
        readonly else: Expression;
      };
    }
  | { readonly Set: ReadonlyArray<Expression> }
  | { readonly Record: Readonly<Record<string, Expression>> };

export type Variable = 'principal' | 'action' | 'resource' | 'context';

/** What a rule's scope says of its principal, action or resource. */
export type ScopeConstraint =
  | { readonly op: 'All' }
  | { readonly op: '=='; readonly entity: EntityUid }
  | { readonly op: 'in'; readonly entity: EntityUid }
  | { readonly op: 'in'; readonly entities: ReadonlyArray<EntityUid> }
  | { readonly op: 'is'; readonly entity_type: string; readonly in?: { readonly entity: EntityUid } };

export interface Condition {
  readonly kind: 'when' | 'unless';
  readonly body: Expression;
}

/** One `forbid` or `permit` in Cedar's JSON policy format. */
export interface CedarPolicy {
  readonly effect: 'forbid' | 'permit';
  readonly principal: ScopeConstraint;
  readonly action: ScopeConstraint;
  readonly resource: ScopeConstraint;
  readonly conditions: ReadonlyArray<Condition>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/** A rule of a policy: its JSON and its name, the annotation `@id` or Cedar's own `policy0`, `policy1`, … */
export interface Rule {
  readonly rule: string;
  /** As it stands in the policy, its annotations included. */
  readonly text: string;
  readonly ast: CedarPolicy;
}
