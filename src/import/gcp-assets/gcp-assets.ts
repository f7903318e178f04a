/** Imports a snapshot of Google Cloud assets from an Asset Inventory export: data stores, and who may use them. */
import * as E from 'fp-ts/lib/Either.js';
import { digestOf, eventOf, type Fact } from '../imported/foreign-event.ts';
import { type Importer, unmapped } from '../imported/imported.ts';
import { itemsAt, textAt, valueAt } from '../imported/record-fields.ts';
import { dataStore, described, placed } from '../inventory/data-store.ts';
import { type Mapping, partyFor } from '../mapping/mapping.ts';
import { regionNamed } from '../regions/region.ts';
import { actionsOfRole } from './iam-roles.ts';

/** The kinds of assets that store data. */
const storing: ReadonlySet<string> = new Set([
  'storage.googleapis.com/Bucket',
  'bigquery.googleapis.com/Dataset',
  'sqladmin.googleapis.com/Instance',
  'compute.googleapis.com/Disk',
  'compute.googleapis.com/RegionDisk',
  'spanner.googleapis.com/Instance',
  'bigtableadmin.googleapis.com/Instance',
  'firestore.googleapis.com/Database',
  'redis.googleapis.com/Instance',
  'file.googleapis.com/Instance',
  'alloydb.googleapis.com/Cluster',
]);

/** The name of a store in the ledger: buckets as `gs://`, everything else by Google's name. */
const storeName = (name: string): string => name.replace(/^\/\/storage\.googleapis\.com\//, 'gs://');

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The region of an asset: that of its data, or that of its zone. */
const regionOf = (record: unknown): string | undefined => {
  const data = valueAt(record, 'resource', 'data');
  const written =
    textAt(data, 'location') ??
    textAt(data, 'region') ??
    textAt(data, 'locationId') ??
    textAt(data, 'zone') ??
    textAt(data, 'config') ??
    textAt(record, 'resource', 'location');
  if (written === undefined) return undefined;
  const place = lastPart(written)
    .replace(/^regional-/, '')
    .toLowerCase();
  return regionNamed('gcp', place) === undefined ? place.replace(/-[a-z]$/, '') : place;
};

const grantsOf = (mapping: Mapping, record: unknown, name: string, dataset: string): ReadonlyArray<Fact> => {
  const policy = valueAt(record, 'iam_policy') ?? valueAt(record, 'iamPolicy');
  return itemsAt(policy, 'bindings').flatMap((binding) => {
    const role = textAt(binding, 'role');
    if (role === undefined) return [];
    return itemsAt(binding, 'members').flatMap((member): ReadonlyArray<Fact> => {
      if (typeof member !== 'string' || member === '') return [];
      const party = partyFor(mapping, member);
      return [
        {
          type: 'AccessGranted',
          data: {
            grant: `${name}/${role}/${party}`,
            party,
            over: { dataset },
            actions: [...actionsOfRole(role)],
            basis: role,
          },
        },
      ];
    });
  });
};

/**
 * The importer of assets.
 *
 * @param at the time of the snapshot, RFC 3339; an asset may have its own (`update_time`).
 */
export const gcpAssetImporter =
  (mapping: Mapping, at: string | undefined): Importer =>
  (record) => {
    const assetName = textAt(record, 'name');
    const assetType = textAt(record, 'asset_type') ?? textAt(record, 'assetType');
    if (assetName === undefined || assetType === undefined) {
      const pointer = assetName === undefined ? '/name' : '/assetType';
      return E.left([{ pointer, message: 'is missing; expected an asset of Cloud Asset Inventory' }]);
    }
    if (!storing.has(assetType)) return unmapped('this type of asset stores no data');
    const time = at ?? textAt(record, 'update_time') ?? textAt(record, 'updateTime');
    if (time === undefined)
      return E.left([{ pointer: '/updateTime', message: 'is missing; give the time of the snapshot: at' }]);
    const source = mapping.source ?? 'urn:domicile:import:gcp-assets';
    const name = storeName(assetName);
    const region = regionOf(record);
    const left: string[] = [];
    const store = dataStore(mapping, name, 'gcp', region ?? 'unknown');
    const isKnown = store.site !== 'gcp/unknown';
    if (!isKnown) left.push('the asset has no location: give its site in the mapping');
    else if (
      region !== undefined &&
      store.site === `gcp/${region}` &&
      regionNamed('gcp', region) === undefined
    )
      left.push('the asset is in several locations or in an unknown region: register its site');
    const facts = [
      ...(isKnown && valueAt(record, 'resource') !== undefined ? placed(store) : []),
      ...grantsOf(mapping, record, name, store.dataset),
    ];
    return E.right({
      events: [
        ...described(mapping, source, name, isKnown ? [store.site] : []),
        ...facts.map((fact) => eventOf(digestOf(fact, time), { source, time, assurance: 'claimed' }, fact)),
      ],
      unmapped: left,
    });
  };
