/** Imports AWS CloudTrail records. Failed calls changed nothing. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { DateTime } from '../../domain/events/scalars.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { distinct, eventOf, eventsOf } from '../imported/foreign-event.ts';
import { type Importer, unmapped } from '../imported/imported.ts';
import { textAt, valueAt } from '../imported/record-fields.ts';
import { described } from '../inventory/data-store.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { bucketCalls } from './buckets.ts';
import type { Handler } from './call.ts';
import { databaseSnapshotCalls } from './database-snapshots.ts';
import { identityCalls } from './identities.ts';
import { volumeSnapshotCalls } from './volume-snapshots.ts';

const CloudTrailRecord = t.type({
  eventID: t.string,
  eventName: t.string,
  eventTime: DateTime,
  awsRegion: t.string,
});

const handlers: Readonly<Record<string, Handler>> = {
  ...databaseSnapshotCalls,
  ...volumeSnapshotCalls,
  ...bucketCalls,
  ...identityCalls,
};

/** The importer of CloudTrail records. */
export const cloudTrailImporter =
  (mapping: Mapping): Importer =>
  (record) => {
    const decoded = CloudTrailRecord.decode(record);
    if (E.isLeft(decoded)) return E.left(faultsOf(decoded.left));
    const { eventID: id, eventName, eventTime, awsRegion: region } = decoded.right;
    const handler = Object.hasOwn(handlers, eventName) ? handlers[eventName] : undefined;
    if (handler === undefined)
      return unmapped('the call neither moves or shares data, nor gives anybody access');
    if (textAt(record, 'errorCode') !== undefined) return unmapped('the call failed');
    const account = textAt(record, 'recipientAccountId') ?? textAt(record, 'userIdentity', 'accountId');
    if (account === undefined) {
      const message = 'is missing; expected the account in which the call happened';
      return E.left([{ pointer: '/recipientAccountId', message }]);
    }
    const {
      facts,
      later = [],
      sites = [],
      stores = [],
      unmapped: left = [],
    } = handler({
      mapping,
      id,
      region,
      account,
      asked: valueAt(record, 'requestParameters'),
      answered: valueAt(record, 'responseElements'),
      record,
    });
    const source = mapping.source ?? `urn:aws:cloudtrail:${account}`;
    const origin = { source, assurance: 'observed' as const, time: formatInstant(eventTime) };
    return E.right({
      events: distinct([
        ...described(mapping, source, undefined, sites),
        ...stores.flatMap((store) => described(mapping, source, store, [])),
        ...eventsOf(id, origin, facts),
        ...later.map(({ time, fact }, index) => eventOf(`${id}/later/${index}`, { ...origin, time }, fact)),
      ]),
      unmapped: [...new Set(left)],
    });
  };
