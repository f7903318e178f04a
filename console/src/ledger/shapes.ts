/**
 * Rows that several screens show in the same way, as the client gives them.
 */

/** An edge of a path, in its own interval. */
export interface PathEdge {
  readonly edge: string;
  readonly to: string;
  readonly began: string;
  readonly ended: string | null;
  readonly events: ReadonlyArray<string>;
}

/** A stretch of time in which a party could reach a holding, and how. */
export interface ReachInterval {
  readonly from: string;
  readonly to: string | null;
  readonly holding: {
    readonly dataset: string;
    readonly site: string;
    readonly kind: 'live' | 'backup';
    readonly backup: string | null;
  };
  readonly path: ReadonlyArray<PathEdge>;
}

export interface SubjectReachRow {
  readonly party: string;
  readonly kind: string | null;
  readonly name: string | null;
  readonly intervals: ReadonlyArray<ReachInterval>;
}

export interface FindingRow {
  readonly finding: string;
  readonly policy: string;
  readonly version: number;
  readonly rule: string;
  readonly verdict: 'violated' | 'indeterminate';
  readonly action: 'store' | 'reach';
  readonly holding: {
    readonly dataset: string;
    readonly site: string | null;
    readonly kind: 'live' | 'backup' | null;
    readonly backup: string | null;
    readonly population: string | null;
  };
  readonly party: string | null;
  readonly path: ReadonlyArray<PathEdge>;
  readonly from: string;
  readonly to: string | null;
  readonly subjects: number;
  readonly events: ReadonlyArray<string>;
}
