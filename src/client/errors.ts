/**
 * What can go wrong between a caller and the ledger, as tagged values. Nothing here is thrown by the client.
 */
import type { BodyFault, ProblemDetails } from '../contract/problem.ts';
import type { Fault } from '../domain/events/fault.ts';

/** The ledger refused, and says why: RFC 9457 problem details. */
export interface ProblemError {
  readonly kind: 'problem';
  readonly status: number;
  readonly problem: ProblemDetails;
  /** When the ledger says that trying again can help, after how many milliseconds. */
  readonly retryAfterMs?: number;
}

/** No answer came: refused connection, lost connection, or a server that is not there. */
export interface NetworkError {
  readonly kind: 'network';
  readonly message: string;
  /** The address is wrong, or its server does not speak TLS as it should: trying again does not help. */
  readonly isLasting?: true;
}

/** An answer came, and it is not one of this API. `faults` are those of its body. */
export interface UndecodableError {
  readonly kind: 'undecodable';
  readonly status: number;
  readonly message: string;
  readonly faults: ReadonlyArray<Fault>;
}

/** The caller cancelled the request by its signal. */
export interface CancelledError {
  readonly kind: 'cancelled';
}

/** Everything that can go wrong with a request. */
export type ClientError = ProblemError | NetworkError | UndecodableError | CancelledError;

/** A fault of a body: where it is, and what it is. */
export const sentenceOfFault = ({ index, line, pointer, message }: BodyFault): string => {
  const where = [
    ...(line !== undefined ? [`line ${line}`] : index !== undefined ? [`event ${index + 1}`] : []),
    ...(pointer === '' ? [] : [pointer]),
  ].join(', ');
  return where === '' ? message : `${where}: ${message}`;
};

/** The detail or the title, with the first fault and how many more there are. */
const sentenceOfProblem = ({ detail, title, errors: [first, ...more] = [] }: ProblemDetails): string => {
  const what = detail ?? title;
  if (first === undefined) return what;
  return `${what}: ${sentenceOfFault(first)}${more.length === 0 ? '' : `, and ${more.length} more`}`;
};

/** One sentence about an error, for people. */
export const sentenceOf = (error: ClientError): string => {
  switch (error.kind) {
    case 'problem':
      return sentenceOfProblem(error.problem);
    case 'network':
      return `no answer from the ledger: ${error.message}`;
    case 'undecodable':
      return `the answer does not come from Domicile: ${error.message}`;
    case 'cancelled':
      return 'cancelled';
  }
};

/** A client error for those who work with exceptions, such as query libraries: see `orThrow`. */
export class ClientFailure extends Error {
  readonly error: ClientError;

  constructor(error: ClientError) {
    super(sentenceOf(error));
    this.name = 'ClientFailure';
    this.error = error;
  }
}
