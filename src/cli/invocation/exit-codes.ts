/**
 * With what the command line ends: scripts build on these.
 */

/** All is well. */
export const fine = 0;
/** A check failed, in a command that is asked to fail on it. */
export const checkFailed = 1;
/** The command was used wrongly, or what it was given is wrong. */
export const wrongUse = 2;
/** The ledger cannot be reached, opened or written. */
export const unreachable = 3;
