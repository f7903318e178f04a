/**
 * Calls about buckets and databases: creation, deletion, replication, and reads by accounts other than the owner.
 */
import type { Fact } from '../imported/foreign-event.ts';
import { objectIn, textAt, valueAt } from '../imported/record-fields.ts';
import { bucketName, bucketOfArn, rdsName } from '../inventory/aws-names.ts';
import { dataStore, deleted, placed } from '../inventory/data-store.ts';
import { partyFor } from '../mapping/mapping.ts';
import { asked, type Call, type CallFacts, type Handler, lacking, partyOf, siteOfStore } from './call.ts';
import { allowedBy } from './policy-document.ts';

const storeFacts = (call: Call, name: string, of: typeof placed): CallFacts => {
  const store = dataStore(call.mapping, name, 'aws', call.region);
  return { facts: of(store), sites: [store.site], stores: [name] };
};

const ofBucket =
  (act: (call: Call, name: string) => CallFacts): Handler =>
  (call) => {
    const bucket = asked(call, 'bucketName');
    return bucket === undefined ? lacking('bucketName') : act(call, bucketName(bucket));
  };

const ofDatabase =
  (field: string, kind: 'db' | 'cluster', of: typeof placed): Handler =>
  (call) => {
    const name = asked(call, field);
    return name === undefined
      ? lacking(field)
      : storeFacts(call, rdsName(kind, name, call.region, call.account), of);
  };

/** The data of one store is now also at the site of another. */
const copied = (call: Call, from: string, to: string, toRegion: string | undefined): CallFacts => {
  const store = dataStore(call.mapping, from, 'aws', call.region);
  const site = siteOfStore(call, to, toRegion);
  if (site === store.site)
    return { facts: [], unmapped: ['data was copied to another bucket at the same site'] };
  return {
    facts: store.scopes.map((scope) => ({
      type: 'DataCopied',
      data: { dataset: store.dataset, scope, from: store.site, to: site },
    })),
    sites: [store.site, site],
    stores: [from],
  };
};

const together = (all: ReadonlyArray<CallFacts>): CallFacts => ({
  facts: all.flatMap(({ facts }) => facts),
  sites: all.flatMap(({ sites = [] }) => sites),
  stores: all.flatMap(({ stores = [] }) => stores),
  unmapped: all.flatMap(({ unmapped = [] }) => unmapped),
});

const replicated = ofBucket((call, name) => {
  const rules = valueAt(call.asked, 'ReplicationConfiguration', 'Rule');
  const all = Array.isArray(rules) ? rules : rules === undefined ? [] : [rules];
  const destinations = all.flatMap((rule) =>
    textAt(rule, 'Status') === 'Disabled' ? [] : (textAt(rule, 'Destination', 'Bucket') ?? []),
  );
  const buckets = destinations.map((arn) => bucketOfArn(arn) ?? arn);
  return buckets.length === 0
    ? lacking('rule of replication that is enabled')
    : together(buckets.map((bucket) => copied(call, name, bucketName(bucket), undefined)));
});

const objectCopied = ofBucket((call, name) => {
  const source = asked(call, 'x-amz-copy-source')?.replace(/^\//, '').split('/')[0];
  if (source === undefined) return lacking('x-amz-copy-source');
  const from = bucketName(bucketOfArn(source) ?? source);
  if (from === name) return { facts: [], unmapped: ['an object was copied within its bucket'] };
  // The record is in the target's region; only a rule can give the source's site.
  const fromSite = siteOfStore(call, from, undefined);
  const to = siteOfStore(call, name, call.region);
  if (fromSite === to) return { facts: [], unmapped: ['data was copied to another bucket at the same site'] };
  const store = dataStore(call.mapping, from, 'aws', call.region);
  return {
    facts: store.scopes.map((scope) => ({
      type: 'DataCopied',
      data: { dataset: store.dataset, scope, from: fromSite, to },
    })),
    sites: [fromSite, to],
    stores: [from],
  };
});

const policyPut = ofBucket((call, name) => {
  const { allowances, unmapped } = allowedBy(valueAt(call.asked, 'bucketPolicy'));
  const { dataset } = dataStore(call.mapping, name, 'aws', call.region);
  return {
    facts: allowances.map(
      ({ principal, actions }): Fact => ({
        type: 'AccessGranted',
        data: {
          grant: `${name}/policy/${principal}`,
          party: partyFor(call.mapping, principal),
          over: { dataset },
          actions: [...actions],
        },
      }),
    ),
    stores: [name],
    unmapped: [
      ...unmapped,
      'a policy replaces the previous one: grants that it no longer contains stay until you revoke them',
    ],
  };
});

/** An account other than that of the bucket read or wrote an object. */
const accessed =
  (action: 'read' | 'write' | 'delete'): Handler =>
  (call) => {
    const bucket = asked(call, 'bucketName');
    if (bucket === undefined) return lacking('bucketName');
    const account = textAt(call.record, 'userIdentity', 'accountId');
    if (account === undefined || account === call.account)
      return { facts: [], unmapped: ['the account that owns the bucket used it'] };
    const name = bucketName(bucket);
    const { dataset, scopes, site } = dataStore(call.mapping, name, 'aws', call.region);
    return {
      facts: scopes.map((scope) => ({
        type: 'AccessObserved',
        data: { party: partyOf(call, account), dataset, scope, site, action },
      })),
      sites: [site],
      stores: [name],
    };
  };

/** The handlers of calls about data stores, by name. */
export const bucketCalls: Readonly<Record<string, Handler>> = {
  CreateBucket: (call) => {
    const bucket = asked(call, 'bucketName');
    if (bucket === undefined) return lacking('bucketName');
    const wanted = textAt(objectIn(valueAt(call.asked, 'CreateBucketConfiguration')), 'LocationConstraint');
    const region = wanted === undefined ? call.region : wanted === 'EU' ? 'eu-west-1' : wanted;
    return storeFacts({ ...call, region }, bucketName(bucket), placed);
  },
  DeleteBucket: ofBucket((call, name) => storeFacts(call, name, deleted)),
  CreateDBInstance: ofDatabase('dBInstanceIdentifier', 'db', placed),
  DeleteDBInstance: ofDatabase('dBInstanceIdentifier', 'db', deleted),
  CreateDBCluster: ofDatabase('dBClusterIdentifier', 'cluster', placed),
  DeleteDBCluster: ofDatabase('dBClusterIdentifier', 'cluster', deleted),
  PutBucketReplication: replicated,
  DeleteBucketReplication: () => ({
    facts: [],
    unmapped: ['replication was turned off: data that was already replicated stays where it is'],
  }),
  CopyObject: objectCopied,
  PutBucketPolicy: policyPut,
  DeleteBucketPolicy: () => ({
    facts: [],
    unmapped: [
      'the policy of a bucket was deleted: the record does not say what it allowed, so nothing is revoked',
    ],
  }),
  GetObject: accessed('read'),
  PutObject: accessed('write'),
  DeleteObject: accessed('delete'),
};
