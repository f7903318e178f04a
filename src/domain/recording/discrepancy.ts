/**
 * Discrepancies: events that do not fit the others (R1).
 *
 * Folds never refuse an event. They report which one does not fit, and why; a question determines what is open and what
 * is resolved.
 */

/** Why an event about data or backups does not fit (R8 to R11). */
export type HoldingDiscrepancy = 'not-held' | 'unknown-backup' | 'destroyed-backup' | 'backup-already-taken';

/** Why an event about a membership, a control or a grant does not fit (R13, R14). */
export type ReachDiscrepancy =
  | 'membership-already-began'
  | 'membership-not-begun'
  | 'control-already-began'
  | 'control-not-begun'
  | 'unknown-grant';

/** Why an event about a policy does not fit (R18). */
export type PolicyDiscrepancy =
  | 'unknown-policy'
  | 'policy-already-suspended'
  | 'policy-not-suspended'
  | 'policy-already-withdrawn'
  | 'policy-never-effective';

/** What an event names that nothing registered (R5). */
export type RegistrationDiscrepancy =
  | 'unknown-party'
  | 'unknown-site'
  | 'unknown-population'
  | 'unknown-dataset'
  | 'unknown-policy';

/** Why a correction does not fit (R4, R24). */
export type CorrectionDiscrepancy =
  | 'unknown-event'
  | 'not-correctable'
  | 'not-authorized'
  | 'does-not-fit'
  | 'set-aside';

export type DiscrepancyCode =
  | HoldingDiscrepancy
  | ReachDiscrepancy
  | PolicyDiscrepancy
  | RegistrationDiscrepancy
  | CorrectionDiscrepancy;

/** An event that does not fit, by its position in the log. */
export interface Discrepancy<Code extends DiscrepancyCode = DiscrepancyCode> {
  readonly position: number;
  readonly code: Code;
}

/** Every code, so that a misspelt one is refused. */
export const discrepancyCodes: ReadonlyArray<DiscrepancyCode> = Object.keys({
  'not-held': true,
  'unknown-backup': true,
  'destroyed-backup': true,
  'backup-already-taken': true,
  'membership-already-began': true,
  'membership-not-begun': true,
  'control-already-began': true,
  'control-not-begun': true,
  'unknown-grant': true,
  'unknown-policy': true,
  'policy-already-suspended': true,
  'policy-not-suspended': true,
  'policy-already-withdrawn': true,
  'policy-never-effective': true,
  'unknown-party': true,
  'unknown-site': true,
  'unknown-population': true,
  'unknown-dataset': true,
  'unknown-event': true,
  'not-correctable': true,
  'not-authorized': true,
  'does-not-fit': true,
  'set-aside': true,
} satisfies Readonly<Record<DiscrepancyCode, true>>) as ReadonlyArray<DiscrepancyCode>;
