/** The errors of a request, as tagged values. The client throws nothing. */
import type { BodyFault, ProblemDetails } from '../contract/problem.ts';
import type { Fault } from '../domain/events/fault.ts';

/** The ledger refused the request, with RFC 9457 problem details. */
export interface ProblemError {
  readonly kind: 'problem';
  readonly status: number;
  readonly problem: ProblemDetails;
  /** If retrying can help, after how many milliseconds. */
  readonly retryAfterMs?: number;
}

/** No response came: the connection was refused or lost, or there is no server. */
export interface NetworkError {
  readonly kind: 'network';
  readonly message: string;
  /** The address is wrong, or its server does not support TLS properly: retrying does not help. */
  readonly isLasting?: true;
}

/** The response is not one of this API. `faults` are those of its body. */
export interface UndecodableError {
  readonly kind: 'undecodable';
  readonly status: number;
  readonly message: string;
  readonly faults: ReadonlyArray<Fault>;
}

/** The caller aborted the request through its signal. */
export interface CancelledError {
  readonly kind: 'cancelled';
}

/** Every error of a request. */
export type ClientError = ProblemError | NetworkError | UndecodableError | CancelledError;

/** A fault of a body in a sentence, with its place. */
export const sentenceOfFault = ({ index, line, pointer, message }: BodyFault): string => {
  const where = [
    ...(line !== undefined ? [`line ${line}`] : index !== undefined ? [`event ${index + 1}`] : []),
    ...(pointer === '' ? [] : [pointer]),
  ].join(', ');
  return where === '' ? message : `${where}: ${message}`;
};

/** The detail or the title, with the first fault and the number of further ones. */
const sentenceOfProblem = ({ detail, title, errors: [first, ...more] = [] }: ProblemDetails): string => {
  const what = detail ?? title;
  if (first === undefined) return what;
  return `${what}: ${sentenceOfFault(first)}${more.length === 0 ? '' : `, and ${more.length} more`}`;
};

/** An error in one sentence, for users. */
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

/** A client error for code that uses exceptions, such as query libraries: see `orThrow`. */
export class ClientFailure extends Error {
  readonly error: ClientError;

  constructor(error: ClientError) {
    super(sentenceOf(error));
    this.name = 'ClientFailure';
    this.error = error;
  }
}
