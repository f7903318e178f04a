/**
 * The names and descriptions of the kinds of imports, separate from the importers, which are loaded only for an
 * import.
 */

interface ImportKindInfo {
  readonly summary: string;
  /** Whether its records describe a state rather than events: what a snapshot no longer contains has ended. */
  readonly isSnapshot: boolean;
}

export const importKindInfos = {
  openlineage: { summary: 'OpenLineage events', isSnapshot: false },
  cloudtrail: { summary: 'records of AWS CloudTrail', isSnapshot: false },
  okta: { summary: 'events of Okta’s System Log', isSnapshot: false },
  entra: { summary: 'the audit log of Microsoft Entra', isSnapshot: false },
  scim: { summary: 'groups and users of SCIM 2.0, a snapshot', isSnapshot: true },
  'scim-patch': { summary: 'changes of groups as SCIM 2.0 sends them', isSnapshot: false },
  'gcp-assets': { summary: 'assets of Google Cloud Asset Inventory, a snapshot', isSnapshot: true },
  terraform: { summary: 'a state of Terraform, a snapshot', isSnapshot: true },
  csv: { summary: 'rows of CSV, by a mapping', isSnapshot: true },
} as const satisfies Readonly<Record<string, ImportKindInfo>>;

/** The name of a kind. */
export type ImportKindName = keyof typeof importKindInfos;

export const importKindNames = Object.keys(importKindInfos) as ReadonlyArray<ImportKindName>;
