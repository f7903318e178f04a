/**
 * How labels are found: R13 and R15 over intervals.
 *
 * From the direct edges, labels spread against the direction of the edges, one edge further in each round. A party is
 * labelled for the instants at which it is first met: so the path it gets has the fewest edges, and instants labelled
 * before are passed over. That ends every cycle. Among the paths of one round the first pair decides, since no two edges
 * that lead on from a party at an instant have the same pair.
 */
import { codeUnitOrder } from '../events/code-unit-order.ts';
import { beginning, type Instant, never } from '../time/instant.ts';
import { type DirectEdge, type Edge, pairOrder } from './edge.ts';
import { type Label, Labels, type Via } from './labels.ts';
import type { Step } from './path.ts';
import type { Graph } from './reach.ts';

/** An edge that leads to what was labelled in the last round, or to the data itself. */
interface Offer {
  readonly edge: Edge;
  readonly next: ReadonlyArray<Pick<Label, 'from' | 'to'> & { readonly step: Step | undefined }>;
}

/** A party that was met. */
interface Met {
  readonly party: string;
  /** When it has a label, in order of time; adjacent intervals are one. */
  readonly covered: { from: Instant; to: Instant }[];
  readonly labels: Label[];
  /** What is offered in this round. */
  offers: Offer[];
}

const theData: Offer['next'] = [{ from: beginning, to: never, step: undefined }];

/**
 * The labels of every party that ever reaches the data.
 *
 * @param direct every edge that leads to the data.
 * @param without a party that no path may lead from or through.
 */
export const labelsOf = (
  graph: Pick<Graph, 'into'>,
  direct: ReadonlyArray<DirectEdge>,
  via?: Via,
  without?: string,
): Labels => {
  const met = new Map<string, Met>();
  let offered: Met[] = [];
  const offer = (edge: Edge, next: Offer['next']): void => {
    if (edge.from === without || via?.has(edge.edge) === false) return;
    let party = met.get(edge.from);
    if (party === undefined) {
      party = { party: edge.from, covered: [], labels: [], offers: [] };
      met.set(edge.from, party);
    }
    if (party.offers.length === 0) offered.push(party);
    party.offers.push({ edge, next });
  };

  for (const edge of direct) offer(edge, theData);
  while (offered.length > 0) {
    const round = offered.map((party) => [party, settle(party)] as const);
    offered = [];
    for (const [{ party }, fresh] of round) {
      if (fresh.length === 0) continue;
      for (const edge of graph.into(party)) offer(edge, fresh);
    }
  }
  return new Labels(
    [...met.values()]
      .filter(({ labels }) => labels.length > 0)
      .sort((a, b) => codeUnitOrder(a.party, b.party))
      .map(({ party, labels }) => [party, labels.sort((a, b) => a.from - b.from)]),
  );
};

/** Gives the party, at the instants at which it has no label yet, the first of what it is offered (R15). */
const settle = (party: Met): ReadonlyArray<Label> => {
  const { offers, labels } = party;
  party.offers = [];
  if (offers.length > 1) offers.sort((a, b) => pairOrder(a.edge, b.edge));
  const before = labels.length;
  for (const { edge, next } of offers) {
    const first = labels.length;
    takeFree(edge, next, party.covered, labels);
    if (labels.length > first) coverAlso(party.covered, labels, first);
  }
  const fresh = labels.slice(before);
  // Rounds are passed on in order of time; each offer is in order, several may not be.
  return offers.length > 1 ? fresh.sort((a, b) => a.from - b.from) : fresh;
};

/** Appends the labels that the edge gives where it holds, what it leads to reaches the data, and nothing is covered. */
const takeFree = (
  { edge, from: party, to, spans }: Edge,
  next: Offer['next'],
  covered: Met['covered'],
  labels: Label[],
): void => {
  let passed = -1;
  for (let i = 0, j = 0; i < spans.length && j < next.length; ) {
    const [span, leads] = [spans[i]!, next[j]!];
    let start = Math.max(span.from, leads.from);
    const end = Math.min(span.to, leads.to);
    if (start < end) {
      let step: Step | undefined;
      if (passed < 0) passed = firstEndingAfter(covered, start);
      while (passed < covered.length && covered[passed]!.to <= start) passed++;
      for (let k = passed; start < end; k++) {
        const cover = covered[k];
        const until = cover === undefined || cover.from >= end ? end : cover.from;
        if (start < until) {
          step ??= { edge, from: party, to, span, rest: leads.step, path: undefined };
          labels.push({ from: start, to: until, step });
        }
        start = cover === undefined ? end : cover.to;
      }
    }
    if (span.to < leads.to) i++;
    else j++;
  }
};

/** The index of the first interval that ends after the instant. */
const firstEndingAfter = (covered: Met['covered'], instant: Instant): number => {
  let low = 0;
  for (let high = covered.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (covered[middle]!.to <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Covers the labels from `first` on as well, which lie in gaps, in order of time. */
const coverAlso = (covered: Met['covered'], labels: ReadonlyArray<Label>, first: number): void => {
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
