/**
 * Who could reach data: R13 to R15 as an answer. The labels of the data's classes, cut with its presences.
 */

import { codeUnitOrder } from '../events/code-unit-order.ts';
import type { PartyKind } from '../events/words.ts';
import type { RowKey } from '../residency/rows.ts';
import type { Instant } from '../time/instant.ts';
import { type Interval, overlapOf, overlaps } from '../time/interval.ts';
import { valueAt } from '../time/varying.ts';
import { type Budget, simplePaths, wholeBudget } from './all-paths.ts';
import { type DataPresence, dataPresenceOrder } from './data-presence.ts';
import { directEdges } from './direct-edges.ts';
import type { Via } from './labels.ts';
import { type Hop, type Path, pathOrder } from './path.ts';
import {
  appendPathInterval,
  labelWithin,
  type PathInterval,
  type PathVisitor,
  visitPathIntervals,
} from './path-intervals.ts';
import type { Reach } from './reach.ts';

/** How many steps of work an interval of an answer takes. */
const stepsOfInterval = 8;

/** Who, when and how is asked for. */
export interface ReachQuestion {
  /** Parties are described as at this instant; without `during`, the intervals that contain it are answered. */
  readonly at: Instant;
  /** Answers the intervals that overlap `[from, to)`, each whole. */
  readonly during?: Interval;
  /** This party alone. */
  readonly party?: string;
  /** Paths made of these kinds of edges alone, the fewest edges among those. */
  readonly via?: Via;
  /** `all`: every path that visits no party twice, up to `pathsMax` of them. By default the one of R15. */
  readonly paths?: 'all';
}

/** An interval in which a party reached data of a row, and how. */
export interface ReachInterval extends Interval {
  readonly holding: RowKey;
  readonly path: Path;
}

/** One party with the intervals in which it reached the data. */
export interface PartyReach {
  readonly party: string;
  /** What it was registered as, null if it was not. */
  readonly kind: PartyKind | null;
  readonly name: string | null;
  readonly intervals: ReadonlyArray<ReachInterval>;
}

export interface ReachAnswer {
  readonly parties: ReadonlyArray<PartyReach>;
  /** There may be more paths: `pathsMax` or `stepsMax` was reached. */
  readonly limitMet: boolean;
}

/**
 * Intervals that are collected for all parties in one pass. Beyond that, only the parties are collected, and the
 * intervals of each on demand: an answer shows a few parties, although thousands may reach thousands of rows.
 */
const collectedIntervalsMax = 20_000;

/**
 * Who reaches the data of the presences: by party, then dataset, site, kind, backup, `from`; of several paths from the same
 * instant on, the one of fewer edges first.
 *
 * @param collectedMax how many intervals are collected in one pass.
 */
export const reachOf = (
  reach: Reach,
  presences: ReadonlyArray<DataPresence>,
  question: ReachQuestion,
  collectedMax = collectedIntervalsMax,
): ReachAnswer => {
  const { at, during = { from: at, to: at + 1 } } = question;
  const there = [...presences].sort(dataPresenceOrder).filter((presence) => overlaps(presence, during));
  const found = new Map<string, ReachInterval[]>();
  const budget = wholeBudget(reach.goOn);
  let collected = 0;
  for (const presence of there) {
    const holding = presence.row;
    const tell: PathVisitor = (party, from, to, path) => {
      const intervals = found.get(party);
      if (++collected > collectedMax) {
        if (intervals === undefined) found.set(party, []);
        return;
      }
      reach.goOn(stepsOfInterval);
      if (intervals === undefined) found.set(party, [{ from, to, holding, path }]);
      else intervals.push({ from, to, holding, path });
    };
    if (question.paths === 'all') visitAllPaths(reach, presence, during, question, budget, tell);
    else visitPathIntervals(reach, presence, during, question, tell);
  }
  const intervalsOf = (party: string): ReadonlyArray<ReachInterval> => {
    const intervals: ReachInterval[] = [];
    const ofParty = { ...question, party };
    for (const presence of there) {
      const holding = presence.row;
      visitPathIntervals(reach, presence, during, ofParty, (_, from, to, path) => {
        reach.goOn(stepsOfInterval);
        intervals.push({ from, to, holding, path });
      });
    }
    return intervals;
  };
  const parties = [...found.keys()].sort(codeUnitOrder).map((party): PartyReach => {
    const description = valueAt(reach.parties.description(party), at)?.description;
    const named = { party, kind: description?.kind ?? null, name: description?.name ?? null };
    if (collected <= collectedMax) return { ...named, intervals: found.get(party)! };
    return {
      ...named,
      get intervals() {
        return intervalsOf(party);
      },
    };
  });
  return { parties, limitMet: budget.met };
};

/** Visits every simple path over the presence in the intervals that overlap `during`, each whole, by `from`. */
const visitAllPaths = (
  reach: Reach,
  presence: DataPresence,
  during: Interval,
  question: ReachQuestion,
  budget: Budget,
  visitor: PathVisitor,
): void => {
  const byPairs = new Map<string, PathInterval[]>();
  for (const piece of presence.classes) {
    // Where the class changes, an interval may go on outside of what was asked for.
    const window = presence.classes.length === 1 ? overlapOf(piece, during) : piece;
    const direct = directEdges(reach, piece.value);
    const found = simplePaths(reach.parties, direct, window, question, budget);
    for (const label of [...found].sort((a, b) => a.from - b.from)) {
      const key = pairsKey(label.hop);
      const list = byPairs.get(key);
      if (list === undefined) byPairs.set(key, [labelWithin(label, piece)]);
      else appendPathInterval(list, labelWithin(label, piece));
    }
  }
  const taken = [...byPairs.values()]
    .flat()
    .filter((interval) => overlaps(interval, during))
    .sort((a, b) => a.from - b.from || pathOrder(a.path.hop, b.path.hop));
  for (const { from, to, path } of taken) visitor(path.hop.from, from, to, path);
};

const pairsKey = (hop: Hop): string => {
  let key = hop.from;
  for (let each: Hop | undefined = hop; each !== undefined; each = each.rest)
    key += `\n${each.edge}\n${each.to}`;
  return key;
};
