/**
 * Who could reach a subject's data: R13 to R15.
 *
 * The graph of parties, grants and sites is kept in memory as of the last question, one for each assurance, and told
 * of what was recorded since; a question about an earlier moment of knowledge makes its own.
 */

import type { ReachRow, WireCut, WireHolding, WirePathEdge } from '../contract/rows/reach.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { CutEdge } from '../domain/reach/cut-edge.ts';
import { dataPresencesOf } from '../domain/reach/data-presence.ts';
import { type CutExplanation, explainCut } from '../domain/reach/explain-cut.ts';
import type { PathEdge } from '../domain/reach/path.ts';
import type { ReachQuestion } from '../domain/reach/reach-of.ts';
import { reachOfSubject } from '../domain/reach/reach-of-subject.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { Fact } from '../domain/recording/facts.ts';
import type { RowKey } from '../domain/residency/rows.ts';
import { formatBound, type Instant } from '../domain/time/instant.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { ReachIndex } from '../projections/reach/reach-index.ts';
import { residencyOf } from './residency-facts.ts';
import type { View } from './view.ts';

/** Who reaches what, as of the last question of each assurance. */
const latest = new WeakMap<
  EventIndex,
  Map<Assurance, { readonly position: number; readonly reach: ReachIndex }>
>();

/** Who reaches what, as far as a view knows. */
export const reachIndexOf = (view: View): ReachIndex => {
  const { index, known } = view;
  let byAssurance = latest.get(index);
  if (byAssurance === undefined) {
    byAssurance = new Map();
    latest.set(index, byAssurance);
  }
  const kept = byAssurance.get(known.minAssurance);
  if (view.isSimulated()) return new ReachIndex(view.facts('reach', 'all'));
  if (kept === undefined || kept.position > known.position) {
    const made = new ReachIndex(view.facts('reach', 'all'));
    if (kept === undefined) byAssurance.set(known.minAssurance, { position: known.position, reach: made });
    return made;
  }
  if (kept.position < known.position) {
    const before = view.as({ ...known, position: kept.position });
    const touched = new Set<number>();
    for (const position of view.positions('reach', 'all', kept.position)) {
      const recorded = view.recorded(position);
      if (recorded === undefined) continue;
      if (!isCorrection(recorded.event)) touched.add(position);
      else {
        const target = view.find(recorded.event.data.event);
        if (target !== undefined) touched.add(target);
      }
    }
    const facts = (of: View): ReadonlyArray<Fact> =>
      [...touched].flatMap((position) => of.fact(position) ?? []);
    if (touched.size > 0) kept.reach.change(facts(before), facts(view));
    byAssurance.set(known.minAssurance, { position: known.position, reach: kept.reach });
  }
  return kept.reach;
};

/** A path on the wire. */
export const wirePath = (path: ReadonlyArray<PathEdge>): ReadonlyArray<WirePathEdge> =>
  path.map(({ edge, to, began, ended, events }) => ({
    edge,
    to,
    began: formatBound(began),
    ended: formatBound(ended),
    events: events.map(String),
  }));

const wireHolding = ({ dataset, site, kind, backup }: RowKey): WireHolding => ({
  dataset,
  site,
  kind,
  backup,
});

/** Who reaches the subject's data: by party, then dataset, site, kind, backup, from. */
export const reachRows = (
  view: View,
  subject: string,
  question: ReachQuestion,
): { readonly rows: ReadonlyArray<ReachRow>; readonly limitMet: boolean } => {
  const { parties, limitMet } = reachOfSubject(
    reachIndexOf(view),
    subject,
    residencyOf(view, subject),
    question,
  );
  return {
    rows: parties.map(({ party, kind, name, intervals }) => ({
      party,
      kind,
      name,
      intervals: intervals.map(({ from, to, holding, path }) => ({
        from: formatBound(from),
        to: formatBound(to),
        holding: wireHolding(holding),
        path: wirePath(path),
      })),
    })),
    limitMet,
  };
};

/** An edge that an explanation names, on the wire. */
export const wireCutEdge = (edge: CutEdge) => ({ from: edge.from, ...wirePath([edge])[0]! });

/** Why the party cannot reach the subject's data, or what would keep it out. */
export const cutOf = (view: View, subject: string, party: string, at: Instant): WireCut => {
  const reach = reachIndexOf(view);
  const presences = dataPresencesOf(reach.grants, residencyOf(view, subject), subject);
  return wireCut(party, explainCut(reach, presences, party, at));
};

/** An explanation on the wire. */
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
