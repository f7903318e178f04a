/** Calls about snapshots of RDS databases. */
import { itemsAt } from '../imported/record-fields.ts';
import { rdsName, regionOfArn } from '../inventory/aws-names.ts';
import { siteIn } from '../inventory/data-store.ts';
import { destroyed, restored, shared, taken } from './backups.ts';
import {
  answered,
  asked,
  type Call,
  type CallFacts,
  type Handler,
  lacking,
  siteOfCall,
  siteOfStore,
} from './call.ts';

const kinds = {
  instance: {
    db: 'db',
    snapshot: 'snapshot',
    database: 'dBInstanceIdentifier',
    name: 'dBSnapshotIdentifier',
  },
  cluster: {
    db: 'cluster',
    snapshot: 'cluster-snapshot',
    database: 'dBClusterIdentifier',
    name: 'dBClusterSnapshotIdentifier',
  },
} as const;
type Kind = keyof typeof kinds;

const rds = (
  call: Call,
  kind: 'db' | 'cluster' | 'snapshot' | 'cluster-snapshot',
  name: string,
  region = call.region,
) => rdsName(kind, name, region, call.account);

const snapshotTaken =
  (kind: Kind): Handler =>
  (call) => {
    const { db, snapshot, database, name } = kinds[kind];
    const of = asked(call, database) ?? answered(call, database);
    const as = asked(call, name) ?? answered(call, name);
    if (of === undefined || as === undefined) return lacking(`${database} and ${name}`);
    const site = siteOfCall(call);
    return taken(call, rds(call, snapshot, as), rds(call, db, of), site, site);
  };

/** The fields in which a copy names its source and itself. */
const copyNames = {
  instance: { source: 'sourceDBSnapshotIdentifier', target: 'targetDBSnapshotIdentifier' },
  cluster: { source: 'sourceDBClusterSnapshotIdentifier', target: 'targetDBClusterSnapshotIdentifier' },
} as const;

const snapshotCopied =
  (kind: Kind): Handler =>
  (call) => {
    const { db, snapshot, database } = kinds[kind];
    const { source, target } = copyNames[kind];
    const of = asked(call, source);
    const as = asked(call, target);
    if (of === undefined || as === undefined) return lacking(`${source} and ${target}`);
    const region = asked(call, 'sourceRegion') ?? regionOfArn(of) ?? call.region;
    const original = rds(call, snapshot, of, region);
    const instance = answered(call, database);
    // The response names the snapshot's database; otherwise the snapshot stands for it.
    const store = instance === undefined ? original : rds(call, db, instance, region);
    const told = taken(call, rds(call, snapshot, as), store, siteIn('aws', region), siteOfCall(call));
    return instance === undefined
      ? {
          ...told,
          unmapped: [
            ...(told.unmapped ?? []),
            'the record does not name the database of the copied snapshot, so its dataset is the snapshot',
          ],
        }
      : told;
  };

const texts = (items: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  items.filter((item) => typeof item === 'string');

const snapshotShared =
  (kind: Kind): Handler =>
  (call) => {
    const { snapshot, name } = kinds[kind];
    const of = asked(call, name);
    if (of === undefined) return lacking(name);
    if (asked(call, 'attributeName') !== 'restore')
      return { facts: [], unmapped: ['the changed attribute of the snapshot does not share it'] };
    return shared(
      call,
      rds(call, snapshot, of),
      texts(itemsAt(call.asked, 'valuesToAdd')),
      texts(itemsAt(call.asked, 'valuesToRemove')),
    );
  };

const ofRds =
  (kind: Kind, act: (call: Call, snapshot: string) => CallFacts, name: string): Handler =>
  (call) => {
    const of = asked(call, name);
    return of === undefined ? lacking(name) : act(call, rds(call, kinds[kind].snapshot, of));
  };

const exported: Handler = (call) => {
  const snapshot = asked(call, 'sourceArn');
  const bucket = asked(call, 's3BucketName');
  if (snapshot === undefined || bucket === undefined) return lacking('sourceArn and s3BucketName');
  // The bucket is in the region of the export, as AWS requires.
  return restored(call, snapshot, siteOfStore(call, `s3://${bucket}`, call.region));
};

/** The handlers of calls about database snapshots, by name. */
export const databaseSnapshotCalls: Readonly<Record<string, Handler>> = {
  CreateDBSnapshot: snapshotTaken('instance'),
  CreateDBClusterSnapshot: snapshotTaken('cluster'),
  CopyDBSnapshot: snapshotCopied('instance'),
  CopyDBClusterSnapshot: snapshotCopied('cluster'),
  DeleteDBSnapshot: ofRds('instance', destroyed, 'dBSnapshotIdentifier'),
  DeleteDBClusterSnapshot: ofRds('cluster', destroyed, 'dBClusterSnapshotIdentifier'),
  RestoreDBInstanceFromDBSnapshot: ofRds(
    'instance',
    (call, snapshot) => restored(call, snapshot, siteOfCall(call)),
    'dBSnapshotIdentifier',
  ),
  RestoreDBClusterFromSnapshot: ofRds(
    'cluster',
    (call, snapshot) => restored(call, snapshot, siteOfCall(call)),
    'snapshotIdentifier',
  ),
  ModifyDBSnapshotAttribute: snapshotShared('instance'),
  ModifyDBClusterSnapshotAttribute: snapshotShared('cluster'),
  StartExportTask: exported,
};
