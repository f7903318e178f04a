/**
 * Labels: who reaches data of a class, when, and by which first step. R15's choice of path, over intervals.
 *
 * From the direct edges, labels spread against the direction of the edges, one edge further in each round. A party is
 * labelled for the instants at which it is first met: so the path it gets has the fewest edges, and instants already
 * labelled are passed over. That ends every cycle. Among the paths of one round the first pair decides, since no two
 * edges that lead on from a party at an instant have the same pair.
 */
import { codeUnitOrder } from '../order.ts';
import type { Instant } from '../time.ts';
import { cover, type Interval, intersect, type Timeline } from '../timeline.ts';
import { type DirectEdge, type Edge, type EdgeKind, pairOrder } from './edge.ts';
import type { Graph } from './party-graph.ts';
import type { Step } from './path.ts';
import type { Span } from './span.ts';

/** An interval in which the party's path is the same. */
export interface Label extends Interval {
  readonly step: Step;
}

/** By party, in code-unit order: its labels in order of time, disjoint, adjacent ones with other pairs. */
export interface Labels {
  readonly of: ReadonlyMap<string, ReadonlyArray<Label>>;
  readonly parties: ReadonlyArray<string>;
}

/** Which kinds of edges a path may be made of; undefined for all. */
export type Via = ReadonlySet<EdgeKind> | undefined;

/** Labels that a party could have through one edge. */
interface Offer {
  readonly edge: Edge;
  readonly labels: ReadonlyArray<Label>;
}

interface Labelled {
  covered: Timeline;
  readonly labels: Label[];
}

/**
 * The labels of every party that ever reaches the data.
 *
 * @param without a party that no path may lead through.
 */
export const labelsOf = (
  graph: Pick<Graph, 'into'>,
  direct: ReadonlyArray<DirectEdge>,
  via?: Via,
  without?: string,
): Labels => {
  const labelled = new Map<string, Labelled>();
  let offers = new Map<string, Offer[]>();
  const offer = (edge: Edge, labels: ReadonlyArray<Label>): void => {
    if (labels.length === 0 || edge.from === without) return;
    const before = offers.get(edge.from);
    if (before === undefined) offers.set(edge.from, [{ edge, labels }]);
    else before.push({ edge, labels });
  };

  for (const edge of direct) {
    if (via?.has(edge.edge) === false) continue;
    offer(
      edge,
      edge.spans.map((span) => label(edge, span, span.from, span.to, undefined)),
    );
  }
  while (offers.size > 0) {
    const round = offers;
    offers = new Map();
    const met: [string, ReadonlyArray<Label>][] = [];
    for (const [party, offered] of round) {
      const fresh = settle(labelled, party, offered);
      if (fresh.length > 0) met.push([party, fresh]);
    }
    for (const [party, fresh] of met) {
      for (const edge of graph.into(party)) {
        if (via?.has(edge.edge) !== false)
          offer(edge, through(edge, fresh, labelled.get(edge.from)?.covered));
      }
    }
  }

  const parties = [...labelled.keys()].sort(codeUnitOrder);
  return {
    parties,
    of: new Map(parties.map((party) => [party, labelled.get(party)!.labels.sort((a, b) => a.from - b.from)])),
  };
};

const label = (edge: Edge, span: Span, from: Instant, to: Instant, rest: Step | undefined): Label => ({
  from,
  to,
  step: { edge: edge.edge, from: edge.from, to: edge.to, span, rest, path: undefined },
});

/** What the edge makes of the labels of the party it leads to, where it held and those it comes from have none yet. */
const through = (
  edge: Edge,
  labels: ReadonlyArray<Label>,
  covered: Timeline | undefined,
): ReadonlyArray<Label> => {
  const out: Label[] = [];
  const { spans } = edge;
  for (let i = 0, j = 0; i < spans.length && j < labels.length; ) {
    const [span, next] = [spans[i]!, labels[j]!];
    const from = Math.max(span.from, next.from);
    const to = Math.min(span.to, next.to);
    if (from < to && !(covered !== undefined && covers(covered, from, to))) {
      out.push(label(edge, span, from, to, next.step));
    }
    if (span.to < next.to) i++;
    else j++;
  }
  return out;
};

const covers = (timeline: Timeline, from: Instant, to: Instant): boolean => {
  for (const interval of timeline) {
    if (interval.to >= to) return interval.from <= from;
  }
  return false;
};

/** Gives the party, at the instants at which it has no label yet, the first of what it is offered (R15). */
const settle = (
  labelled: Map<string, Labelled>,
  party: string,
  offers: ReadonlyArray<Offer>,
): ReadonlyArray<Label> => {
  let own = labelled.get(party);
  if (own === undefined) {
    own = { covered: [], labels: [] };
    labelled.set(party, own);
  }
  const fresh: Label[] = [];
  const sorted = offers.length === 1 ? offers : [...offers].sort((a, b) => pairOrder(a.edge, b.edge));
  for (const { labels } of sorted) {
    const before = fresh.length;
    for (const each of labels) uncovered(each, own.covered, fresh);
    if (fresh.length > before) own.covered = cover([...own.covered, ...fresh.slice(before)]);
  }
  for (const each of fresh) own.labels.push(each);
  // Rounds pass labels on in order of time.
  return fresh.length < 2 ? fresh : fresh.sort((a, b) => a.from - b.from);
};

/** Appends the parts of a label that the timeline leaves free. */
const uncovered = ({ from, to, step }: Label, covered: Timeline, out: Label[]): void => {
  let start = from;
  for (const interval of covered) {
    if (interval.to <= start) continue;
    if (interval.from >= to) break;
    if (interval.from > start) out.push({ from: start, to: interval.from, step });
    start = interval.to;
    if (start >= to) return;
  }
  if (start < to) out.push({ from: start, to, step });
};

/** When the party reaches the data at all. */
export const reachedBy = ({ of }: Labels, party: string, during: Timeline): Timeline =>
  intersect(cover(of.get(party) ?? []), during);
