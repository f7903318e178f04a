/** An event as a service sends it: CloudEvents 1.0 in JSON, with types from the codecs of the domain. */
import type { EventDataJson, EventType, SentType } from '../domain/events/catalogue.ts';
import type { Assurance } from '../domain/events/words.ts';

/** An event of one type. `time` is RFC 3339 with an offset; the default `assurance` is `observed`. */
export interface EventInputOf<T extends EventType> {
  readonly specversion?: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly time: string;
  readonly assurance?: Assurance;
  readonly evidence?: string;
  readonly data: EventDataJson<T>;
  /** Attributes without meaning to the ledger, which keeps them: `traceparent`, `subject`. */
  readonly [attribute: string]: unknown;
}

/** Any event that can be recorded. Only the ledger itself records `SubjectForgotten` and `SigningKeyRotated`. */
export type EventInput = { readonly [T in SentType]: EventInputOf<T> }[SentType];
