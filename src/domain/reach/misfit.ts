/**
 * Events about parties and grants that do not fit the others: R1, R13, R14. They are told, and do nothing.
 */
import type { Discrepancy, ReachDiscrepancy } from '../recording/discrepancy.ts';

export type ReachMisfitCode = ReachDiscrepancy;
export type ReachMisfit = Discrepancy<ReachDiscrepancy>;
