/** Refusals: tagged values in the code, problem details (RFC 9457) on the wire. */
import * as t from 'io-ts';
import { exact, list } from '../domain/events/codec.ts';
import type { Recorded } from './answers.ts';

/**
 * A fault of a body. `pointer` is RFC 6901. In a body of events, it starts within the event; `index` counts events
 * from 0, and `line` counts lines of NDJSON from 1.
 */
export const BodyFault = exact(
  'BodyFault',
  { pointer: t.string, message: t.string },
  { index: t.number, line: t.number },
);
export type BodyFault = t.TypeOf<typeof BodyFault>;

/** Problem details by RFC 9457, with the ledger's own members. */
export const ProblemDetails = exact(
  'ProblemDetails',
  { type: t.string, title: t.string, status: t.number },
  {
    detail: t.string,
    /** The invalid parameter. */
    parameter: t.string,
    /** The kind of the unknown thing. */
    what: t.string,
    /** It is unknown because nothing was known yet: the known time is before the first event. */
    knownNothing: t.literal(true),
    errors: list(BodyFault),
    /** How many events of an NDJSON body were recorded before the ledger stopped reading. */
    recorded: t.number,
    duplicates: t.number,
    position: t.string,
  },
);
export type ProblemDetails = t.TypeOf<typeof ProblemDetails>;

/** The status and the title of each kind of problem. */
const kinds = {
  'bad-parameter': [400, 'Invalid parameter'],
  'incomplete-body': [400, 'Incomplete body'],
  unauthorized: [401, 'Authentication required'],
  forbidden: [403, 'Not authorized'],
  unknown: [404, 'Not found in the ledger'],
  'not-found': [404, 'No such path'],
  'method-not-allowed': [405, 'Method not allowed'],
  conflict: [409, 'Conflicting event'],
  busy: [409, 'Another operation is running'],
  'too-large': [413, 'Body too large'],
  'too-much-evidence': [422, 'Too much for one bundle'],
  misdirected: [421, 'Unknown host name'],
  'media-type': [415, 'Unsupported media type'],
  'invalid-events': [422, 'Invalid events'],
  'invalid-body': [422, 'Invalid body'],
  'invalid-policy': [422, 'Invalid policy'],
  'too-many-requests': [429, 'Too many requests'],
  internal: [500, 'Internal error'],
  unavailable: [503, 'Temporarily unavailable'],
  full: [507, 'Disk full'],
} as const;

type Kind = keyof typeof kinds;
type Detailed = { readonly detail: string };
type Faulty = { readonly errors: ReadonlyArray<BodyFault> };
/** The recorded part of an NDJSON body. */
type PartlyRecorded = { readonly soFar?: Recorded };

/** The members of each kind of problem. */
interface Members extends Record<Kind, object> {
  'bad-parameter': Detailed & { readonly parameter: string };
  'incomplete-body': Detailed & PartlyRecorded;
  unauthorized: Detailed & PartlyRecorded;
  forbidden: Detailed & Partial<Faulty> & PartlyRecorded;
  unknown: Detailed & { readonly what: string; readonly knownNothing?: true };
  'not-found': object;
  'method-not-allowed': Detailed & { readonly allowed: ReadonlyArray<string> };
  conflict: Detailed & Faulty & PartlyRecorded;
  busy: Detailed;
  'too-large': Detailed & PartlyRecorded;
  'too-much-evidence': Detailed;
  misdirected: Detailed;
  'media-type': Detailed;
  'invalid-events': Faulty & PartlyRecorded;
  'invalid-body': Faulty;
  'invalid-policy': Faulty;
  'too-many-requests': Detailed & { readonly retryAfterMs: number };
  internal: object;
  unavailable: Detailed & PartlyRecorded & { readonly retryAfterMs: number };
  full: Detailed & PartlyRecorded;
}

/** All problems of the API. */
export type Problem = { readonly [K in Kind]: { readonly kind: K } & Members[K] }[Kind];

/** The status of a problem. */
export type ProblemStatus = (typeof kinds)[Kind][0];

/** The details of a problem without the parts that belong in headers. */
export const problemDetails = (problem: Problem): ProblemDetails & { readonly status: ProblemStatus } => {
  const [status, title] = kinds[problem.kind];
  const { kind, soFar, retryAfterMs, allowed, ...members } = problem as Problem & {
    readonly soFar?: Recorded;
    readonly retryAfterMs?: number;
    readonly allowed?: ReadonlyArray<string>;
  };
  return { type: `urn:domicile:problem:${kind}`, title, status, ...members, ...soFar };
};
