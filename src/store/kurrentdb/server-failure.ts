/**
 * What can go wrong between us and KurrentDB, told apart by what it means for a write.
 */
import { ErrorType, isCommandError } from '@eventstore/db-client';

/** What went wrong with a call. */
export type FailureKind =
  /** No server could be reached, or the connection broke. */
  | 'unreachable'
  /** The server did not answer in time. */
  | 'no-answer'
  /** The server is not ready: starting, electing, overloaded, or another node leads. */
  | 'not-ready'
  /** The server does not let us in. */
  | 'denied'
  /** What was asked for is not there. */
  | 'not-found'
  /** The stream was deleted for good. */
  | 'deleted'
  /** Anything else. */
  | 'refused';

/** gRPC's status of a method that a server does not have. */
const unimplemented = 12;

/** A call that failed. `mayHaveWritten`: a write may stand in the log, now or soon, all the same. */
export class ServerFailure extends Error {
  readonly kind: FailureKind;
  readonly mayHaveWritten: boolean;
  /** The server is too old for the call. */
  readonly isUnknownMethod: boolean;

  constructor(kind: FailureKind, reason: string, mayHaveWritten: boolean, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'ServerFailure';
    this.kind = kind;
    this.mayHaveWritten = mayHaveWritten;
    this.isUnknownMethod = cause instanceof Error && 'code' in cause && cause.code === unimplemented;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The server says these before it looks at a write. */
const notWritten =
  /no connection established|ECONNREFUSED|server is not ready|server is too busy|server is busy/i;

const reasons: Readonly<Record<FailureKind, string>> = {
  unreachable: 'KurrentDB cannot be reached',
  'no-answer': 'KurrentDB does not answer in time',
  'not-ready': 'KurrentDB is not ready',
  denied: 'KurrentDB does not let this user read and write',
  'not-found': 'KurrentDB does not have what was asked for',
  deleted: 'a stream of the ledger was deleted in KurrentDB',
  refused: 'KurrentDB refused the call',
};

const kindOf = (type: string | undefined, message: string): FailureKind => {
  switch (type) {
    case ErrorType.UNAVAILABLE:
      return notWritten.test(message) && /server is/i.test(message) ? 'not-ready' : 'unreachable';
    case ErrorType.CANCELLED:
      return 'unreachable';
    case ErrorType.DEADLINE_EXCEEDED:
    case ErrorType.TIMEOUT:
      return 'no-answer';
    case ErrorType.NOT_LEADER:
      return 'not-ready';
    case ErrorType.ACCESS_DENIED:
      return 'denied';
    case ErrorType.STREAM_NOT_FOUND:
    case ErrorType.NOT_FOUND:
      return 'not-found';
    case ErrorType.STREAM_DELETED:
      return 'deleted';
    default:
      if (/no leader info/i.test(message)) return 'not-ready';
      if (/failed to discover|failed to resolve|cancelled on client/i.test(message)) return 'unreachable';
      return 'refused';
  }
};

/** Turns whatever the client throws into a failure that says what it means. */
export const toServerFailure = (error: unknown): ServerFailure => {
  if (error instanceof ServerFailure) return error;
  const message = messageOf(error);
  const type = error instanceof Error && isCommandError(error) ? error.type : undefined;
  const kind = kindOf(type, message);
  const wasNotWritten =
    notWritten.test(message) ||
    /failed to discover/i.test(message) ||
    /no leader info/i.test(message) ||
    type === ErrorType.NOT_LEADER ||
    kind === 'denied' ||
    kind === 'deleted';
  const reason = kind === 'refused' ? `${reasons.refused} (${message})` : reasons[kind];
  const failure = new ServerFailure(kind, reason, !wasNotWritten, error);
  return failure.isUnknownMethod ? new ServerFailure('not-ready', reason, false, error) : failure;
};

/** The limit that an append exceeded, if that is what the server says. */
export const sizeLimitIn = (
  error: unknown,
): { readonly limit: number; readonly of: 'append' | 'event' } | undefined => {
  const message = messageOf(error);
  // The client knows the error of a whole append, but not that of one event, which servers have since 25.1.
  const ofEvent = /exceeds maximum append event size of (\d+)/i.exec(message);
  if (ofEvent !== null) return { limit: Number(ofEvent[1]), of: 'event' };
  const ofAppend = /maximum append size of (\d+) exceeded/i.exec(message);
  if (ofAppend !== null) return { limit: Number(ofAppend[1]), of: 'append' };
  // A message beyond what the server receives at all is refused before it is looked at.
  const ofMessage = /received message larger than max \((?:\d+) vs\.? (\d+)\)/i.exec(message);
  return ofMessage === null ? undefined : { limit: Number(ofMessage[1]), of: 'event' };
};
