/** Runs of an index that are looked up together. */

import type { SoughtHashes } from '../../sorted-runs/run-filter.ts';
import type { IndexRun } from './index-run.ts';
import type { RunGroup } from './run-group.ts';

/** What finds entries under hashes: a run, or several together. */
export interface Lookup {
  /** Calls `found` for the entries with a hash; rarely also for others. */
  under(hash: number, found: (entry: number) => void): void;
  /**
   * Calls `found` for the entries with each of these hashes; rarely also for others.
   *
   * @param found called with the index of the hash.
   */
  underAll(sought: SoughtHashes, found: (at: number, entry: number) => void): void;
}

/** Runs with the group that lists their hashes. */
export class GroupedRuns implements Lookup {
  private readonly runs: ReadonlyArray<IndexRun>;
  private readonly group: RunGroup;

  constructor(group: RunGroup, runs: ReadonlyArray<IndexRun>) {
    this.group = group;
    this.runs = runs;
  }

  under(hash: number, found: (entry: number) => void): void {
    this.group.find(hash, (run) => this.runs[run]!.search(hash, found));
  }

  underAll({ hashes }: SoughtHashes, found: (at: number, entry: number) => void): void {
    this.group.findAll(hashes, (at, run) => this.runs[run]!.search(hashes[at]!, (entry) => found(at, entry)));
  }
}
