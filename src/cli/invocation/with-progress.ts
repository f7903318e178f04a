/** Runs long work with a progress bar. */
import * as E from 'fp-ts/lib/Either.js';
import type * as TE from 'fp-ts/lib/TaskEither.js';
import { type ClientError, sentenceOf } from '../../client/errors.ts';
import { ProgressBar } from '../terminal/progress-bar.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { wholeNumber } from '../terminal/wording.ts';
import { type Failure, failureOfThrown } from './failure.ts';

/** Runs with a progress bar, which disappears when the work has ended. A thrown error is a failure. */
export const withProgress =
  <A>(
    terminal: Terminal,
    run: (bar: ProgressBar) => Promise<E.Either<Failure, A>>,
  ): TE.TaskEither<Failure, A> =>
  async () => {
    const bar = new ProgressBar(terminal, () => performance.now());
    try {
      return await run(bar);
    } catch (error) {
      return E.left(failureOfThrown(error));
    } finally {
      bar.end();
    }
  };

const secondsMin = 0.001;

/** Returns a function that formats a count as a rate per second since now. */
export const ratePerSecond = (): ((count: number) => string) => {
  const began = performance.now();
  return (count) =>
    `${wholeNumber(Math.round(count / Math.max(secondsMin, (performance.now() - began) / 1_000)))}/s`;
};

/** Reports a failed attempt that will be retried. */
export const tellRetry =
  (bar: ProgressBar, terminal: Terminal) =>
  (error: ClientError, waitMs: number): void => {
    bar.end();
    terminal.note(`${sentenceOf(error)}; retrying in ${(waitMs / 1_000).toFixed(1)} s`);
  };
