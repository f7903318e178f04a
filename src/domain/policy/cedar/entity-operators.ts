/**
 * What Cedar's constructs about entities and records compute: attributes, `has`, `is`, `in`.
 */
import { type EvaluationState, Failure, failed, type Result } from './evaluation-state.ts';
import { type Compute, expected, isEntity, isSet } from './operators.ts';
import { type EntityRef, elementsOf, type SetValue, type Value } from './value.ts';

const missing = (name: string): Failure => new Failure(`\`${name}\` is not known`);

const field = (state: EvaluationState, of: Result, name: string): Value | undefined | Failure => {
  if (typeof of === 'object') {
    if (of.kind === 'entity') return state.attribute(of, name);
    if (of.kind === 'record') return of.fields.get(name);
  }
  return expected('an entity or a record', of);
};

/** The attribute of the holding itself. */
export const attributeOfResource = (name: string): Compute => {
  const none = missing(name);
  return (state) => {
    const attribute = state.request.resource.attribute(name);
    return (attribute === undefined ? undefined : state.valueOf(attribute)) ?? none;
  };
};

export const access = (operand: Compute, name: string): Compute => {
  const none = missing(name);
  return (state) => field(state, operand(state), name) ?? none;
};

/** `e has a.b` is whether e has an a, and that one a b. */
export const has = (operand: Compute, path: ReadonlyArray<string>): Compute => {
  return (state) => {
    let value: Result = operand(state);
    for (const name of path) {
      const next = field(state, value, name);
      if (next === undefined) return false;
      if (failed(next)) return next;
      value = next;
    }
    return true;
  };
};

export const isOfType =
  (operand: Compute, type: string): Compute =>
  (state) => {
    const entity = operand(state);
    return isEntity(entity) ? entity.type === type : expected('an entity', entity);
  };

export const within = (left: Compute, right: Compute): Compute => {
  return (state) => {
    const entity = left(state);
    if (!isEntity(entity)) return expected('an entity', entity);
    const ancestors = right(state);
    if (isEntity(ancestors)) return state.isIn(entity, ancestors);
    return isSet(ancestors)
      ? isInAny(state, entity, ancestors)
      : expected('an entity or a set of them', ancestors);
  };
};

/** In one of them; an error if none is certain and one is not known. */
const isInAny = (state: EvaluationState, entity: EntityRef, ancestors: SetValue): Result => {
  let answer: Result = false;
  for (const ancestor of elementsOf(ancestors))
    if (!isEntity(ancestor)) return expected('an entity', ancestor);
  for (const ancestor of ancestors.compound.values()) {
    const result = state.isIn(entity, ancestor as EntityRef);
    if (result === true) return true;
    if (result !== false) answer = result;
  }
  return answer;
};
