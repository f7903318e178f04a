/**
 * The values of Cedar expressions and when two of them are the same.
 *
 * A String is a string, a Bool a boolean, a Long a bigint (64 bits, exact); entities, sets and records are objects with
 * a `kind`. Sets are indexed: members are found by key.
 */

/** The name of an entity: `Party::"bytedance"`. */
export interface EntityRef {
  readonly kind: 'entity';
  readonly type: string;
  readonly id: string;
}

/** A set: strings, Bools and Longs are their own keys, everything else has one made of it. */
export interface SetValue {
  readonly kind: 'set';
  readonly plain: ReadonlySet<string | boolean | bigint>;
  readonly compound: ReadonlyMap<string, EntityRef | SetValue | RecordValue>;
}

export interface RecordValue {
  readonly kind: 'record';
  readonly fields: ReadonlyMap<string, Value>;
}

export type Value = string | boolean | bigint | EntityRef | SetValue | RecordValue;

/** The entity of a type with an id. */
export const entityRef = (type: string, id: string): EntityRef => ({ kind: 'entity', type, id });

/** Whether both name the same entity. */
export const sameEntity = (a: EntityRef, b: EntityRef): boolean =>
  a === b || (a.id === b.id && a.type === b.type);

/** The set of the values, without duplicates. */
export const setOf = (values: Iterable<Value>): SetValue => {
  const plain = new Set<string | boolean | bigint>();
  const compound = new Map<string, EntityRef | SetValue | RecordValue>();
  for (const value of values) {
    if (typeof value === 'object') compound.set(keyOf(value), value);
    else plain.add(value);
  }
  return { kind: 'set', plain, compound };
};

/** The record with the fields. */
export const recordOf = (fields: Iterable<readonly [string, Value]>): RecordValue => ({
  kind: 'record',
  fields: new Map(fields),
});

/** Equal values have equal keys, different ones different keys. */
const keyOf = (value: Value): string => {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'entity':
      return `${value.type}::${JSON.stringify(value.id)}`;
    case 'set':
      return `[${[...[...value.plain].map(keyOf), ...value.compound.keys()].sort().join()}]`;
    case 'record':
      return `{${[...value.fields]
        .map(([name, field]) => `${JSON.stringify(name)}:${keyOf(field)}`)
        .sort()
        .join()}}`;
  }
};

/** Cedar's `==`: values of different types differ; sets are compared as sets. */
export const sameValue = (a: Value, b: Value): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a.kind !== b.kind) return false;
  return a.kind === 'entity' ? sameEntity(a, b as EntityRef) : keyOf(a) === keyOf(b);
};

/** Whether the value is in the set. */
export const isInSet = (set: SetValue, value: Value): boolean =>
  typeof value === 'object' ? set.compound.has(keyOf(value)) : set.plain.has(value);

/** Whether everything in `inner` is in `outer`. */
export const isSubset = (inner: SetValue, outer: SetValue): boolean => {
  for (const value of inner.plain) if (!outer.plain.has(value)) return false;
  for (const key of inner.compound.keys()) if (!outer.compound.has(key)) return false;
  return true;
};

/** Whether something is in both. */
export const overlaps = (a: SetValue, b: SetValue): boolean => {
  for (const value of a.plain) if (b.plain.has(value)) return true;
  for (const key of a.compound.keys()) if (b.compound.has(key)) return true;
  return false;
};

/** Whether nothing is in the set. */
export const isEmptySet = (set: SetValue): boolean => set.plain.size === 0 && set.compound.size === 0;

/** Everything in the set. */
export const elementsOf = (set: SetValue): Iterable<Value> => [...set.plain, ...set.compound.values()];
