/**
 * Who could reach a subject's data (R13 to R15).
 *
 * The graph of parties, grants and sites is kept in memory as of the last question, one for each assurance, and
 * updated with later events. A question about an earlier moment of knowledge builds its own.
 */

import { type Answered, type Asked, cutShort, pageBytesMax } from '../contract/asked.ts';
import type { ReachRow, WireCut, WireHolding, WirePathEdge } from '../contract/rows/reach.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { CutEdge } from '../domain/reach/cut-edge.ts';
import { dataPresencesOf } from '../domain/reach/data-presence.ts';
import { type CutExplanation, explainCut } from '../domain/reach/explain-cut.ts';
import type { Path, PathEdge } from '../domain/reach/path.ts';
import type { ReachInterval, ReachQuestion } from '../domain/reach/reach-of.ts';
import { reachOfSubject } from '../domain/reach/reach-of-subject.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { Fact } from '../domain/recording/facts.ts';
import type { RowKey } from '../domain/residency/rows.ts';
import { formatBound, type Instant } from '../domain/time/instant.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { ReachIndex } from '../projections/reach/reach-index.ts';
import { residencyOf } from './residency-facts.ts';
import type { View } from './view.ts';

/** The reach index as of the last question, for each assurance. */
const latest = new WeakMap<
  EventIndex,
  Map<Assurance, { readonly position: number; readonly reach: ReachIndex }>
>();

/** Indexes of views that know less than the last question, simulate, or were given an index. */
const ofViews = new WeakMap<View, ReachIndex>();

/** The reach index as a view knows it. Its questions count as work of the view. */
export const reachIndexOf = (view: View): ReachIndex => {
  const reach = keptReachOf(view);
  reach.askedBy((steps) => view.work.goOn(steps));
  return reach;
};

/** Gives a view an index that contains all that its question needs, instead of the index of everything. */
export const giveReach = (view: View, reach: ReachIndex): void => void ofViews.set(view, reach);

/** Whether the index of the view is the shared one of the latest moment, which the next question may change. */
export const isLatestReach = (view: View): boolean =>
  !view.isSimulated() &&
  latest.get(view.index)?.get(view.known.minAssurance)?.position === view.known.position;

const keptReachOf = (view: View): ReachIndex => {
  const { index, known } = view;
  const given = ofViews.get(view);
  if (given !== undefined) return given;
  let byAssurance = latest.get(index);
  if (byAssurance === undefined) {
    byAssurance = new Map();
    latest.set(index, byAssurance);
  }
  const kept = byAssurance.get(known.minAssurance);
  if (view.isSimulated() || (kept !== undefined && kept.position > known.position)) {
    const own = newReachIndex(view);
    ofViews.set(view, own);
    return own;
  }
  if (kept === undefined) {
    const made = newReachIndex(view);
    byAssurance.set(known.minAssurance, { position: known.position, reach: made });
    return made;
  }
  if (kept.position < known.position) {
    advance(kept.reach, view.as({ ...known, position: kept.position }), view);
    byAssurance.set(known.minAssurance, { position: known.position, reach: kept.reach });
  }
  return kept.reach;
};

/** A new reach index, as a view knows it. */
export const newReachIndex = (view: View): ReachIndex => new ReachIndex(view.facts('reach', 'all'));

/** Updates an index from what one view knows to what another knows, which may be more or less. */
export const advance = (reach: ReachIndex, from: View, to: View): void => {
  const touched = new Set<number>();
  const [earlier, later] = from.recordedUpTo < to.recordedUpTo ? [from, to] : [to, from];
  for (const position of later.positions('reach', 'all', earlier.recordedUpTo)) {
    const recorded = later.recorded(position);
    if (recorded === undefined) continue;
    if (!isCorrection(recorded.event)) touched.add(position);
    else {
      const target = later.find(recorded.event.data.event);
      if (target !== undefined) touched.add(target);
    }
  }
  const facts = (of: View): ReadonlyArray<Fact> =>
    [...touched].flatMap((position) => of.fact(position) ?? []);
  if (touched.size > 0) reach.change(facts(from), facts(to));
};

/**
 * Approximate sizes in bytes of JSON: an edge of a path, an interval without its path, a row without its intervals.
 */
