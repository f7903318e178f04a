/**
 * The catalogue of event types: the codecs and the places of names agree.
 */
import type { Mixed } from 'io-ts';
import { describe, expect, it } from 'vitest';
import { catalogue, eventTypes, traitsOf } from '../../../src/domain/events/catalogue.ts';
import { Identifier } from '../../../src/domain/events/identifier.ts';
import { kindAt, type NamePlace, places } from '../../../src/domain/events/places.ts';

interface Shape {
  readonly required?: Readonly<Record<string, Mixed>>;
  readonly optional?: Readonly<Record<string, Mixed>>;
  readonly alternatives?: ReadonlyArray<Mixed>;
  readonly item?: Mixed;
}

/** The paths of the identifiers in a codec's values; an item of a list has the path of the list. */
const identifiersIn = (codec: Mixed, path = ''): ReadonlyArray<string> => {
  if ((codec as unknown) === Identifier) return [path];
  const { required, optional, alternatives = [], item } = codec as Shape;
  return [
    ...Object.entries({ ...required, ...optional }).flatMap(([field, inner]) =>
      identifiersIn(inner, path === '' ? field : `${path}.${field}`),
    ),
    ...alternatives.flatMap((alternative) => identifiersIn(alternative, path)),
    ...(item === undefined ? [] : identifiersIn(item, path)),
  ];
};

describe('the catalogue of events', () => {
  it('knows each place where a codec has an identifier, and no other', () => {
    const inCodecs = new Set(eventTypes.flatMap((type) => identifiersIn(catalogue[type].data)));
    // Categories of a dataset are identifiers, but name nothing that is recorded.
    inCodecs.delete('categories');
    expect([...inCodecs].sort()).toEqual([...places].sort());
  });

  it.each(eventTypes.filter((type) => traitsOf(type).registers !== undefined))(
    '%s names what it registers in the field of that kind',
    (type) => {
      const kind = traitsOf(type).registers!;
      expect(identifiersIn(catalogue[type].data)).toContain(kind);
      expect(kindAt(kind as NamePlace)).toBe(kind);
    },
  );
});
