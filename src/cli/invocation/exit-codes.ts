/**
 * Exit codes of the command line. Scripts rely on them.
 */

/** Success. */
export const success = 0;
/** A check failed, or `--fail` was given and there was something to report. */
export const checkFailed = 1;
/** The command was used incorrectly, or its input is invalid. */
export const invalidUsage = 2;
/** The ledger cannot be reached, opened or written. */
export const unavailable = 3;
