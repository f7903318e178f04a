/**
 * Sites, parties, datasets and populations with their descriptions at an instant (R5), including those that events
 * mention without a registration.
 */

import type { Answered, Asked } from '../contract/asked.ts';
import type { DatasetRow, PartyRow, PopulationRow, SiteRow } from '../contract/rows/registry.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import type { Instant } from '../domain/time/instant.ts';
import { valueAt } from '../domain/time/varying.ts';
import { Descriptions } from './descriptions.ts';
import { membersAt } from './members.ts';
import type { View } from './view.ts';

/** The site as described at the instant. */
export const siteRow = (descriptions: Descriptions, site: string, validAt: Instant): SiteRow => {
  const described = descriptions.siteAt(site, validAt);
  return {
    site,
    name: described.name ?? null,
    country: described.country ?? null,
    subdivision: described.subdivision ?? null,
    latitude: described.latitude ?? null,
    longitude: described.longitude ?? null,
    operator: described.operator ?? null,
    owner: described.owner ?? null,
  };
};

/** The party as described at the instant. */
export const partyRow = (descriptions: Descriptions, party: string, validAt: Instant): PartyRow => {
  const described = valueAt(descriptions.party(party), validAt)?.description;
  return {
    party,
    kind: described?.kind ?? null,
    name: described?.name ?? null,
    country: described?.country ?? null,
  };
};

/** The dataset as described at the instant. */
export const datasetRow = (descriptions: Descriptions, dataset: string, validAt: Instant): DatasetRow => {
  const described = valueAt(descriptions.dataset(dataset), validAt)?.description;
  return {
    dataset,
    name: described?.name ?? null,
    categories: described?.categories ?? [],
    controller: described?.controller ?? null,
  };
};

/** The population as described at the instant, with its number of members then. */
export const populationRow = (
  view: View,
  descriptions: Descriptions,
  population: string,
  validAt: Instant,
): PopulationRow => {
  const described = valueAt(descriptions.population(population), validAt)?.description;
  return {
    population,
    name: described?.name ?? null,
    jurisdiction: described?.jurisdiction ?? null,
    subjects: membersAt(view, population, validAt),
  };
};

/** A page of the names of a kind, each with its description. */
export const pageOfNames = (
  view: View,
  { clocks, after, limit }: Asked,
  kind: RegisteredKind,
  row: (view: View, descriptions: Descriptions, name: string, validAt: Instant) => unknown,
): Answered => {
  const names = view.names(kind, typeof after === 'string' ? after : '', limit);
  const descriptions = new Descriptions(view);
  return {
    data: names.map((name) => row(view, descriptions, name, clocks.validAt)),
    after: names.length === limit ? names.at(-1)! : null,
  };
};
