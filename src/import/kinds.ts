/** The kinds of imports: how each one's files are read, and its mapping. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Fault } from '../domain/events/fault.ts';
import { cloudTrailImporter } from './cloudtrail/cloudtrail.ts';
import { csvImporter } from './csv/csv.ts';
import { RowMapping } from './csv/row-mapping.ts';
import { entraImporter } from './directories/entra.ts';
import { oktaImporter } from './directories/okta.ts';
import { scimImporter } from './directories/scim.ts';
import { bulkOperations, scimPatchImporter } from './directories/scim-patch.ts';
import { gcpAssetImporter } from './gcp-assets/gcp-assets.ts';
import { checked, type Importer } from './imported/imported.ts';
import type { ImportKindName } from './kind-names.ts';
import { Mapping } from './mapping/mapping.ts';
import { decodeMapping } from './mapping/read-mapping.ts';
import { openLineageImporter } from './openlineage/openlineage.ts';
import { csvRecords } from './records/csv-records.ts';
import type { Bytes, GivenRecord } from './records/given-record.ts';
import { itemsOf, jsonRecords, type RecordsIn } from './records/json-records.ts';
import { resourcesOfState } from './terraform/state-resources.ts';
import { terraformImporter } from './terraform/terraform.ts';

/** How the records of a kind are read and converted. */
export interface Import {
  readonly importer: Importer;
  readonly records: (bytes: Bytes) => AsyncGenerator<GivenRecord, void, undefined>;
}

/** The options of an import. */
export interface ImportOptions {
  /** The parsed mapping file; undefined without one. */
  readonly mapping?: unknown;
  /** The time of a snapshot, RFC 3339. */
  readonly at?: string | undefined;
}

export interface ImportKind {
  readonly format: 'json' | 'csv';
  readonly recordsIn: RecordsIn;
  readonly open: (options: ImportOptions) => E.Either<ReadonlyArray<Fault>, Import>;
}

/** A kind with JSON records and rules for names as its mapping. */
const jsonKind = (
  recordsIn: RecordsIn,
  importerOf: (mapping: Mapping, at: string | undefined) => Importer,
): ImportKind => ({
  format: 'json',
  recordsIn,
  open: ({ mapping, at }) =>
    pipe(
      decodeMapping(mapping ?? {}, Mapping),
      E.map((decoded) => ({
        importer: checked(importerOf(decoded, at)),
        records: (bytes) => jsonRecords(bytes, recordsIn),
      })),
    ),
});

/** The kinds by their names in commands and paths. */
export const importKinds: Readonly<Record<ImportKindName, ImportKind>> = {
  openlineage: jsonKind(itemsOf(), openLineageImporter),
  cloudtrail: jsonKind(itemsOf('Records'), cloudTrailImporter),
  okta: jsonKind(itemsOf(), oktaImporter),
  entra: jsonKind(itemsOf('value', 'records'), entraImporter),
  scim: jsonKind(itemsOf('Resources'), scimImporter),
  'scim-patch': jsonKind(bulkOperations, scimPatchImporter),
  'gcp-assets': jsonKind(itemsOf('assets'), gcpAssetImporter),
  terraform: jsonKind(resourcesOfState, terraformImporter),
  csv: {
    format: 'csv',
    recordsIn: itemsOf(),
    open: ({ mapping, at }) =>
      mapping === undefined
        ? E.left([
            { pointer: '', message: 'is missing; CSV requires a mapping that defines the events of a row' },
          ])
        : pipe(
            decodeMapping(mapping, RowMapping),
            E.map((decoded) => ({
              importer: checked(csvImporter(decoded, at)),
              records: (bytes) => csvRecords(bytes, decoded.delimiter ?? ','),
            })),
          ),
  },
};

/** The kind of this name. */
export const importKindOf = (name: string): ImportKind | undefined =>
  Object.hasOwn(importKinds, name) ? importKinds[name as ImportKindName] : undefined;
