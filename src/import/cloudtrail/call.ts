/**
 * A call that CloudTrail recorded, as the handlers of calls see it.
 */
import type { Fact } from '../imported/foreign-event.ts';
import { textAt, valueAt } from '../imported/record-fields.ts';
import { principalName } from '../inventory/aws-names.ts';
import { siteIn } from '../inventory/data-store.ts';
import { type Mapping, partyFor, siteFor } from '../mapping/mapping.ts';

/** A call, with what was asked and answered. */
export interface Call {
  readonly mapping: Mapping;
  readonly id: string;
  readonly region: string;
  /** The account in which it happened. */
  readonly account: string;
  readonly asked: unknown;
  readonly answered: unknown;
  readonly record: unknown;
}

/** What a call becomes: facts, the sites that they are about, the stores, and what of it is left out. */
export interface CallFacts {
  readonly facts: ReadonlyArray<Fact>;
  /** What the record says of a later instant, RFC 3339. */
  readonly later?: ReadonlyArray<{ readonly time: string; readonly fact: Fact }>;
  readonly sites?: ReadonlyArray<string>;
  readonly stores?: ReadonlyArray<string>;
  readonly unmapped?: ReadonlyArray<string>;
}

/** Turns a call into facts. */
export type Handler = (call: Call) => CallFacts;

/** A call of which something is missing that it always has. */
export const lacking = (what: string): CallFacts => ({
  facts: [],
  unmapped: [`the record has no ${what}`],
});

/** The site of the region of a call. */
export const siteOfCall = ({ region }: Call): string => siteIn('aws', region);

/** The site of a store by the rules, or that of the region if it has one. */
export const siteOfStore = ({ mapping }: Call, name: string, region: string | undefined): string =>
  siteFor(mapping, [name]) ?? (region === undefined ? name : siteIn('aws', region));

export const asked = ({ asked: value }: Call, ...path: ReadonlyArray<string>): string | undefined =>
  textAt(value, ...path);

export const answered = ({ answered: value }: Call, ...path: ReadonlyArray<string>): string | undefined =>
  textAt(value, ...path);

/** The party of a principal. */
export const partyOf = ({ mapping }: Call, principal: string): string =>
  partyFor(mapping, principalName(principal));

/** Who called: an ARN; a service by its name; undefined if the record does not say. */
export const callerOf = ({ record }: Call): string | undefined => {
  const identity = valueAt(record, 'userIdentity');
  return textAt(identity, 'type') === 'AWSService'
    ? textAt(identity, 'invokedBy')
    : (textAt(identity, 'sessionContext', 'sessionIssuer', 'arn') ??
        textAt(identity, 'arn') ??
        textAt(identity, 'accountId'));
};
