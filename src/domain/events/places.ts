/**
 * The places of names in the data of events, and what each names. A place means the same in every event type; the codec
 * of a type defines which places it has.
 */
import type { JsonObject } from './json-object.ts';

/** Kinds of things that are registered, and listed (R5). */
export type RegisteredKind = 'population' | 'site' | 'dataset' | 'party' | 'policy';
/** What a name can be a name of. */
export type NameKind = RegisteredKind | 'subject' | 'backup' | 'grant';

/** Each place, by the fields that lead to it. `subjects` is a list of names. */
const kinds = {
  subject: 'subject',
  subjects: 'subject',
  'scope.subject': 'subject',
  'scope.population': 'population',
  population: 'population',
  site: 'site',
  from: 'site',
  to: 'site',
  dataset: 'dataset',
  party: 'party',
  member: 'party',
  group: 'party',
  controller: 'party',
  controlled: 'party',
  operator: 'party',
  owner: 'party',
  backup: 'backup',
  grant: 'grant',
  policy: 'policy',
  'over.scope.subject': 'subject',
  'over.scope.population': 'population',
  'over.site': 'site',
  'over.dataset': 'dataset',
  'over.population': 'population',
  'over.backup': 'backup',
} as const satisfies Readonly<Record<string, NameKind>>;
export type NamePlace = keyof typeof kinds;

export const places = Object.keys(kinds) as ReadonlyArray<NamePlace>;

/** What the name in a place is a name of. */
export const kindAt = (place: NamePlace): NameKind => kinds[place];

const objectIn = (data: JsonObject, field: string): JsonObject | undefined => {
  const value = data[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
};

/** The one place with a list of names; in every other stands one. */
export const listPlace: NamePlace = 'subjects';

/** The places of names of a kind. */
export const placesOf = (kind: NameKind): ReadonlyArray<NamePlace> =>
  places.filter((place) => kinds[place] === kind);

const paths = places.map((place) => ({ place, fields: place.split('.') }));

/** Visits every name in the data, whether it is an identifier or not. */
export const visitNames = (data: JsonObject, visit: (place: NamePlace, name: string) => void): void => {
  const scope = objectIn(data, 'scope');
  const over = objectIn(data, 'over');
  for (const { place, fields } of paths) {
    const within =
      fields.length === 1
        ? data
        : fields.length === 3
          ? over && objectIn(over, 'scope')
          : fields[0] === 'scope'
            ? scope
            : over;
    const value = within?.[fields.at(-1)!];
    if (typeof value === 'string') {
      if (place !== listPlace) visit(place, value);
    } else if (place === listPlace && Array.isArray(value)) {
      for (const each of value) if (typeof each === 'string') visit(place, each);
    }
  }
};
