/**
 * The failures of calls to KurrentDB, by what they mean for a write.
 */
import { ErrorType, isCommandError } from '@eventstore/db-client';

/** What went wrong with a call. */
export type FailureKind =
  /** No server could be reached, or the connection broke. */
  | 'unreachable'
  /** The server did not answer in time. */
  | 'no-answer'
  /** The server is not ready: it is starting, electing or overloaded, or another node leads. */
  | 'not-ready'
  /** The user lacks access. */
  | 'denied'
  /** The server does not know the user, or the password is wrong. */
  | 'unknown-user'
  /** The stream or record does not exist. */
  | 'not-found'
  /** The stream was permanently deleted. */
  | 'deleted'
  /** Anything else. */
  | 'refused';

/** gRPC's status code for a method that the server does not have. */
const unimplemented = 12;

/** A failed call. `mayHaveWritten`: the write may nevertheless be in the log, or arrive there later. */
export class ServerFailure extends Error {
  readonly kind: FailureKind;
  readonly mayHaveWritten: boolean;
  /** Whether the server is too old for the call. */
  readonly isUnknownMethod: boolean;

  constructor(kind: FailureKind, reason: string, mayHaveWritten: boolean, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'ServerFailure';
    this.kind = kind;
    this.mayHaveWritten = mayHaveWritten;
    this.isUnknownMethod = hasCode(cause, unimplemented);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Errors that the server reports before it handles a write. */
const notWritten =
  /no connection established|ECONNREFUSED|server is not ready|server is too busy|server is busy/i;

const reasons: Readonly<Record<FailureKind, string>> = {
  unreachable: 'KurrentDB cannot be reached',
  'no-answer': 'KurrentDB does not answer in time',
  'not-ready': 'KurrentDB is not ready',
  denied: 'KurrentDB does not let this user read and write',
  'unknown-user': 'KurrentDB does not accept this user and password',
  'not-found': 'KurrentDB does not have the requested data',
  deleted: 'a stream of the ledger was deleted in KurrentDB',
  refused: 'KurrentDB refused the call',
};

/** gRPC's status code for rejected credentials, which the client reports as missing access. */
const unauthenticated = 16;

const hasCode = (error: unknown, code: number): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

const kindOf = (type: string | undefined, message: string, error: unknown): FailureKind => {
  if (hasCode(error, unauthenticated)) return 'unknown-user';
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

/** Whether the user lacks the right, so that retrying is useless. */
export const isRefusalOfUser = (kind: FailureKind): boolean => kind === 'denied' || kind === 'unknown-user';

/** Translates an error of the client. */
export const toServerFailure = (error: unknown): ServerFailure => {
  if (error instanceof ServerFailure) return error;
  const message = messageOf(error);
  const type = error instanceof Error && isCommandError(error) ? error.type : undefined;
  const kind = kindOf(type, message, error);
  const wasNotWritten =
    notWritten.test(message) ||
    /failed to discover/i.test(message) ||
    /no leader info/i.test(message) ||
    type === ErrorType.NOT_LEADER ||
    isRefusalOfUser(kind) ||
    kind === 'deleted';
  const reason = kind === 'refused' ? `${reasons.refused} (${message})` : reasons[kind];
  const failure = new ServerFailure(kind, reason, !wasNotWritten, error);
  return failure.isUnknownMethod ? new ServerFailure('not-ready', reason, false, error) : failure;
};

/** The limit that an append exceeded, if the error reports one. */
export const sizeLimitIn = (
  error: unknown,
): { readonly limit: number; readonly of: 'append' | 'event' } | undefined => {
  const message = messageOf(error);
  // The client recognises the error for a whole append, but not the one for a single event, introduced with 25.1.
  const patterns = [
    ['event', /exceeds maximum append event size of (\d+)/i],
    ['append', /maximum append size of (\d+) exceeded/i],
    // gRPC itself refuses messages larger than the server accepts.
    ['event', /received message larger than max \((?:\d+) vs\.? (\d+)\)/i],
  ] as const;
  for (const [of, pattern] of patterns) {
    const limit = Number(pattern.exec(message)?.[1] ?? 0);
    if (limit > 0) return { limit, of };
  }
  return undefined;
};
