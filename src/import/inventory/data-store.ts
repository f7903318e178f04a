/** A data store, such as a bucket or a database: its dataset, its populations and its site. */
import { type Fact, type ForeignEvent, standingEvent } from '../imported/foreign-event.ts';
import { datasetFor, type Mapping, populationsFor, siteFor } from '../mapping/mapping.ts';
import { type Cloud, regionNamed, regionOfSite, regionRegistered, siteOfRegion } from '../regions/region.ts';

/** A data store in terms of the ledger. */
export interface DataStore {
  readonly dataset: string;
  readonly site: string;
  readonly scopes: ReadonlyArray<{ readonly population: string }>;
}

/** The site of a region by its written name. A region that is in no table becomes an unknown site. */
export const siteIn = (cloud: Cloud, written: string): string =>
  siteOfRegion(regionNamed(cloud, written) ?? { cloud, region: written.toLowerCase() });

/** The store of this name in a region; rules for sites take precedence. */
export const dataStore = (mapping: Mapping, name: string, cloud: Cloud, region: string): DataStore => ({
  dataset: datasetFor(mapping, name).dataset,
  site: siteFor(mapping, [name]) ?? siteIn(cloud, region),
  scopes: populationsFor(mapping, name).map((population) => ({ population })),
});

/** The data of each population is in the store from this time on. */
export const placed = ({ dataset, site, scopes }: DataStore): ReadonlyArray<Fact> =>
  scopes.map((scope) => ({ type: 'DataPlaced', data: { dataset, scope, site } }));

/** The data is no longer in the store. */
export const deleted = ({ dataset, site, scopes }: DataStore): ReadonlyArray<Fact> =>
  scopes.map((scope) => ({ type: 'DataDeleted', data: { dataset, scope, site } }));

/** The registrations of these sites and of the store, from tables and the mapping. */
export const described = (
  mapping: Mapping,
  source: string,
  name: string | undefined,
  sites: ReadonlyArray<string>,
): ReadonlyArray<ForeignEvent> => {
  const regions = [...new Set(sites)].flatMap((site) => regionOfSite(site) ?? []);
  const rule = name === undefined ? undefined : datasetFor(mapping, name);
  return [
    ...regions.map((region) => regionRegistered(source, region)),
    ...(rule?.controller === undefined
      ? []
      : [
          standingEvent(source, {
            type: 'DatasetRegistered',
            data: {
              dataset: rule.dataset,
              name: rule.name ?? rule.dataset,
              categories: rule.categories ?? [],
              controller: rule.controller,
            },
          }),
        ]),
  ];
};
