/**
 * The policies that every ledger has: they are seen, suspended and withdrawn like any other (R18).
 */

/** Backups held past their expiry (R7). */
const overdueBackup = 'domicile:overdue-backup';
/** Access that no known path explains (R16). */
export const unexplainedAccess = 'domicile:unexplained-access';

/** Sources that do not vouch as often as they said (R22). */
export const silentSource = 'domicile:silent-source';

/** A policy that nobody had to adopt: its first version counts from the beginning of time. */
export interface BuiltInPolicy {
  readonly policy: string;
  readonly title: string;
  readonly authority: string;
  /** Null if the rule is not a Cedar rule: it judges events, not the state at an instant. */
  readonly cedar: string | null;
}

/** Whether the policy is one that every ledger has: it counts as registered (R1). */
export const isBuiltIn = (policy: string): boolean =>
  builtInPolicies.some((builtIn) => builtIn.policy === policy);

export const builtInPolicies: ReadonlyArray<BuiltInPolicy> = [
  {
    policy: overdueBackup,
    title: 'No backup is held past its expiry',
    authority: 'Domicile',
    cedar:
      '@id("overdue-backup")\nforbid(principal, action == Action::"store", resource)\nwhen { resource.overdue };\n',
  },
  {
    policy: unexplainedAccess,
    title: 'Nobody accesses data without a known path to it',
    authority: 'Domicile',
    cedar: null,
  },
  {
    policy: silentSource,
    title: 'Sources vouch for what they told as often as they said',
    authority: 'Domicile',
    cedar: null,
  },
];
