/**
 * The path that an answer shows: R13 and R15, by label-setting shortest paths over intervals.
 *
 * From the direct edges, labels spread against the direction of the edges, one edge further in each round. A round labels
 * a party at the instants at which it has no label yet, so that its path has the fewest edges, and cycles end. Among the
 * paths of one round the first pair decides: no two edges that lead on from a party at an instant have the same pair.
 */
import { codeUnitOrder } from '../events/code-unit-order.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { type DirectEdge, type Edge, pairOrder } from './edge.ts';
import type { Label, LabelsByParty, Via } from './labels.ts';
import type { Hop } from './path.ts';
import type { Graph } from './reach.ts';

/** An edge that leads to what was labelled in the last round, or to the data itself. */
interface Candidate {
  readonly edge: Edge;
  readonly next: ReadonlyArray<Pick<Label, 'from' | 'to'> & { readonly hop: Hop | undefined }>;
}

/** A party that an edge was found from. */
interface Visited {
  readonly party: string;
  /** When it has a label, in order of time; adjacent intervals are one. */
  readonly covered: { from: Instant; to: Instant }[];
  readonly labels: Label[];
  /** Edges from it that were found in this round. */
  candidates: Candidate[];
}

const theData: Candidate['next'] = [{ from: beginning, to: never, hop: undefined }];

/**
 * The labels of every party that ever reaches the data.
 *
 * @param direct every edge that leads to the data.
 * @param without a party that no path may lead from or through.
 */
export const shortestPathLabels = (
  graph: Pick<Graph, 'into'>,
  direct: ReadonlyArray<DirectEdge>,
  via?: Via,
  without?: string,
): LabelsByParty => {
  const visited = new Map<string, Visited>();
  let reached: Visited[] = [];
  const consider = (edge: Edge, next: Candidate['next']): void => {
    if (edge.from === without || via?.has(edge.edge) === false) return;
    let party = visited.get(edge.from);
    if (party === undefined) {
      party = { party: edge.from, covered: [], labels: [], candidates: [] };
      visited.set(edge.from, party);
    }
    if (party.candidates.length === 0) reached.push(party);
    party.candidates.push({ edge, next });
  };

  for (const edge of direct) consider(edge, theData);
  while (reached.length > 0) {
    const round = reached.map((party) => [party, settle(party)] as const);
    reached = [];
    for (const [{ party }, fresh] of round) {
      if (fresh.length === 0) continue;
      for (const edge of graph.into(party)) consider(edge, fresh);
    }
  }
  return new Map(
    [...visited.values()]
      .filter(({ labels }) => labels.length > 0)
      .sort((a, b) => codeUnitOrder(a.party, b.party))
      .map(({ party, labels }) => [party, labels.sort((a, b) => a.from - b.from)]),
  );
};

/** Gives the party, at the instants at which it has no label yet, the first of its candidates (R15). */
const settle = (party: Visited): ReadonlyArray<Label> => {
  const { candidates, labels } = party;
  party.candidates = [];
  if (candidates.length > 1) candidates.sort((a, b) => pairOrder(a.edge, b.edge));
  const before = labels.length;
  for (const { edge, next } of candidates) {
    const first = labels.length;
    labelUncovered(edge, next, party.covered, labels);
    if (labels.length > first) extendCover(party.covered, labels, first);
  }
  const fresh = labels.slice(before);
  // The next round needs them in order of time: the labels of one candidate are, those of several may not be.
  return candidates.length > 1 ? fresh.sort((a, b) => a.from - b.from) : fresh;
};

/** Appends the labels that the edge gives: where it holds, where it leads to reaches the data, and where no label is yet. */
const labelUncovered = (
  { edge, from: party, to, spans }: Edge,
  next: Candidate['next'],
  covered: Visited['covered'],
  labels: Label[],
): void => {
  let passed = -1;
  for (let i = 0, j = 0; i < spans.length && j < next.length; ) {
    const [span, leads] = [spans[i]!, next[j]!];
    let start = Math.max(span.from, leads.from);
    const end = Math.min(span.to, leads.to);
    if (start < end) {
      let hop: Hop | undefined;
      if (passed < 0) passed = firstEndingAfter(covered, start);
      while (passed < covered.length && covered[passed]!.to <= start) passed++;
      for (let k = passed; start < end; k++) {
        const cover = covered[k];
        const until = cover === undefined || cover.from >= end ? end : cover.from;
        if (start < until) {
          hop ??= { edge, from: party, to, span, rest: leads.hop, path: undefined };
          labels.push({ from: start, to: until, hop });
        }
        start = cover === undefined ? end : cover.to;
      }
    }
    if (span.to < leads.to) i++;
    else j++;
  }
};

/** The index of the first interval that ends after the instant. */
const firstEndingAfter = (covered: Visited['covered'], instant: Instant): number => {
  let low = 0;
  for (let high = covered.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (covered[middle]!.to <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Covers the labels from `first` on as well, which lie in gaps, in order of time. */
const extendCover = (covered: Visited['covered'], labels: ReadonlyArray<Label>, first: number): void => {
  let index = firstEndingAfter(covered, labels[first]!.from);
  for (let at = first; at < labels.length; at++) {
    const { from, to } = labels[at]!;
    while (index < covered.length && covered[index]!.from < from) index++;
    const before = covered[index - 1];
    const after = covered[index];
    if (before?.to === from) {
      before.to = to;
      if (after?.from === to) {
        before.to = after.to;
        covered.splice(index, 1);
      }
    } else if (after?.from === to) after.from = from;
    else covered.splice(index, 0, { from, to });
  }
};
