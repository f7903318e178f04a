/** Rows of registered things: sites, parties, datasets and populations (R5). */
import * as t from 'io-ts';
import { exact, list, nullable } from '../../domain/events/codec.ts';
import { PartyKind } from '../../domain/events/words.ts';

/** A site as described at an instant (R5); unknown fields are null. */
export const SiteRow = exact(
  'SiteRow',
  {
    site: t.string,
    name: nullable(t.string),
    country: nullable(t.string),
    subdivision: nullable(t.string),
    latitude: nullable(t.number),
    longitude: nullable(t.number),
    operator: nullable(t.string),
    owner: nullable(t.string),
  },
  {},
);
export type SiteRow = t.TypeOf<typeof SiteRow>;

/** A party as described at an instant (R5). */
export const PartyRow = exact(
  'PartyRow',
  { party: t.string, kind: nullable(PartyKind), name: nullable(t.string), country: nullable(t.string) },
  {},
);
export type PartyRow = t.TypeOf<typeof PartyRow>;

/** A dataset as described at an instant (R5). */
export const DatasetRow = exact(
  'DatasetRow',
  { dataset: t.string, name: nullable(t.string), categories: list(t.string), controller: nullable(t.string) },
  {},
);
export type DatasetRow = t.TypeOf<typeof DatasetRow>;

/** A population as described at an instant, with its number of subjects then. */
export const PopulationRow = exact(
  'PopulationRow',
  { population: t.string, name: nullable(t.string), jurisdiction: nullable(t.string), subjects: t.number },
  {},
);
export type PopulationRow = t.TypeOf<typeof PopulationRow>;
