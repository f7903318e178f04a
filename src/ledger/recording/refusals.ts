/** The problems with which a decoded batch is refused. */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import { sentenceOfStop } from '../../integrity/merkle-log.ts';
import type { TreeStop } from '../../integrity/tree-messages.ts';
import type { AppendError } from '../../store/event-store.ts';
import { diskFull, passingProblem } from '../passing-problems.ts';
import { type Given, placeOf } from './decode-batch.ts';

/** An item's `source` and `id` are recorded already, with other content. */
export const conflictAt = (given: Given): Problem => {
  const message = 'another event is recorded with this source and id; send a correction, or use another id';
  return {
    kind: 'conflict',
    detail: `the event at index ${given.index} has the source and id of a recorded event, but different content`,
    errors: [{ ...placeOf(given), pointer: '/id', message }],
  };
};

/** The problem behind an error of the store that is not a conflict. */
export const appendProblem = (error: Exclude<AppendError, { kind: 'conflict' }>): Problem => {
  switch (error.kind) {
    case 'full':
      return diskFull;
    case 'too-large':
      return { kind: 'too-large', detail: `${error.what}: the log takes up to ${error.limit} ${error.unit}` };
    case 'unavailable':
      return {
        kind: 'unavailable',
        detail: `${error.reason}; sending the same request again is safe`,
        retryAfterMs: error.retryAfterMs,
      };
  }
};

/** When to check again whether an operator has restored the log. */
const stoppedRetryMs = 60_000;

/** Nothing is recorded on top of a log that differs from what was signed of it (V3). */
export const refusedByTree = (stop: TreeStop | undefined): Problem | undefined =>
  stop === undefined || stop.kind === 'failed'
    ? undefined
    : {
        kind: 'unavailable',
        detail: `recording has stopped: ${sentenceOfStop(stop)}`,
        retryAfterMs: stoppedRetryMs,
      };

/**
 * Calls the store or the vault. Temporary errors, such as a full disk or an unreachable vault, become problems;
 * other errors are thrown.
 */
export const orPassingProblem =
  <A>(act: () => Promise<A>): TE.TaskEither<Problem, A> =>
  async () => {
    try {
      return E.right(await act());
    } catch (error) {
      const passing = passingProblem(error);
      if (passing === undefined) throw error;
      return E.left(passing);
    }
  };
