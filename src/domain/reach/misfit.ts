/**
 * Events about parties and grants that do not fit the others: R1, R13, R14. They are told, and do nothing.
 */

/** Why an event does not fit. */
export type ReachMisfitCode =
  | 'membership-already-began'
  | 'membership-not-begun'
  | 'control-already-began'
  | 'control-not-begun'
  | 'unknown-grant';

/** An event that does not fit, by its position. */
export interface ReachMisfit {
  readonly position: number;
  readonly code: ReachMisfitCode;
}
