/** Reads fields of loosely typed records: a missing or unexpected value is undefined. */
import type { JsonObject } from '../../domain/events/json-object.ts';

/** The value, if it is an object. */
export const objectIn = (value: unknown): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;

/** The value at this path of members. */
export const valueAt = (record: unknown, ...path: ReadonlyArray<string>): unknown => {
  let value = record;
  for (const name of path) {
    const object = objectIn(value);
    value = object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  }
  return value;
};

/** The text at this path, if it is a non-empty text. */
export const textAt = (record: unknown, ...path: ReadonlyArray<string>): string | undefined => {
  const value = valueAt(record, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** The items at this path; none if it is not an array. */
export const itemsAt = (record: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const value = valueAt(record, ...path);
  return Array.isArray(value) ? value : [];
};
