/**
 * The intervals of R15: the paths to a presence of data, cut from the labels of its classes.
 *
 * An interval ends where the presence or the pairs change, and nowhere else. Where data passes from one class to the
 * next with the same pairs, the interval goes on; answers show it whole.
 */

import type { Instant } from '../time/instant.ts';
import { type Interval, intervalAt, overlapOf } from '../time/interval.ts';
import type { DataPresence } from './data-presence.ts';
import type { Label, Via } from './labels.ts';
import { Path, samePairs } from './path.ts';
import type { Reach } from './reach.ts';

/** An interval in which the path has the same pairs. */
export interface PathInterval extends Interval {
  readonly path: Path;
}

/** The part of a label in an interval that it overlaps. */
export const labelWithin = ({ from, to, hop }: Label, within: Interval): PathInterval => ({
  ...overlapOf({ from, to }, within),
  path: new Path([hop]),
});

/** Appends a later interval, or extends the last one where that ends as the later one begins and has the same pairs. */
export const appendPathInterval = (list: PathInterval[], next: PathInterval): void => {
  const last = list.at(-1);
  if (last?.to === next.from && samePairs(last.path.hop, next.path.hop))
    list[list.length - 1] = join(last, next);
  else list.push(next);
};

const join = (before: PathInterval, after: PathInterval): PathInterval => ({
  from: before.from,
  to: after.to,
  path: before.path.joinedBy(after.path),
});

/** Whose labels are searched, and the budget of the work. */
export type LabelledData = Pick<Reach, 'labels'> & Partial<Pick<Reach, 'goOn'>>;

/** How many steps of work it takes to make the interval of a path. */
const stepsOfPathInterval = 3;

/** Which paths are looked for. */
export interface PathFilter {
  readonly party?: string;
  readonly via?: Via;
}

/** Receives the interval of a path; those of one party come in order of time. */
export type PathVisitor = (party: string, from: Instant, to: Instant, path: Path) => void;

/** Visits the intervals of the paths to the presence that overlap `during`, each whole. */
export const visitPathIntervals = (
  reach: LabelledData,
  presence: DataPresence,
  during: Interval,
  filter: PathFilter,
  visitor: PathVisitor,
): void => {
  if (presence.classes.length > 1) {
    for (const [party, list] of pathIntervals(reach, presence, during, filter)) {
      for (const { from, to, path } of list) visitor(party, from, to, path);
    }
    return;
  }
  // Nearly all data is of one class throughout: nothing has to be joined.
  const { from, to } = overlapOf(presence, during);
  reach
    .labels(presence.classes[0]!.value, filter.via)
    .visit(from, to, filter.party, (party, from, to, hop) =>
      visitor(
        party,
        from < presence.from ? presence.from : from,
        to > presence.to ? presence.to : to,
        new Path([hop]),
      ),
    );
};

/** The intervals of the paths to the presence that overlap `during`, each whole, by party. */
export const pathIntervals = (
  reach: LabelledData,
  { classes }: DataPresence,
  during: Interval,
  { party, via }: PathFilter,
): ReadonlyMap<string, ReadonlyArray<PathInterval>> => {
  const out = new Map<string, PathInterval[]>();
  const first = classes.findIndex((piece) => during.from < piece.to);
  let last = first;
  for (let index = first; index < classes.length && classes[index]!.from < during.to; index++) {
    const piece = classes[index]!;
    last = index;
    const { from, to } = overlapOf(piece, during);
    reach.labels(piece.value, via).visit(from, to, party, (each, from, to, hop) => {
      reach.goOn?.(stepsOfPathInterval);
      const list = out.get(each);
      const interval = labelWithin({ from, to, hop }, piece);
      if (list === undefined) out.set(each, [interval]);
      else appendPathInterval(list, interval);
    });
  }
  if (first > 0 || last < classes.length - 1) {
    for (const [each, list] of out) {
      const labelsIn = (index: number): ReadonlyArray<Label> =>
        reach.labels(classes[index]!.value, via).of(each);
      beginEarlier(list, classes, first, labelsIn);
      endLater(list, classes, last, labelsIn);
    }
  }
  return out;
};

type Pieces = DataPresence['classes'];
type LabelsIn = (index: number) => ReadonlyArray<Label>;

const beginEarlier = (list: PathInterval[], classes: Pieces, first: number, labelsIn: LabelsIn): void => {
  for (let index = first; index > 0 && list[0]!.from === classes[index]!.from; index--) {
    const before = intervalAt(labelsIn(index - 1), list[0]!.from - 1);
    if (before === undefined || !samePairs(before.hop, list[0]!.path.hop)) return;
    list[0] = join(labelWithin(before, classes[index - 1]!), list[0]!);
  }
};

const endLater = (list: PathInterval[], classes: Pieces, last: number, labelsIn: LabelsIn): void => {
  for (let index = last; index < classes.length - 1; index++) {
    const end = list.at(-1)!;
    if (end.to !== classes[index]!.to) return;
    const after = intervalAt(labelsIn(index + 1), end.to);
    if (after === undefined || !samePairs(after.hop, end.path.hop)) return;
    list[list.length - 1] = join(end, labelWithin(after, classes[index + 1]!));
  }
};