const edgeBytes = 160;
const intervalBytes = 250;
const rowBytes = 150;

/** The approximate size of an interval with this path, in bytes of JSON. */
export const bytesWithPath = (path: Path): number => intervalBytes + edgeBytes * path.length;

/** Edges of a path, as they go over the wire. */
export const wireEdges = (edges: ReadonlyArray<PathEdge>): ReadonlyArray<WirePathEdge> =>
  edges.map(({ edge, to, began, ended, events }) => ({
    edge,
    to,
    began: formatBound(began),
    ended: formatBound(ended),
    events: events.map(String),
  }));

/** A path, as it goes over the wire. */
export const wirePath = (path: Path): ReadonlyArray<WirePathEdge> => wireEdges(path.edges);

const wireHolding = ({ dataset, site, kind, backup }: RowKey): WireHolding => ({
  dataset,
  site,
  kind,
  backup,
});

/**
 * Where a page of parties begins: at a party or, if the previous page had no room for all its intervals, within it.
 */
const startOf = (after: Asked['after']): { readonly party: number; readonly interval: number } => {
  if (after === undefined) return { party: 0, interval: 0 };
  const [party = 0, interval = 0] = String(after).split('.').map(Number);
  return Number.isSafeInteger(party) && Number.isSafeInteger(interval)
    ? { party, interval }
    : { party: 0, interval: 0 };
};

const wireInterval = ({ from, to, holding, path }: ReachInterval): ReachRow['intervals'][number] => ({
  from: formatBound(from),
  to: formatBound(to),
  holding: wireHolding(holding),
  path: wirePath(path),
});

/**
 * A page of the parties that reach the subject's data, by party, then dataset, site, kind, backup and from. Paths
 * are converted only for the page. A party with more intervals than fit continues on the next page.
 */
export const reachPage = (
  view: View,
  subject: string,
  question: ReachQuestion,
  { after, limit }: Pick<Asked, 'after' | 'limit'>,
): Answered<ReadonlyArray<ReachRow>> => {
  const { parties, limitMet } = reachOfSubject(
    reachIndexOf(view),
    subject,
    residencyOf(view, subject),
    question,
  );
  const told = question.paths === 'all' ? { limitMet } : undefined;
  const start = startOf(after);
  const rows: ReachRow[] = [];
  let bytes = 0;
  for (let index = start.party; index < parties.length; index++) {
    if (rows.length === limit) return { data: rows, after: index, ...(told && { also: told }) };
    if (bytes >= pageBytesMax) return { data: rows, after: index, also: cutShort };
    const { party, kind, name, intervals } = parties[index]!;
    bytes += rowBytes;
    const first = index === start.party ? start.interval : 0;
    const shown: ReachRow['intervals'][number][] = [];
    rows.push({ party, kind, name, intervals: shown });
    for (let each = first; each < intervals.length; each++) {
      if (bytes >= pageBytesMax) return { data: rows, after: `${index}.${each}`, also: cutShort };
      bytes += bytesWithPath(intervals[each]!.path);
      shown.push(wireInterval(intervals[each]!));
    }
  }
  return { data: rows, after: null, ...(told && { also: told }) };
};

/** An edge of an explanation, as it goes over the wire. */
export const wireCutEdge = (edge: CutEdge) => ({ from: edge.from, ...wireEdges([edge])[0]! });

/** Why the party cannot reach the subject's data, or what would end its reach. */
export const cutOf = (view: View, subject: string, party: string, at: Instant): WireCut => {
  const reach = reachIndexOf(view);
  const presences = dataPresencesOf(reach.grants, residencyOf(view, subject), subject, reach.goOn);
  return wireCut(party, explainCut(reach, presences, party, at));
};

/** An explanation, as it goes over the wire. */
export const wireCut = (party: string, explained: CutExplanation): WireCut => {
  if (explained.reaches)
    return {
      party,
      reaches: true,
      because: null,
      close: explained.close.map(wireCutEdge),
      ended: [],
      chain: [],
    };
  if (explained.because !== 'ended')
    return { party, reaches: false, because: explained.because, close: [], ended: [], chain: [] };
  return {
    party,
    reaches: false,
    because: 'ended',
    close: [],
    ended: explained.ended.map(wireCutEdge),
    chain: explained.chain.map(wireCutEdge),
  };
};
