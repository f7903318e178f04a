/** Imports of cloud logs and inventories, with records published by others. */
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { isCountryCode } from '../../src/domain/events/countries.ts';
import { importKinds } from '../../src/import/kinds.ts';
import { awsRegions } from '../../src/import/regions/aws-regions.ts';
import { azureRegions } from '../../src/import/regions/azure-regions.ts';
import { gcpRegions } from '../../src/import/regions/gcp-regions.ts';
import { become, orFail, samplesIn } from './samples.ts';

const mapping = {
  populations: [{ match: '*', populations: ['customers'] }],
  sites: [{ match: 's3://my-*', site: 'archive' }],
};
const scope = { population: 'customers' };

describe('CloudTrail', () => {
  const records = [
    ...samplesIn('cloudtrail', 'invictus.ndjson'),
    ...samplesIn('cloudtrail', 'panther.ndjson'),
  ].map(({ event }) => event);
  const named = (name: string, at = 0) => records.filter(({ eventName }) => eventName === name)[at];
  const of = (name: string, at = 0) => become('cloudtrail', named(name, at), { mapping }).facts;

  it('imports the creation and deletion of a snapshot', () => {
    const backup = 'arn:aws:rds:us-east-1:123837392027:snapshot:exfiltration';
    const dataset = 'arn:aws:rds:us-east-1:123837392027:db:terraform-20230710121504061500000001';

    expect(of('CreateDBSnapshot')).toEqual([
      ['BackupTaken', { backup, dataset, scope, from: 'aws/us-east-1', to: 'aws/us-east-1' }],
    ]);
    expect(of('DeleteDBSnapshot')).toEqual([['BackupDestroyed', { backup }]]);
  });

  it('names the backups of several populations consistently at creation and deletion', () => {
    const populations = ['eu-users', 'us-users'];
    const ids = (name: string, match: string) =>
      become('cloudtrail', named(name), { mapping: { populations: [{ match, populations }] } }).facts.map(
        ([, data]) => (data as { backup: string }).backup,
      );
    const backup = 'arn:aws:rds:us-east-1:123837392027:snapshot:exfiltration';
    const both = populations.map((population) => `${backup}#${population}`);

    expect([ids('CreateDBSnapshot', '*'), ids('DeleteDBSnapshot', '*')]).toEqual([both, both]);
    const ofDatabases = { populations: [{ match: '*:db:*', populations }] };
    const taken = become('cloudtrail', named('CreateDBSnapshot'), { mapping: ofDatabases });
    expect(taken.unmapped.join()).toContain('several populations');
  });

  it('imports the copy of a snapshot to another region, with the countries', () => {
    const opened = orFail(importKinds.cloudtrail.open({ mapping }));
    const { events } = orFail(opened.importer(named('CopyDBSnapshot')));

    expect(events.map(({ type, data }) => [type, data])).toEqual([
      ['SiteRegistered', expect.objectContaining({ site: 'aws/us-east-1', country: 'US' })],
      ['SiteRegistered', expect.objectContaining({ site: 'aws/us-west-2', country: 'US' })],
      ['BackupTaken', expect.objectContaining({ scope, from: 'aws/us-east-1', to: 'aws/us-west-2' })],
    ]);
  });

  it('imports the sharing of a snapshot with another account, and its end', () => {
    const backup = 'arn:aws:rds:us-east-1:123837392027:snapshot:exfiltration';
    const grant = `${backup}/shared/193672423079`;
    const both = [of('ModifyDBSnapshotAttribute', 0), of('ModifyDBSnapshotAttribute', 1)].flat();

    expect(both).toEqual(
      expect.arrayContaining([
        ['AccessGranted', { grant, party: 'aws:193672423079', over: { backup }, actions: ['read'] }],
        ['AccessRevoked', { grant }],
      ]),
    );
    const ofVolumes = [of('ModifySnapshotAttribute', 0), of('ModifySnapshotAttribute', 1)].flat();
    expect(ofVolumes.map(([type]) => type).sort()).toEqual(['AccessGranted', 'AccessRevoked']);
  });

  it('imports the restoration of a snapshot, and its export into a bucket', () => {
    const restored = named('RestoreDBInstanceFromDBSnapshot');
    const requestParameters = { ...restored.requestParameters, dBSnapshotIdentifier: 'nightly' };
    expect(become('cloudtrail', { ...restored, requestParameters }, { mapping }).facts).toEqual([
      [
        'BackupRestored',
        { backup: 'arn:aws:rds:us-east-1:123456789012:snapshot:nightly', to: 'aws/us-east-1' },
      ],
    ]);
    expect(become('cloudtrail', restored).unmapped).toEqual(['the record has no dBSnapshotIdentifier']);
    expect(of('StartExportTask')).toEqual([
      [
        'BackupRestored',
        { backup: 'arn:aws:rds:us-east-1:123456789012:snapshot:my-db-snapshot', to: 'archive' },
      ],
    ]);
  });

  it('imports who may assume a role, and who does, until the credentials expire', () => {
    const opened = orFail(importKinds.cloudtrail.open({}));
    const { events } = orFail(opened.importer(named('AssumeRole')));

    expect(events.map(({ type, time }) => [type, time])).toEqual([
      ['MembershipBegan', '2023-07-10T11:54:47.000Z'],
      ['MembershipBegan', '2023-07-10T11:54:47.000Z'],
      ['MembershipEnded', '2023-07-10T12:09:47Z'],
    ]);
    expect(of('UpdateAssumeRolePolicy').map(([type]) => type)).toContain('MembershipBegan');
    expect(of('AttachUserPolicy')).toEqual([
      [
        'MembershipBegan',
        {
          member: 'arn:aws:iam::123837392027:user/malicious-iam-user',
          group: 'arn:aws:iam::aws:policy/AdministratorAccess',
        },
      ],
    ]);
  });

  it('imports whom the policy of a bucket allows, and reports that its conditions are ignored', () => {
    const { facts, unmapped } = become('cloudtrail', named('PutBucketPolicy'));

    expect(facts).toEqual([
      [
        'AccessGranted',
        expect.objectContaining({ party: 'cloudtrail.amazonaws.com', actions: ['read', 'write'] }),
      ],
    ]);
    expect(unmapped.join()).toContain('conditions, which are ignored');
  });

  it('imports the replication of a bucket to the site of another', () => {
    const replication = {
      eventID: 'e1',
      eventName: 'PutBucketReplication',
      eventTime: '2024-01-01T00:00:00Z',
      awsRegion: 'eu-central-1',
      recipientAccountId: '123456789012',
      requestParameters: {
        bucketName: 'people',
        ReplicationConfiguration: {
          Rule: { Status: 'Enabled', Destination: { Bucket: 'arn:aws:s3:::my-archive' } },
        },
      },
    };

    expect(become('cloudtrail', replication, { mapping }).facts).toEqual([
      ['DataCopied', { dataset: 's3://people', scope, from: 'aws/eu-central-1', to: 'archive' }],
    ]);
  });

  it('reports calls without effect: other calls, and failed ones', () => {
    expect(become('cloudtrail', named('GetCallerIdentity')).unmapped).toHaveLength(1);
    expect(become('cloudtrail', { ...named('DeleteBucket'), errorCode: 'AccessDenied' })).toEqual({
      facts: [],
      unmapped: ['the call failed'],
    });
  });

  it('is imported or refused with its place, whatever is missing', () => {
    for (const record of records)
      for (const part of [
        'requestParameters',
        'responseElements',
        'userIdentity',
        'eventTime',
        'awsRegion',
      ]) {
        const { [part]: _, ...rest } = record;
        const outcome = orFail(importKinds.cloudtrail.open({})).importer(rest);
        const pointers = E.isLeft(outcome) ? outcome.left.map(({ pointer }) => pointer) : [];
        expect(pointers).toEqual(part === 'eventTime' || part === 'awsRegion' ? [`/${part}`] : []);
      }
  });
});

