/**
 * The other way round: every holding that a party could reach, of how many people, and how.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { Instant } from '../time/instant.ts';
import { elementaryIntervals, type Interval, intervalAt, overlaps } from '../time/interval.ts';
import { everReachableFrom } from './all-paths.ts';
import { directEdges } from './direct-edges.ts';
import { classOfHeld, type HeldData, heldPresences } from './held-data.ts';
import { type Path, pathOrder } from './path.ts';
import { appendPathInterval, type PathInterval, pathIntervals } from './path-intervals.ts';
import type { Reach } from './reach.ts';
import type { ReachQuestion } from './reach-of.ts';

/** A part of a holding, and how many people are in it. The parts of a holding share nobody. */
export interface CountedData extends HeldData {
  readonly subjects: (instant: Instant) => number;
}

/** An interval in which the party reached data of a holding, of so many people, and how. */
export interface HoldingReach extends Interval {
  readonly dataset: string;
  readonly population: string | null;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
  /** Those reached at the instant asked for, or where the interval does not contain it, at its nearer end. */
  readonly subjects: number;
  readonly path: Path;
}

/**
 * What the party reaches: by dataset, population, site, kind, backup, `from`. Where it reaches parts of a holding along
 * several paths, the first by R15 is told.
 */
export const reachOfParty = (
  reach: Reach,
  party: string,
  data: Iterable<CountedData>,
  { at, during = { from: at, to: at + 1 }, via }: Pick<ReachQuestion, 'at' | 'during' | 'via'>,
): ReadonlyArray<HoldingReach> => {
  const leading = everReachableFrom(reach.parties, party, via);
  const out: HoldingReach[] = [];
  for (const parts of Map.groupBy(data, holdingOf).values()) {
    const reached: { readonly part: CountedData; readonly taken: ReadonlyArray<PathInterval> }[] = [];
    for (const part of parts) {
      if (!directEdges(reach, classOfHeld(reach.grants, part)).some(({ from }) => leading.has(from)))
        continue;
      // Parts follow each other, so maximal intervals are only known when they are put together.
      const taken = heldPresences(reach.grants, part).flatMap(
        (presence) =>
          pathIntervals(reach, presence, presence, via === undefined ? { party } : { party, via }).get(
            party,
          ) ?? [],
      );
      if (taken.length > 0) reached.push({ part, taken });
    }
    for (const { from, to, path } of firstOf(reached.map(({ taken }) => taken))) {
      if (!overlaps({ from, to }, during)) continue;
      const instant = Math.min(Math.max(at, from), to - 1);
      const counted = reached.filter(({ taken }) => intervalAt(taken, instant) !== undefined);
      const { dataset, population, site, backup } = parts[0]!;
      out.push({
        dataset,
        population,
        site,
        kind: backup === null ? 'live' : 'backup',
        backup,
        subjects: counted.reduce((sum, { part }) => sum + part.subjects(instant), 0),
        from,
        to,
        path,
      });
    }
  }
  return out.sort(holdingReachOrder);
};

/** By dataset, population, site, kind, backup, `from`. */
export const holdingReachOrder = (a: HoldingReach, b: HoldingReach): number =>
  codeUnitOrder(a.dataset, b.dataset) ||
  codeUnitOrder(a.population ?? '', b.population ?? '') ||
  codeUnitOrder(a.site, b.site) ||
  codeUnitOrder(a.kind, b.kind) ||
  codeUnitOrder(a.backup ?? '', b.backup ?? '') ||
  a.from - b.from;

const holdingOf = ({ dataset, site, backup, population }: HeldData): string =>
  [dataset, site, backup ?? '', population ?? ''].join('\n');

/** At each instant the first path of all, in maximal intervals of the same pairs. */
const firstOf = (lists: ReadonlyArray<ReadonlyArray<PathInterval>>): ReadonlyArray<PathInterval> => {
  if (lists.length < 2) return lists[0] ?? [];
  const out: PathInterval[] = [];
  for (const { from, to } of elementaryIntervals(lists.flat())) {
    const [first] = lists
      .flatMap((list) => intervalAt(list, from) ?? [])
      .sort((a, b) => pathOrder(a.path.hop, b.path.hop));
    if (first !== undefined) appendPathInterval(out, { ...first, from, to });
  }
  return out;
};
