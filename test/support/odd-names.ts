/** Realistic unusual identifiers, and worlds in which they replace the usual names. */
import * as fc from 'fast-check';
import { visitNames } from '../../src/domain/events/places.ts';

/** One of each of 46 forms of identifiers. */
export const worldlyNames = [
  'auth0|5f7c',
  'jane+x@example.com',
  '+15550100',
  'ACME\\jane',
  'arn:aws:iam::123456789012:role/a+b=c,d@e',
  'urn:li:dataset:(urn:li:dataPlatform:snowflake,db.s.t,PROD)',
  'databricks+connector://host:443/db',
  'system:serviceaccount:ns:name',
  'dGhlIHNhbXBsZQ==',
  'Jörg Müller',
  '宮本',
  'a\'b"c',
  '{3f2504e0-4f89-11d3-9a0c-0305e82c3301}',
  '100% sure?',
  '#1',
  '~user',
  'x^y',
  '`q`',
  '<b>',
  '$HOME',
  '👩🏽',
  '%2E%2e%41',
  '=1+2',
  '-x',
  'a/../b//c',
  '...',
  '*',
  '?a=b&c=d#e;f',
  'مركز البيانات',
  '(the key of fingerprints)',
  'CN=Jane Doe,OU=Staff,DC=example,DC=com',
  '//bigquery.googleapis.com/projects/p-1/datasets/crm',
  '/subscriptions/0b1f6471/resourceGroups/rg/providers/Microsoft.Sql/servers/db',
  'jane_example.com#EXT#@tenant.onmicrosoft.com',
  'host/db.example.com@EXAMPLE.COM',
  's3://bucket/key with space/part-0.parquet',
  'jdbc:postgresql://db:5432/app?user=jane&ssl=true',
  'did:web:example.com%3A3000:user:alice',
  '@jane:example.org',
  'sip:jane@example.com;transport=tcp',
  '[2001:db8::1]:8080',
  '"DB"."SCHEMA"."Table"',
  'S-1-5-21-3623811015-3361044348-30300820-1013',
  '\\\\server\\share\\jane',
  'registry.example.com/app@sha256:9f86d081884c',
  '\u{1F30D}'.repeat(512),
] as const;

/** Two words make names whose joins by a space are also joins of others. */
const joins = fc
  .array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 4 })
  .map((words) => words.join(' '));

const words = fc.constantFrom(
  ...[
    'a',
    'at',
    'granted',
    'subject',
    'population',
    '|',
    '"',
    "'",
    '\\',
    '%41',
    '#',
    '/',
    '?',
    '+',
    ',',
    '(',
  ],
  ...['$A', '`', '<', '宮', 'é', '🙂', '{', '~', '^', '..', '=', '@', '\\n', '&', ';', '>', '-', ':'],
);
const wild = fc
  .record({ of: fc.array(words, { minLength: 1, maxLength: 3 }), by: fc.constantFrom(' ', ' ', ',', '"') })
  .map(({ of, by }) => of.join(by))
  .filter((joined) => joined !== '.' && joined !== '..');

/**
 * New names in the same code-unit order, so that everything sorted by names keeps its order and answers correspond.
 */
export const oddNamesFor = (plain: ReadonlyArray<string>): fc.Arbitrary<ReadonlyMap<string, string>> =>
  fc
    .oneof(
      fc.uniqueArray(joins, { minLength: plain.length, maxLength: plain.length }),
      fc.uniqueArray(wild, { minLength: plain.length, maxLength: plain.length }),
    )
    .map((odd) => {
      const inOrder = [...odd].sort();
      return new Map([...plain].sort().map((each, index) => [each, inOrder[index]!]));
    });

const renamedIn = (
  data: Readonly<Record<string, unknown>>,
  names: ReadonlyMap<string, string>,
): Record<string, unknown> => {
  const out = structuredClone(data) as Record<string, unknown>;
  visitNames(data, (place, found) => {
    const fields = place.split('.');
    const last = fields.pop()!;
    let within = out;
    for (const field of fields) within = within[field] as Record<string, unknown>;
    const value = within[last];
    const swap = (each: unknown): unknown => (each === found ? (names.get(found) ?? found) : each);
    if (!Array.isArray(value)) within[last] = swap(value);
  });
  if (Array.isArray(data.subjects))
    out.subjects = data.subjects.map((each: unknown) => names.get(String(each)) ?? each);
  return out;
};

/** An event or a fact with other names, including those in the data of a correction. */
export const renamed = <A extends { readonly data: unknown }>(
  told: A,
  names: ReadonlyMap<string, string>,
): A => {
  const data = renamedIn(told.data as Record<string, unknown>, names);
  const inner = data.data as Record<string, unknown> | undefined;
  return { ...told, data: inner === undefined ? data : { ...data, data: renamedIn(inner, names) } };
};
