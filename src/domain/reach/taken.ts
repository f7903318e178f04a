/**
 * Paths taken over a stay: the labels of its classes, put together again where only the class changed.
 *
 * An interval ends where the presence or the pairs change, and nowhere else (R15): so where data passes from one class
 * to the next and the pairs stay the same, the interval goes on, and is told whole.
 */
import { type Interval, intervalAt } from '../timeline.ts';
import type { Label, Via } from './labels.ts';
import { joinPaths, type PathEdge, pathOf, type Step, samePairs } from './path.ts';
import type { Reach } from './reach-index.ts';
import type { Stay } from './stay.ts';

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

/** By party, the paths taken over the stay in the intervals that overlap `during`, each interval whole. */
export const takenDuring = (
  reach: Pick<Reach, 'labels'>,
  { classes }: Stay,
  during: Interval,
  { party, via }: { readonly party?: string; readonly via?: Via },
): ReadonlyMap<string, ReadonlyArray<Taken>> => {
  const out = new Map<string, Taken[]>();
  const first = classes.findIndex((piece) => during.from < piece.to);
  let last = first;
  for (let index = first; index < classes.length && classes[index]!.from < during.to; index++) {
    const piece = classes[index]!;
    last = index;
    const labels = reach.labels(piece.value, via);
    const window = { from: Math.max(piece.from, during.from), to: Math.min(piece.to, during.to) };
    for (const each of party === undefined ? labels.parties : [party]) {
      const of = labels.of.get(each);
      if (of === undefined) continue;
      for (let at = firstAfter(of, window.from); at < of.length && of[at]!.from < window.to; at++) {
        const list = out.get(each);
        const taken = takeWithin(of[at]!, piece);
        if (list === undefined) out.set(each, [taken]);
        else append(list, taken);
      }
    }
  }
  if (first > 0 || last < classes.length - 1) {
    for (const [each, list] of out) {
      const labelsIn = (index: number): ReadonlyArray<Label> =>
        reach.labels(classes[index]!.value, via).of.get(each) ?? [];
      beginEarlier(list, classes, first, labelsIn);
      endLater(list, classes, last, labelsIn);
    }
  }
  return out;
};

type Pieces = Stay['classes'];
type LabelsIn = (index: number) => ReadonlyArray<Label>;

/** The index of the first label that ends after the instant. */
const firstAfter = (labels: ReadonlyArray<Label>, instant: number): number => {
  let low = 0;
  for (let high = labels.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (labels[middle]!.to <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
};

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
