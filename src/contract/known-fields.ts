/** Reads answers of a newer ledger: unknown fields are ignored, known ones must match their codecs. */
import type * as t from 'io-ts';
import type { OtherFields } from '../domain/events/object-faults.ts';

interface Shaped {
  readonly required?: Readonly<Record<string, t.Mixed>>;
  readonly optional?: Readonly<Record<string, t.Mixed>>;
  readonly item?: t.Mixed;
  readonly inner?: t.Mixed;
  readonly others?: OtherFields | undefined;
}

/** The value without fields unknown to the codec, at any depth. */
export const knownFieldsOf = (codec: t.Mixed, value: unknown): unknown => {
  const { required, optional, item, inner, others } = codec as Shaped;
  if (inner !== undefined) return value === null ? null : knownFieldsOf(inner, value);
  if (item !== undefined) {
    return Array.isArray(value) ? value.map((each: unknown) => knownFieldsOf(item, each)) : value;
  }
  if (required === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  const fields = { ...required, ...optional };
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      const known = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (known !== undefined) return [[key, knownFieldsOf(known, field)]];
      return others?.fault(key, field) === undefined && others !== undefined ? [[key, field]] : [];
    }),
  );
};
