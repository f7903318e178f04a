/**
 * The path that an answer shows: R13 and R15, by label-setting shortest paths over intervals.
 *
 * From the direct edges, labels spread against the direction of the edges, one edge further in each round. A round labels
 * a party at the instants at which it has no label yet, so that its path has the fewest edges, and cycles end. Among the
 * paths of one round the first pair decides: no two edges that lead on from a party at an instant have the same pair.
 */
import { codeUnitOrder } from '../events/code-unit-order.ts';
import { beginning, never } from '../time/instant.ts';
import { visitGaps, visitOverlaps } from '../time/interval.ts';
import { type Timeline, union } from '../time/timeline.ts';
import { type DirectEdge, type Edge, pairOrder } from './edge.ts';
import type { Label, LabelsByParty, Via } from './labels.ts';
import type { Hop } from './path.ts';
import type { GoOn, Graph } from './reach.ts';

/** An edge that leads to what was labelled in the last round, or to the data itself. */
interface Candidate {
  readonly edge: Edge;
  readonly next: ReadonlyArray<Pick<Label, 'from' | 'to'> & { readonly hop: Hop | undefined }>;
}

/** A party that an edge was found from. */
interface Visited {
  readonly party: string;
  /** When it has a label, in order of time; adjacent intervals are one. */
  covered: Timeline;
  readonly labels: Label[];
  /** Edges from it that were found in this round. */
  candidates: Candidate[];
}

/** How many steps of work a candidate and a label take. */
const stepsOfCandidate = 3;
const stepsOfLabel = 2;

const theData: Candidate['next'] = [{ from: beginning, to: never, hop: undefined }];

/**
 * The labels of every party that ever reaches the data.
 *
 * @param direct every edge that leads to the data.
 * @param without a party that no path may lead from or through.
 * @param goOn receives the work.
 */
export const shortestPathLabels = (
  graph: Pick<Graph, 'into'>,
  direct: ReadonlyArray<DirectEdge>,
  via?: Via,
  without?: string,
  goOn: GoOn = () => {},
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
    const round = reached.map((party) => {
      goOn(stepsOfCandidate * party.candidates.length);
      return [party, settle(party)] as const;
    });
    reached = [];
    for (const [{ party }, fresh] of round) {
      if (fresh.length === 0) continue;
      goOn(stepsOfLabel * fresh.length);
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
    if (labels.length > first) party.covered = union(party.covered, labels.slice(first));
  }
  const fresh = labels.slice(before);
  // The next round needs them in order of time: the labels of one candidate are, those of several may not be.
  return candidates.length > 1 ? fresh.sort((a, b) => a.from - b.from) : fresh;
};

/** Appends the labels that the edge gives: where it holds, where it leads to reaches the data, and where no label is yet. */
const labelUncovered = (
  { edge, from: party, to: target, spans }: Edge,
  next: Candidate['next'],
  covered: Timeline,
  labels: Label[],
): void => {
  visitOverlaps(spans, next, (span, leads, start, end) => {
    let hop: Hop | undefined;
    visitGaps(covered, start, end, (from, to) => {
      hop ??= { edge, from: party, to: target, span, rest: leads.hop, shown: undefined };
      labels.push({ from, to, hop });
    });
  });
};
