/** The failure of a command: what is wrong and where, what to do, and the exit code. */
import type * as E from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type ClientError, sentenceOfFault } from '../../client/errors.ts';
import type { BodyFault } from '../../contract/problem.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { invalidUsage, unavailable } from './exit-codes.ts';

/** Why a command failed. */
export interface Failure {
  readonly exitCode: number;
  /** What is wrong, and where. */
  readonly message: string;
  readonly details?: ReadonlyArray<string>;
  /** What to do. */
  readonly hint?: string;
}

/** The result of a command: a failure or its exit code. */
export type CommandResult = E.Either<Failure, number>;

/** The failure of a wrongly used command. */
export const invalidUse = (message: string, hint?: string): Failure => ({
  exitCode: invalidUsage,
  message,
  ...(hint === undefined ? {} : { hint }),
});

/** How many faults of a refused body to show. */
const faultsShownMax = 20;

const parameterFlags: Readonly<Record<string, string>> = {
  validAt: '--valid-at',
  knownAt: '--known-at',
  knownPosition: '--known-position',
  minAssurance: '--min-assurance',
  from: '--from',
  to: '--to',
};

/** The first faults as lines, and the number of further ones. */
const faultLines = (faults: ReadonlyArray<BodyFault>): ReadonlyArray<string> => {
  const shown = faults.slice(0, faultsShownMax).map(sentenceOfFault);
  const more = faults.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
};

/** Converts an error of the client into a failure of the command. */
export const failureOf = (error: ClientError, url: string | undefined): Failure => {
  switch (error.kind) {
    case 'network':
      return {
        exitCode: unavailable,
        message: `no answer from ${url ?? 'the ledger'}: ${error.message}`,
        ...(error.isLasting === true
          ? {}
          : { hint: 'Start a server with `domicile serve`, or leave out --url to use the files in ./data.' }),
      };
    case 'undecodable':
      return {
        exitCode: unavailable,
        message: `the server at ${url ?? 'the ledger'} is not a Domicile server: ${error.message}`,
        hint: 'Check the address. `domicile serve` prints the address of its server.',
      };
    case 'cancelled':
      return { exitCode: unavailable, message: 'cancelled before an answer arrived' };
    case 'problem': {
      const { problem, status } = error;
      const { parameter } = problem;
      const detail = problem.detail ?? problem.title;
      const flag = parameter === undefined ? undefined : parameterFlags[parameter];
      const message = flag === undefined ? detail : detail.replace(`${parameter}:`, `${flag}:`);
      return {
        exitCode: status >= 500 ? unavailable : invalidUsage,
        message: `${message}${status >= 500 ? ` (status ${status})` : ''}`,
        ...(problem.errors === undefined ? {} : { details: faultLines(problem.errors) }),
        ...hintFor(problem.type),
      };
    }
  }
};

/** Asks the ledger at an address, and converts errors of the client into failures. */
export const replyFrom = <A>(
  url: string | undefined,
  ask: () => Promise<E.Either<ClientError, A>>,
): TE.TaskEither<Failure, A> => TE.mapLeft((error: ClientError) => failureOf(error, url))(ask);

const hintFor = (type: string): { readonly hint?: string } => {
  switch (type) {
    case 'urn:domicile:problem:unknown':
      return {
        hint: 'Identifiers are case-sensitive. A time or position given with --known-at or --known-position may be before the first event.',
      };
    case 'urn:domicile:problem:unauthorized':
      return {
        hint: 'Pass the token of a key with --token or LEDGER_TOKEN. `domicile keys create NAME` creates a key.',
      };
    case 'urn:domicile:problem:forbidden':
      return { hint: 'Create a key that allows it: `domicile keys create NAME SCOPE…`' };
    case 'urn:domicile:problem:misdirected':
      return {
        hint: 'Use another name of the server, or add this one to its LEDGER_ALLOWED_HOSTS.',
      };
    case 'urn:domicile:problem:unavailable':
      return { hint: 'Try again in a moment. `domicile doctor` shows how far the projections are.' };
    case 'urn:domicile:problem:full':
      return {
        hint: 'Free some disk space for the ledger, then send the same events again. Nothing is lost.',
      };
    case 'urn:domicile:problem:internal':
      return { hint: 'The log of the server shows the cause.' };
    default:
      return {};
  }
};

/** Faults of files and directories, by the codes of Node's errors. */
const fileFaults: Readonly<Record<string, string>> = {
  EACCES: 'this user has no permission to use it',
  EPERM: 'this user has no permission to use it',
  EROFS: 'its file system is read-only',
  ENOTDIR: 'a part of this path is a file, not a directory',
  EISDIR: 'it is a directory, not a file',
  ENOENT: 'there is no such file or directory',
};

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  const fault = code === undefined ? undefined : fileFaults[code];
  return fault === undefined || path === undefined ? error.message : `${path}: ${fault}`;
};

/** Converts a thrown error into a failure: usually the ledger could not be opened. */
export const failureOfThrown = (error: unknown): Failure => ({
  exitCode: unavailable,
  message: messageOf(error),
  ...(error instanceof StoreProblem && error._tag === 'StoreLocked'
    ? { hint: 'Wait until that process has finished. If it is a server, ask it with --url URL.' }
    : {}),
});
