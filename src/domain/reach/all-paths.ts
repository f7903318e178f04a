/**
 * All paths to the data that visit no party twice: R15's other paths.
 *
 * There can be very many. Answers give them from the fewest edges up, until a limit is met, and say so.
 */
import { type Interval, overlapOf, overlaps } from '../time/interval.ts';
import type { DirectEdge, Edge } from './edge.ts';
import type { Label, Via } from './labels.ts';
import { hopBefore, passes } from './path.ts';
import type { GoOn, Graph } from './reach.ts';

/** How many paths an answer gives. */
export const pathsMax = 1_000;
/** How many steps are looked at for an answer; a party far away in a dense graph has more paths than can be found. */
const stepsMax = 100_000;

/** What is left of the limits of one answer. */
export interface Budget {
  readonly goOn: GoOn;
  paths: number;
  steps: number;
  met: boolean;
}

/** The limits of one answer, untouched. */
export const wholeBudget = (goOn: GoOn): Budget => ({ goOn, paths: pathsMax, steps: stepsMax, met: false });

/** Everything reachable from the party over edges that ever held: only these matter. */
export const everReachableFrom = (
  graph: Pick<Graph, 'outOf'>,
  party: string,
  via?: Via,
): ReadonlySet<string> => {
  const seen = new Set([party]);
  for (const each of seen) {
    for (const { edge, to } of graph.outOf(each)) if (via?.has(edge) !== false) seen.add(to);
  }
  return seen;
};

/**
 * All paths to data that overlap the interval, fewest edges first, then in a fixed order.
 *
 * @param party only paths from this party.
 * @param budget what is left of the limits; paths that are found use it up.
 */
export const simplePaths = (
  graph: Graph,
  direct: ReadonlyArray<DirectEdge>,
  during: Interval,
  { party, via }: { readonly party?: string; readonly via?: Via },
  budget: Budget,
): ReadonlyArray<Label> => {
  const leading = party === undefined ? undefined : everReachableFrom(graph, party, via);
  const found: Label[] = [];
  let round: Label[] = [];

  /** Takes the edge before a path, in each interval in which both hold. */
  const take = (edge: Edge, next: Label | undefined): void => {
    if (via?.has(edge.edge) === false || leading?.has(edge.from) === false) return;
    if (next !== undefined && passes(next.hop, edge.from)) return;
    for (const span of edge.spans) {
      const { from, to } = next === undefined ? span : overlapOf(span, next);
      if (from >= to || !overlaps({ from, to }, during)) continue;
      if (budget.steps === 0) {
        budget.met = true;
        return;
      }
      budget.steps--;
      budget.goOn(1);
      round.push({ from, to, hop: hopBefore(edge, span, next?.hop) });
    }
  };

  for (const edge of direct) take(edge, undefined);
  while (round.length > 0) {
    const before = round;
    round = [];
    for (const path of before) {
      if (party !== undefined && path.hop.from !== party) continue;
      if (budget.paths === 0) {
        budget.met = true;
        return found;
      }
      budget.paths--;
      found.push(path);
    }
    for (const path of before) {
      // A path through the party asked for would visit it twice.
      if (path.hop.from === party) continue;
      for (const edge of graph.into(path.hop.from)) take(edge, path);
    }
  }
  return found;
};
