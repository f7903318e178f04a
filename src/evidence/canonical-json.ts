/** Canonical JSON (RFC 8785): each value has exactly one text. */
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';

/** A JSON value. */
export type Json =
  | null
  | boolean
  | number
  | string
  | ReadonlyArray<Json>
  | { readonly [name: string]: Json | undefined };

/** The text of a value; undefined members are left out. */
export const canonicalJson = (value: Json): string => {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value as Readonly<Record<string, Json | undefined>>)
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => codeUnitOrder(a, b))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
};

/** The first difference between two values as a JSON pointer (RFC 6901); undefined if they are equal. */
export const firstDifference = (
  a: Json | undefined,
  b: Json | undefined,
  pointer = '',
): string | undefined => {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? undefined : pointer;
  if (Array.isArray(a) !== Array.isArray(b)) return pointer;
  const [left, right] = [a, b] as ReadonlyArray<Readonly<Record<string, Json | undefined>>>;
  for (const name of new Set([...Object.keys(left!), ...Object.keys(right!)])) {
    const member = name.replaceAll('~', '~0').replaceAll('/', '~1');
    const found = firstDifference(left![name], right![name], `${pointer}/${member}`);
    if (found !== undefined) return found;
  }
  return undefined;
};
