/**
 * The site and the name of an OpenLineage dataset. Datasets are named by namespace and name
 * (https://openlineage.io/docs/spec/naming); the namespaces of some stores contain the region of the cloud.
 */
import { itemsAt, textAt } from '../imported/record-fields.ts';
import { datasetFor, type Mapping, populationsFor, siteFor } from '../mapping/mapping.ts';
import { cloudNames, regionNamed, siteOfRegion } from '../regions/region.ts';
import type { Dataset } from './lineage-event.ts';

/** A dataset in terms of the ledger. */
export interface Place {
  readonly dataset: string;
  readonly site: string;
  readonly populations: ReadonlyArray<string>;
  /** Its OpenLineage name: namespace and name. */
  readonly name: string;
  /** Whether its site comes from a rule or a region in its namespace, and is not the namespace itself. */
  readonly isSiteKnown: boolean;
}

/** Namespace and name, as one name. */
export const nameOf = ({ namespace, name }: Pick<Dataset, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

/** All names of a dataset's store: its own first, then its physical location. */
const storesOf = (dataset: Dataset): ReadonlyArray<string> => {
  const links = itemsAt(dataset.facets, 'symlinks', 'identifiers').flatMap((link) => {
    const namespace = textAt(link, 'namespace');
    const name = textAt(link, 'name');
    return namespace === undefined
      ? []
      : name === undefined
        ? [namespace]
        : [`${namespace}/${name}`, namespace];
  });
  const others = [
    textAt(dataset.facets, 'catalog', 'warehouseUri'),
    textAt(dataset.facets, 'dataSource', 'uri'),
  ].filter((uri) => uri !== undefined);
  return [nameOf(dataset), dataset.namespace, ...links, ...others];
};

/** `snowflake://organisation-account` or `snowflake://locator.region.cloud`, by OpenLineage's naming. */
const snowflake = /^snowflake:\/\/[^./]+\.([a-z0-9-]+)(?:\.(aws|gcp|azure))?$/;
/** ARNs such as `arn:aws:glue:eu-west-1:123456789012`. */
const arn = /^arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]+):/;
/** Hosts of AWS services: `awsathena://athena.eu-west-1.amazonaws.com`. */
const awsHost = /[/.]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com(?:[:/]|$)/;
/** `redshift://cluster.eu-west-1:5439`. */
const redshift = /^redshift:\/\/[^./]+\.([a-z0-9-]+):\d+$/;

/** The site of the region in a store's name. */
const siteInName = (store: string): string | undefined => {
  const ofSnowflake = snowflake.exec(store);
  if (ofSnowflake !== null) {
    const [, written, named] = ofSnowflake;
    const cloud = cloudNames.find((each) => each === (named ?? 'aws'))!;
    // Snowflake puts hyphens into the names of Azure regions, which Azure does not.
    const region = regionNamed(cloud, written!) ?? regionNamed(cloud, written!.replaceAll('-', ''));
    return region === undefined ? undefined : siteOfRegion(region);
  }
  const written = (arn.exec(store) ?? awsHost.exec(store) ?? redshift.exec(store))?.[1];
  const region = written === undefined ? undefined : regionNamed('aws', written);
  return region === undefined ? undefined : siteOfRegion(region);
};

/**
 * The place of a dataset: by the mapping, otherwise by the region in its name, otherwise at a site named after its
 * namespace.
 */
export const placeOf = (mapping: Mapping, dataset: Dataset): Place => {
  const name = nameOf(dataset);
  const stores = storesOf(dataset);
  const site = siteFor(mapping, stores) ?? stores.map(siteInName).find((each) => each !== undefined);
  return {
    dataset: datasetFor(mapping, name).dataset,
    site: site ?? dataset.namespace,
    populations: populationsFor(mapping, name),
    name,
    isSiteKnown: site !== undefined,
  };
};
