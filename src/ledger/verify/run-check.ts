/** Runs a check step by step. A file that cannot be read is the check's result. */
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { type Check, failed, problemCheck } from '../examine/check.ts';

/** The result of a check that could not be made. */
export const unreadable = (name: string, file: string, error: unknown): Check =>
  error instanceof StoreProblem
    ? problemCheck(name, file, error)
    : failed(
        name,
        `it cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        'Restore it from a copy that passes domicile verify',
      );

/** The result of a part of a verification that ended before its checks did. */
export const unexamined = (name: string, error: unknown): Check =>
  failed(
    name,
    `could not be examined: ${error instanceof Error ? error.message : String(error)}`,
    'Run domicile verify again, with more memory if that was the reason',
  );

/** Runs a check to its end. */
export const runCheck = (
  name: string,
  file: string,
  steps: Generator<number, Check>,
  onStep: (done: number) => void,
): Check => {
  try {
    for (;;) {
      const { done, value } = steps.next();
      if (done === true) return value;
      onStep(value);
    }
  } catch (error) {
    return unreadable(name, file, error);
  }
};

/** Runs a quick check, which has no steps to report. */
export const runAtOnce = (name: string, file: string, check: () => Check): Check => {
  try {
    return check();
  } catch (error) {
    return unreadable(name, file, error);
  }
};
