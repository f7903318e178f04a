/**
 * The resource types of Terraform's providers that store data: the name of each in the ledger, and the attribute
 * with its region.
 */
import { textAt } from '../imported/record-fields.ts';
import { regionOfArn } from '../inventory/aws-names.ts';
import type { Cloud } from '../regions/region.ts';

/** The region and the name of a store. */
export interface StoreOfResource {
  readonly cloud: Cloud;
  readonly name: string | undefined;
  readonly region: string | undefined;
}

type Values = unknown;

const byArn = (values: Values): StoreOfResource => {
  const arn = textAt(values, 'arn');
  return { cloud: 'aws', name: arn, region: arn === undefined ? undefined : regionOfArn(arn) };
};

const withPrefix = (prefix: string, name: string | undefined): string | undefined =>
  name === undefined ? undefined : `${prefix}${name}`;

const google =
  (attribute: string, prefix: string, field: string) =>
  (values: Values): StoreOfResource => {
    const place = textAt(values, attribute)
      ?.replace(/^.*\//, '')
      .replace(/^regional-/, '');
    return { cloud: 'gcp', name: withPrefix(prefix, textAt(values, field)), region: place };
  };

/** The region of a zone such as `europe-west1-b` is the part before its letter. */
const googleZone = (values: Values): StoreOfResource => {
  const store = google('zone', '', 'id')(values);
  return { ...store, region: store.region?.replace(/-[a-z]$/, '') };
};

const azure = (values: Values): StoreOfResource => ({
  cloud: 'azure',
  name: textAt(values, 'id'),
  region: textAt(values, 'location'),
});

/** How to read each type of resource. */
export const storesByType: Readonly<Record<string, (values: Values) => StoreOfResource>> = {
  aws_s3_bucket: (values) => ({
    cloud: 'aws',
    name: withPrefix('s3://', textAt(values, 'bucket') ?? textAt(values, 'id')),
    region: textAt(values, 'region') ?? textAt(values, 'bucket_region'),
  }),
  aws_db_instance: byArn,
  aws_rds_cluster: byArn,
  aws_dynamodb_table: byArn,
  aws_docdb_cluster: byArn,
  aws_neptune_cluster: byArn,
  aws_redshift_cluster: byArn,
  aws_ebs_volume: byArn,
  aws_efs_file_system: byArn,
  aws_fsx_lustre_file_system: byArn,
  aws_elasticache_replication_group: byArn,
  aws_opensearch_domain: byArn,
  aws_elasticsearch_domain: byArn,
  aws_kinesis_stream: byArn,
  aws_msk_cluster: byArn,
  google_storage_bucket: google('location', 'gs://', 'name'),
  google_bigquery_dataset: google('location', '//bigquery.googleapis.com/', 'id'),
  google_sql_database_instance: google('region', '//sqladmin.googleapis.com/', 'id'),
  google_spanner_instance: google('config', '//spanner.googleapis.com/', 'id'),
  google_firestore_database: google('location_id', '//firestore.googleapis.com/', 'id'),
  google_alloydb_cluster: google('location', '//alloydb.googleapis.com/', 'id'),
  google_redis_instance: google('region', '//redis.googleapis.com/', 'id'),
  google_compute_disk: googleZone,
  azurerm_storage_account: azure,
  azurerm_mssql_server: azure,
  azurerm_mssql_managed_instance: azure,
  azurerm_postgresql_server: azure,
  azurerm_postgresql_flexible_server: azure,
  azurerm_mysql_flexible_server: azure,
  azurerm_cosmosdb_account: azure,
  azurerm_managed_disk: azure,
  azurerm_redis_cache: azure,
  azurerm_kusto_cluster: azure,
};
