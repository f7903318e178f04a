/** A call in CloudTrail, in the form for handlers. */
import type { Fact } from '../imported/foreign-event.ts';
import { textAt, valueAt } from '../imported/record-fields.ts';
import { principalName } from '../inventory/aws-names.ts';
import { siteIn } from '../inventory/data-store.ts';
import { type Mapping, partyFor, siteFor } from '../mapping/mapping.ts';

/** A call with its request and response. */
export interface Call {
  readonly mapping: Mapping;
  readonly id: string;
  readonly region: string;
  /** The account of the call. */
  readonly account: string;
  readonly asked: unknown;
  readonly answered: unknown;
  readonly record: unknown;
}

/** The result of a call: facts, the sites and stores that they name, and what was ignored. */
export interface CallFacts {
  readonly facts: ReadonlyArray<Fact>;
  /** Facts about a later instant in the record, RFC 3339. */
  readonly later?: ReadonlyArray<{ readonly time: string; readonly fact: Fact }>;
  readonly sites?: ReadonlyArray<string>;
  readonly stores?: ReadonlyArray<string>;
  readonly unmapped?: ReadonlyArray<string>;
}

/** Converts a call into facts. */
export type Handler = (call: Call) => CallFacts;

/** A call without a field that it should have. */
export const lacking = (what: string): CallFacts => ({
  facts: [],
  unmapped: [`the record has no ${what}`],
});

/** The site of a call's region. */
export const siteOfCall = ({ region }: Call): string => siteIn('aws', region);

/** The site of a store by the rules; otherwise that of its region, if it has one. */
export const siteOfStore = ({ mapping }: Call, name: string, region: string | undefined): string =>
  siteFor(mapping, [name]) ?? (region === undefined ? name : siteIn('aws', region));

/** A text in the request, by path. */
export const asked = ({ asked: value }: Call, ...path: ReadonlyArray<string>): string | undefined =>
  textAt(value, ...path);

/** A text in the response, by path. */
export const answered = ({ answered: value }: Call, ...path: ReadonlyArray<string>): string | undefined =>
  textAt(value, ...path);

/** The party of a principal. */
export const partyOf = ({ mapping }: Call, principal: string): string =>
  partyFor(mapping, principalName(principal));

/** The caller: an ARN or the name of a service; undefined if the record has none. */
export const callerOf = ({ record }: Call): string | undefined => {
  const identity = valueAt(record, 'userIdentity');
  return textAt(identity, 'type') === 'AWSService'
    ? textAt(identity, 'invokedBy')
    : (textAt(identity, 'sessionContext', 'sessionIssuer', 'arn') ??
        textAt(identity, 'arn') ??
        textAt(identity, 'accountId'));
};
