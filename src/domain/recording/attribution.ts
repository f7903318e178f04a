/**
 * Who recorded an event, and under which authority (R24).
 */

/** It is stored beside the event and is not part of its content. */
export interface Attribution {
  /** The name of the key or login; null if there are no keys. */
  readonly recordedBy: string | null;
  /** The scopes, as OAuth writes them: `admin correct emit`. Null of events recorded before the log kept them. */
  readonly authority: string | null;
}

/** The attribution of an event that was recorded before the log kept any. */
export const unattributed: Attribution = { recordedBy: null, authority: null };

/** Whether two attributions are the same. */
export const isSameAttribution = (a: Attribution, b: Attribution): boolean =>
  a.recordedBy === b.recordedBy && a.authority === b.authority;

/** The scopes that recording depends on. */
const recordingScopes = ['admin', 'correct', 'emit'] as const;
export type RecordingScope = (typeof recordingScopes)[number];

/** The authority that scopes give: those that recording depends on, sorted, joined by spaces. */
export const authorityOf = (scopes: ReadonlySet<string>): string =>
  recordingScopes.filter((scope) => scopes.has(scope)).join(' ');

/** Every authority: without keys, everybody has it. */
export const everyAuthority: string = recordingScopes.join(' ');
