/**
 * The places in the data of events where names stand, whatever the event type. A name means the same in a place
 * wherever the place is there; which places an event has is for its codec to say.
 */

/** Each place, by the fields that lead to it. `subjects` is a list of names. */
export const places = [
  'subject',
  'subjects',
  'scope.subject',
  'scope.population',
  'population',
  'site',
  'from',
  'to',
  'dataset',
  'party',
  'member',
  'group',
  'controller',
  'controlled',
  'operator',
  'owner',
  'backup',
  'grant',
  'policy',
  'over.scope.subject',
  'over.scope.population',
  'over.site',
  'over.dataset',
  'over.population',
  'over.backup',
] as const;
export type Place = (typeof places)[number];

type Json = Readonly<Record<string, unknown>>;

const objectIn = (data: Json, field: string): Json | undefined => {
  const value = data[field];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
};

const paths = places.map((place) => ({ place, fields: place.split('.') }));

/** Visits every name in the data, whether it is an identifier or not. */
export const visitNames = (data: Json, visit: (place: Place, name: string) => void): void => {
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
      if (place !== 'subjects') visit(place, value);
    } else if (place === 'subjects' && Array.isArray(value)) {
      for (const each of value) if (typeof each === 'string') visit(place, each);
    }
  }
};