describe('inventories', () => {
  const at = '2024-01-01T00:00:00.000Z';

  it('of Google Cloud place data stores in their regions, with who may use them', () => {
    const all = samplesIn('gcp-assets', 'policy-library.ndjson').map(({ event }) => ({
      type: event.asset_type,
      ...become('gcp-assets', event, { mapping, at }),
    }));

    const types = (wanted: string) =>
      all.filter(({ type }) => type === wanted).flatMap(({ facts }) => facts.map(([type]) => type));
    expect(types('storage.googleapis.com/Bucket')).toContain('DataPlaced');
    expect(types('container.googleapis.com/Cluster')).toEqual([]);
    expect(all.flatMap(({ facts }) => facts)).toContainEqual([
      'DataPlaced',
      expect.objectContaining({ scope, site: 'gcp/us-central1' }),
    ]);
    const bound = {
      name: '//storage.googleapis.com/people',
      asset_type: 'storage.googleapis.com/Bucket',
      resource: { data: { location: 'EUROPE-WEST3' } },
      iam_policy: {
        bindings: [{ role: 'roles/storage.objectViewer', members: ['group:support@example.com'] }],
      },
    };
    expect(become('gcp-assets', bound, { mapping, at }).facts).toEqual([
      ['DataPlaced', { dataset: 'gs://people', scope, site: 'gcp/europe-west3' }],
      [
        'AccessGranted',
        {
          grant: 'gs://people/roles/storage.objectViewer/group:support@example.com',
          party: 'group:support@example.com',
          over: { dataset: 'gs://people' },
          actions: ['read'],
          basis: 'roles/storage.objectViewer',
        },
      ],
    ]);
  });

  it('of Terraform place data stores, from a state file and from its JSON', () => {
    const state = {
      version: 4,
      resources: [
        {
          mode: 'managed',
          type: 'aws_s3_bucket',
          name: 'people',
          instances: [{ attributes: { bucket: 'people', region: 'eu-west-1' } }],
        },
        {
          mode: 'managed',
          type: 'azurerm_storage_account',
          name: 'a',
          instances: [{ attributes: { id: '/subscriptions/1/a', location: 'West Europe' } }],
        },
        { mode: 'managed', type: 'aws_iam_role', name: 'r', instances: [{ attributes: {} }] },
      ],
    };
    const [bucket, ...others] = state.resources;
    const shown = {
      values: {
        root_module: {
          resources: others.map(({ instances, ...each }) => ({ ...each, values: instances[0]!.attributes })),
          child_modules: [{ resources: [{ ...bucket, values: bucket!.instances[0]!.attributes }] }],
        },
      },
    };
    const read = (document: unknown) =>
      importKinds.terraform
        .recordsIn(document)
        .flatMap((record) => become('terraform', record, { mapping, at }).facts);

    const expected = [
      ['DataPlaced', { dataset: 's3://people', scope, site: 'aws/eu-west-1' }],
      ['DataPlaced', { dataset: '/subscriptions/1/a', scope, site: 'azure/westeurope' }],
    ];
    expect(read(state)).toEqual(expected);
    expect(read(shown).toReversed()).toEqual(expected);
  });

  it('give each region an existing country', () => {
    for (const regions of [awsRegions, gcpRegions, azureRegions])
      for (const [region, [country]] of Object.entries(regions))
        expect([region, isCountryCode(country)]).toEqual([region, true]);
  });
});
