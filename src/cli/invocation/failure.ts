/**
 * How a command fails: what is wrong, where, what would be right, and with which exit code.
 */
import type { ClientError, EventFault } from '../../client/client.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { unreachable, wrongUse } from './exit-codes.ts';

/** What a command failed with. */
export interface Failure {
  readonly exitCode: number;
  /** What is wrong, and where. */
  readonly message: string;
  readonly details?: ReadonlyArray<string>;
  /** What to do. */
  readonly hint?: string;
}

/** The faults that are shown of a refused body. */
const faultsShownMax = 20;

const parameterFlags: Readonly<Record<string, string>> = {
  validAt: '--valid-at',
  knownAt: '--known-at',
  knownPosition: '--known-position',
  minAssurance: '--min-assurance',
  from: '--from',
  to: '--to',
};

const faultLine = ({ index, line, pointer, message }: EventFault): string => {
  const where = [
    ...(line !== undefined ? [`line ${line}`] : index !== undefined ? [`event ${index + 1}`] : []),
    ...(pointer === '' ? [] : [pointer]),
  ].join(', ');
  return where === '' ? message : `${where}: ${message}`;
};

/** The faults as lines, the first ones in full. */
export const faultLines = (faults: ReadonlyArray<EventFault>): ReadonlyArray<string> => {
  const shown = faults.slice(0, faultsShownMax).map(faultLine);
  const more = faults.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
};

/** What a refusal of the ledger comes to on the command line. */
export const failureOf = (error: ClientError, url: string | undefined): Failure => {
  switch (error.kind) {
    case 'network':
      return {
        exitCode: unreachable,
        message: `no answer from ${url ?? 'the ledger'} (${error.message})`,
        hint: 'Start a server with `domicile serve`, or leave out --url to ask the files in ./data.',
      };
    case 'undecodable':
      return {
        exitCode: unreachable,
        message: `what answers at ${url ?? 'the ledger'} is not a Domicile: ${error.message}`,
        hint: 'Check the address; `domicile serve` prints that of its server.',
      };
    case 'cancelled':
      return { exitCode: unreachable, message: 'stopped before an answer came' };
    case 'problem': {
      const { problem, status } = error;
      const { parameter } = problem;
      const detail = problem.detail ?? problem.title;
      const flag = parameter === undefined ? undefined : parameterFlags[parameter];
      const message = flag === undefined ? detail : detail.replace(`${parameter}:`, `${flag}:`);
      return {
        exitCode: status >= 500 ? unreachable : wrongUse,
        message: `${message}${status >= 500 ? ` (status ${status})` : ''}`,
        ...(problem.errors === undefined ? {} : { details: faultLines(problem.errors) }),
        ...hintFor(problem.type),
      };
    }
  }
};

const hintFor = (type: string): { readonly hint?: string } => {
  switch (type) {
    case 'urn:domicile:problem:unknown':
      return {
        hint: 'Identifiers are exact, capitals included. A moment given with --known-at or --known-position may lie before the first event.',
      };
    case 'urn:domicile:problem:unauthorized':
      return {
        hint: 'Give the token of a key: --token, or LEDGER_TOKEN. `domicile keys create NAME` makes one.',
      };
    case 'urn:domicile:problem:forbidden':
      return { hint: '`domicile keys create NAME --scopes …` makes a key with other scopes.' };
    case 'urn:domicile:problem:unavailable':
      return { hint: 'Ask again in a moment; `domicile doctor` shows how far the projections are.' };
    case 'urn:domicile:problem:full':
      return { hint: 'Make space on the disk of the ledger and send the same again: nothing is lost.' };
    case 'urn:domicile:problem:internal':
      return { hint: 'The log of the server says why.' };
    default:
      return {};
  }
};

/** What a ledger that cannot be opened comes to, or an unexpected error. */
export const failureOfThrown = (error: unknown): Failure => ({
  exitCode: unreachable,
  message: error instanceof Error ? error.message : String(error),
  ...(error instanceof StoreProblem && error._tag === 'StoreLocked'
    ? { hint: 'Wait until it is done; or if it is a server, ask that one: --url URL' }
    : {}),
});
