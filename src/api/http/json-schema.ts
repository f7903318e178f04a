/** JSON Schema (2020-12, as in OpenAPI 3.1) of the codecs, so that the API description matches the code. */
import type { Mixed } from 'io-ts';
import * as t from 'io-ts';
import type { ExactCodec } from '../../domain/events/codec.ts';
import { Identifier, identifierCharactersMax, identifierPattern } from '../../domain/events/identifier.ts';
import { DateTime, DateTimeOrDate } from '../../domain/events/scalars.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const has = <K extends string>(codec: object, key: K): codec is object & Record<K, unknown> => key in codec;

/** The schema of a codec's wire format. */
export const jsonSchema = (codec: Mixed): JsonSchema => {
  if (codec === DateTime || codec === DateTimeOrDate) {
    return { type: 'string', format: 'date-time', description: codec.name };
  }
  if (codec === Identifier)
    return { type: 'string', pattern: identifierPattern, maxLength: identifierCharactersMax };
  if (codec === t.string) return { type: 'string' };
  if (codec === t.boolean) return { type: 'boolean' };
  if (codec === t.number) return { type: 'number' };
  if (has(codec, 'required') && has(codec, 'optional')) {
    const { name, required, optional, others } = codec as unknown as ExactCodec<unknown, unknown>;
    const properties = Object.entries({ ...required, ...optional }).map(([key, field]) => [
      key,
      jsonSchema(field),
    ]);
    return {
      title: name,
      type: 'object',
      properties: Object.fromEntries(properties),
      required: Object.keys(required),
      additionalProperties: others === undefined ? false : { type: [...others.schema] },
    };
  }
  if (has(codec, 'words')) return { type: 'string', enum: codec.words };
  if (has(codec, 'item')) return { type: 'array', items: jsonSchema(codec.item as Mixed) };
  if (has(codec, 'inner')) return { anyOf: [jsonSchema(codec.inner as Mixed), { type: 'null' }] };
  if (codec instanceof t.UnionType) return { oneOf: (codec.types as ReadonlyArray<Mixed>).map(jsonSchema) };
  if (has(codec, 'alternatives'))
    return { oneOf: (codec.alternatives as ReadonlyArray<Mixed>).map(jsonSchema) };
  if (/degrees|percent/.test(codec.name)) return { type: 'number', description: codec.name };
  if (codec === t.unknown || codec.name === 'data') return {};
  if (codec.name.startsWith('an object')) return { type: 'object', description: codec.name };
  return { type: 'string', description: codec.name };
};
