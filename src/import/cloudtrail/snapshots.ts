/**
 * Snapshots of databases and volumes: they are backups (R11).
 */
import type { Fact } from '../imported/foreign-event.ts';
import { itemsAt, textAt } from '../imported/record-fields.ts';
import { rdsName, regionOfArn, snapshotName, volumeName } from '../inventory/aws-names.ts';
import { siteIn } from '../inventory/data-store.ts';
import { datasetFor, populationsFor } from '../mapping/mapping.ts';
import {
  answered,
  asked,
  type Call,
  type CallFacts,
  type Handler,
  lacking,
  partyOf,
  siteOfCall,
  siteOfStore,
} from './call.ts';

/** The backups of a snapshot: one a population, and one alone has the name of the snapshot. */
const backupsOf = (
  { mapping }: Call,
  snapshot: string,
  store: string,
): ReadonlyArray<readonly [string, string]> => {
  const populations = populationsFor(mapping, store);
  return populations.map((population) => [
    populations.length === 1 ? snapshot : `${snapshot}#${population}`,
    population,
  ]);
};

const taken = (call: Call, snapshot: string, store: string, from: string, to: string): CallFacts => ({
  facts: backupsOf(call, snapshot, store).map(([backup, population]) => ({
    type: 'BackupTaken',
    data: { backup, dataset: datasetFor(call.mapping, store).dataset, scope: { population }, from, to },
  })),
  sites: [from, to],
  stores: [store],
});

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

/** The names under which a copy says what it was made of, and what it is. */
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
    // The answer names the database of the snapshot; where it does not, the snapshot stands for it.
    const store = instance === undefined ? original : rds(call, db, instance, region);
    const told = taken(call, rds(call, snapshot, as), store, siteIn('aws', region), siteOfCall(call));
    return instance === undefined
      ? {
          ...told,
          unmapped: [
            'the record does not say of which database the copied snapshot is: its dataset is the snapshot',
          ],
        }
      : told;
  };

const destroyed = (call: Call, snapshot: string): CallFacts => ({
  facts: backupsOf(call, snapshot, snapshot).map(([backup]) => ({
    type: 'BackupDestroyed',
    data: { backup },
  })),
});

const restored = (call: Call, snapshot: string, to: string): CallFacts => ({
  facts: backupsOf(call, snapshot, snapshot).map(([backup]) => ({
    type: 'BackupRestored',
    data: { backup, to },
  })),
  sites: [to],
});

/** Shared with, and no longer shared with, accounts or everyone. */
const shared = (
  call: Call,
  snapshot: string,
  added: ReadonlyArray<string>,
  removed: ReadonlyArray<string>,
): CallFacts => {
  const facts = backupsOf(call, snapshot, snapshot).flatMap(([backup]) => [
    ...added.map(
      (account): Fact => ({
        type: 'AccessGranted',
        data: {
          grant: `${backup}/shared/${account}`,
          party: partyOf(call, account),
          over: { backup },
          actions: ['read'],
        },
      }),
    ),
    ...removed.map(
      (account): Fact => ({
        type: 'AccessRevoked',
        data: { grant: `${backup}/shared/${account}` },
      }),
    ),
  ]);
  return facts.length > 0 ? { facts } : { facts, unmapped: ['the call shares the snapshot with nobody'] };
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
      return { facts: [], unmapped: ['the attribute of the snapshot that changed shares nothing'] };
    return shared(
      call,
      rds(call, snapshot, of),
      texts(itemsAt(call.asked, 'valuesToAdd')),
      texts(itemsAt(call.asked, 'valuesToRemove')),
    );
  };

/** The accounts of a permission to create volumes; `all` is everyone. */
const accountsIn = (call: Call, which: 'add' | 'remove'): ReadonlyArray<string> =>
  itemsAt(call.asked, 'createVolumePermission', which, 'items').flatMap(
    (item) => textAt(item, 'userId') ?? textAt(item, 'group') ?? [],
  );

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
  // The bucket is in the region of the export, as AWS demands.
  return restored(call, snapshot, siteOfStore(call, `s3://${bucket}`, call.region));
};

const volumeSnapshotTaken: Handler = (call) => {
  const volume = asked(call, 'volumeId');
  const snapshot = answered(call, 'snapshotId');
  if (volume === undefined || snapshot === undefined) return lacking('volumeId and snapshotId');
  const site = siteOfCall(call);
  return taken(
    call,
    snapshotName(snapshot, call.region),
    volumeName(volume, call.region, call.account),
    site,
    site,
  );
};

const volumeSnapshotCopied: Handler = (call) => {
  const of = asked(call, 'sourceSnapshotId');
  const region = asked(call, 'sourceRegion') ?? call.region;
  const as = answered(call, 'snapshotId');
  if (of === undefined || as === undefined) return lacking('sourceSnapshotId and snapshotId');
  return {
    ...taken(
      call,
      snapshotName(as, call.region),
      snapshotName(of, region),
      siteIn('aws', region),
      siteOfCall(call),
    ),
    unmapped: ['the record does not say of which volume the copied snapshot is: its dataset is the snapshot'],
  };
};

const ofVolumes =
  (act: (call: Call, snapshot: string) => CallFacts): Handler =>
  (call) => {
    const of = asked(call, 'snapshotId');
    return of === undefined ? lacking('snapshotId') : act(call, snapshotName(of, call.region));
  };

/** The calls about snapshots, by their names. */
export const snapshotCalls: Readonly<Record<string, Handler>> = {
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
  CreateSnapshot: volumeSnapshotTaken,
  CopySnapshot: volumeSnapshotCopied,
  DeleteSnapshot: ofVolumes(destroyed),
  ModifySnapshotAttribute: ofVolumes((call, snapshot) =>
    shared(call, snapshot, accountsIn(call, 'add'), accountsIn(call, 'remove')),
  ),
};
