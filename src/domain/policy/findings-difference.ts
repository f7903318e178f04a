/**
 * The difference between two sets of findings: the effect of a policy change, or of what was learned since (R20).
 *
 * Findings about the same thing that follow each other without a gap, as where only the path changes, are compared as
 * one. The number of people may differ: a finding that concerns more of them is neither longer nor shorter.
 */
import { StepFunction } from '../time/step-function.ts';
import { subtract, type Timeline } from '../time/timeline.ts';
import { type Finding, keyAcrossVersions, subjectKey } from './finding.ts';

/** A finding that lasts longer, or less long, than before. */
export interface ChangedFinding extends Finding {
  /** The intervals that it had before. */
  readonly was: Timeline;
}

export interface Difference {
  /** Only in the second set. */
  readonly opened: ReadonlyArray<Finding>;
  /** Only in the first set. */
  readonly closed: ReadonlyArray<Finding>;
  /** In both, and in the second at instants at which it was not in the first; as in the second. */
  readonly lengthened: ReadonlyArray<ChangedFinding>;
  /** In both, and in the first at instants at which it is not in the second; as in the second. */
  readonly shortened: ReadonlyArray<ChangedFinding>;
}

/**
 * The difference from one set of findings to another.
 *
 * @param compare `versions`: two versions of a policy, whose findings are the same when all but the version is; give
 *   rules an `@id` for that. `knowledge`: the same versions as known at two positions.
 */
export const differenceOf = (
  before: ReadonlyArray<Finding>,
  after: ReadonlyArray<Finding>,
  compare: 'versions' | 'knowledge',
): Difference => {
  const keyOf = compare === 'versions' ? keyAcrossVersions : subjectKey;
  const first = Map.groupBy(before, keyOf);
  const second = Map.groupBy(after, keyOf);
  const difference = { opened: [], closed: [], lengthened: [], shortened: [] } as {
    readonly opened: Finding[];
    readonly closed: Finding[];
    readonly lengthened: ChangedFinding[];
    readonly shortened: ChangedFinding[];
  };
  for (const key of new Set([...first.keys(), ...second.keys()])) {
    for (const { was, is } of overlapping(runsOf(first.get(key) ?? []), runsOf(second.get(key) ?? []))) {
      if (was.length === 0) difference.opened.push(...is);
      else if (is.length === 0) difference.closed.push(...was);
      else {
        const earlier = was.map(({ from, to }) => ({ from, to }));
        for (const run of is)
          if (subtract([run], earlier).length > 0) difference.lengthened.push({ ...run, was: earlier });
        if (subtract(earlier, is).length > 0) difference.shortened.push(...shorter(is, earlier));
      }
    }
  }
  return difference;
};

/** Findings without a gap between them, as one, along the path of the last. */
const runsOf = (findings: ReadonlyArray<Finding>): ReadonlyArray<Finding> => {
  const runs: Finding[] = [];
  for (const next of [...findings].sort((a, b) => a.from - b.from)) {
    const last = runs.at(-1);
    if (last?.to === next.from) {
      runs[runs.length - 1] = {
        ...next,
        from: last.from,
        counts: StepFunction.of([...last.counts.pieces(), ...next.counts.pieces()]),
        events: [...new Set([...last.events, ...next.events])].sort((a, b) => a - b),
        knownSince: last.knownSince,
      };
    } else runs.push(next);
  }
  return runs;
};

interface Group {
  readonly was: Finding[];
  readonly is: Finding[];
}

/** Groups of runs of both sides that hang together by overlaps. */
const overlapping = (was: ReadonlyArray<Finding>, is: ReadonlyArray<Finding>): ReadonlyArray<Group> => {
  const all = [
    ...was.map((run) => ({ run, side: 'was' as const })),
    ...is.map((run) => ({ run, side: 'is' as const })),
  ].sort((a, b) => a.run.from - b.run.from);
  const groups: (Group & { to: number })[] = [];
  for (const { run, side } of all) {
    let group = groups.at(-1);
    if (group === undefined || run.from >= group.to) {
      group = { was: [], is: [], to: run.to };
      groups.push(group);
    }
    group[side].push(run);
    group.to = Math.max(group.to, run.to);
  }
  return groups;
};

/** The runs that lost something: each that touches a lost interval. */
const shorter = (is: ReadonlyArray<Finding>, was: Timeline): ReadonlyArray<ChangedFinding> => {
  const lost = subtract(was, is);
  return is
    .filter((run) => lost.some(({ from, to }) => to === run.from || from === run.to))
    .map((run) => ({ ...run, was }));
};
