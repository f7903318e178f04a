/**
 * Paths taken over a stay: the labels of its classes, put together again where only the class changed.
 *
 * An interval ends where the presence or the pairs change, and nowhere else (R15): so where data passes from one class
 * to the next and the pairs stay the same, the interval goes on, and is told whole.
 */
import type { Instant } from '../time/instant.ts';
import { type Interval, intervalAt } from '../time/timeline.ts';
import type { Stay } from './data-presence.ts';
import type { Label, Via } from './labels.ts';
import { joinPaths, type PathEdge, pathOf, type Step, samePairs } from './path.ts';
import type { Reach } from './reach.ts';

/** An interval in which the pairs of the path stay the same. */
export interface Taken extends Interval {
  readonly step: Step;
  readonly path: ReadonlyArray<PathEdge>;
}

/** The part of a label in an interval that it overlaps. */
export const takeWithin = ({ from, to, step }: Label, within: Interval): Taken => ({
  from: Math.max(from, within.from),
  to: Math.min(to, within.to),
  step,
  path: pathOf(step),
});

/** Appends what comes later, as one interval where it goes on with the same pairs. */
export const append = (list: Taken[], next: Taken): void => {
  const last = list.at(-1);
  if (last?.to === next.from && samePairs(last.step, next.step)) list[list.length - 1] = join(last, next);
  else list.push(next);
};

const join = (before: Taken, after: Taken): Taken => ({
  from: before.from,
  to: after.to,
  step: before.step,
  path: joinPaths(before.path, after.path),
});

/** Which paths are looked for. */
export interface Sought {
  readonly party?: string;
  readonly via?: Via;
}

/** Told a path that is taken; those of a party are told in order of time. */
export type TakenVisitor = (party: string, from: Instant, to: Instant, path: ReadonlyArray<PathEdge>) => void;

/** Visits the paths taken over the stay in the intervals that overlap `during`, each interval whole. */
export const visitTaken = (
  reach: Pick<Reach, 'labels'>,
  stay: Stay,
  during: Interval,
  sought: Sought,
  visitor: TakenVisitor,
): void => {
  if (stay.classes.length > 1) {
    for (const [party, list] of takenDuring(reach, stay, during, sought)) {
      for (const { from, to, path } of list) visitor(party, from, to, path);
    }
    return;
  }
  // The way of nearly all people: labels are cut with the presence, and nothing is to be put together.
  const [from, to] = [Math.max(stay.from, during.from), Math.min(stay.to, during.to)];
  reach
    .labels(stay.classes[0]!.value, sought.via)
    .visit(from, to, sought.party, (party, from, to, step) =>
      visitor(party, from < stay.from ? stay.from : from, to > stay.to ? stay.to : to, pathOf(step)),
    );
};

/** By party, the paths taken over the stay in the intervals that overlap `during`, each interval whole. */
export const takenDuring = (
  reach: Pick<Reach, 'labels'>,
  { classes }: Stay,
  during: Interval,
  { party, via }: Sought,
): ReadonlyMap<string, ReadonlyArray<Taken>> => {
  const out = new Map<string, Taken[]>();
  const first = classes.findIndex((piece) => during.from < piece.to);
  let last = first;
  for (let index = first; index < classes.length && classes[index]!.from < during.to; index++) {
    const piece = classes[index]!;
    last = index;
    const [from, to] = [Math.max(piece.from, during.from), Math.min(piece.to, during.to)];
    reach.labels(piece.value, via).visit(from, to, party, (each, from, to, step) => {
      const list = out.get(each);
      const taken = takeWithin({ from, to, step }, piece);
      if (list === undefined) out.set(each, [taken]);
      else append(list, taken);
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

type Pieces = Stay['classes'];
type LabelsIn = (index: number) => ReadonlyArray<Label>;

const beginEarlier = (list: Taken[], classes: Pieces, first: number, labelsIn: LabelsIn): void => {
  for (let index = first; index > 0 && list[0]!.from === classes[index]!.from; index--) {
    const before = intervalAt(labelsIn(index - 1), list[0]!.from - 1);
    if (before === undefined || !samePairs(before.step, list[0]!.step)) return;
    list[0] = join(takeWithin(before, classes[index - 1]!), list[0]!);
  }
};

const endLater = (list: Taken[], classes: Pieces, last: number, labelsIn: LabelsIn): void => {
  for (let index = last; index < classes.length - 1; index++) {
    const end = list.at(-1)!;
    if (end.to !== classes[index]!.to) return;
    const after = intervalAt(labelsIn(index + 1), end.to);
    if (after === undefined || !samePairs(after.step, end.step)) return;
    list[list.length - 1] = join(end, takeWithin(after, classes[index + 1]!));
  }
};
