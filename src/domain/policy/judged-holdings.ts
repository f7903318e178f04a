/**
 * Makes what policies judge of where the data was and who reached it: R17's classes, with their people over time.
 */

import { overKey } from '../reach/data-class.ts';
import { heldPresences } from '../reach/held-data.ts';
import { pathOrder } from '../reach/path.ts';
import { appendPathInterval, type PathInterval, pathIntervals } from '../reach/path-intervals.ts';
import type { Reach } from '../reach/reach.ts';
import type { CountedData } from '../reach/reach-of-party.ts';
import { type Holding, sharedHolding } from '../residency/holding.ts';
import { overdueSince } from '../residency/overdue.ts';
import type { HoldingPresence, SubjectPresence } from '../residency/presences.ts';
import type { Residency } from '../residency/residency.ts';
import { Count } from '../time/count.ts';
import { timeOrder, visitOverlaps } from '../time/interval.ts';
import { mergeSpans, type Span } from '../time/span.ts';
import { always, cover, intersect, subtract, type Timeline } from '../time/timeline.ts';
import { fill, type Varying, valueAt } from '../time/varying.ts';
import { arrivalsIn, type Cohorts, cohortsOfOne } from './cohorts.ts';
import { type JudgedHolding, type ReachedBy, reachedInterval } from './judged-holding.ts';

type HoldingName = JudgedHolding['holding'];

const keyOf = ({ dataset, site, backup, population }: HoldingName): string =>
  [dataset, site, backup ?? '', population ?? ''].join(' ');

interface Draft {
  readonly holding: HoldingName;
  readonly population: string | null;
  /** Those over whose data alone there is a grant apart, by name; under null all others. */
  readonly parts: Map<string | null, Count>;
  readonly presences: Span[];
}

const draftsOf = (
  residency: Residency,
  reach: Pick<Reach, 'grants'>,
  cohorts: Cohorts,
): ReadonlyArray<Draft> => {
  const drafts = new Map<string, Map<string | null, Draft>>();
  const keys = new Map<Holding, { readonly holding: HoldingName; readonly key: string }>();
  const judged = (holding: Holding): { readonly holding: HoldingName; readonly key: string } => {
    const known = keys.get(holding);
    if (known !== undefined) return known;
    const made = sharedHolding(holding);
    const keyed = { holding: made, key: keyOf(made) };
    keys.set(holding, keyed);
    return keyed;
  };
  for (const presence of residency.presences) {
    const { holding, key } = judged(presence.holding);
    const part = isGrantedApart(reach, presence) ? presence.subject : null;
    let ofHolding = drafts.get(key);
    if (ofHolding === undefined) {
      ofHolding = new Map();
      drafts.set(key, ofHolding);
    }
    const memberships = residency.memberships.get(presence.subject) ?? [];
    for (const { from, to, value: membership } of fill(memberships, presence, null)) {
      const population = membership?.population ?? null;
      let draft = ofHolding.get(population);
      if (draft === undefined) {
        draft = { holding, population, parts: new Map(), presences: [] };
        ofHolding.set(population, draft);
      }
      let ofPart = draft.parts.get(part);
      if (ofPart === undefined) {
        ofPart = new Count();
        draft.parts.set(part, ofPart);
      }
      // Who came while the presence grew is counted from then on.
      const arrivals =
        from === presence.from ? arrivalsIn(cohorts, presence.subject, presence.from) : undefined;
      if (arrivals === undefined) ofPart.add({ from, to }, cohorts.sizeOf(presence.subject));
      else ofPart.addArrivals(arrivals, to);
      if (presence.holding.kind === 'own') draft.presences.push(presence);
    }
  }
  return [...drafts.values()].flatMap((ofHolding) => [...ofHolding.values()]);
};

/**
 * Everything that was held, in parts of people whom grants treat alike, and how many they were.
 */
export const countedDataOf = (
  residency: Residency,
  reach: Pick<Reach, 'grants'>,
  cohorts: Cohorts = cohortsOfOne,
): ReadonlyArray<CountedData> =>
  draftsOf(residency, reach, cohorts).flatMap(({ holding, population, parts }) =>
    [...parts].map(([subject, count]): CountedData => {
      const subjects = count.overTime();
      return {
        dataset: holding.dataset,
        site: holding.site,
        backup: holding.backup,
        population: holding.population,
        memberOf: population,
        subject,
        present: cover(subjects),
        subjects: (instant) => valueAt(subjects, instant) ?? 0,
      };
    }),
  );

/**
 * The classes of everything that was held.
 */
export const judgedHoldingsOf = (
  residency: Residency,
  reach: Pick<Reach, 'grants' | 'labels'>,
  cohorts: Cohorts = cohortsOfOne,
): ReadonlyArray<JudgedHolding> => {
  const presencesOf = Map.groupBy(residency.holdings, ({ holding }) => keyOf(sharedHolding(holding)));
  return draftsOf(residency, reach, cohorts).map(({ holding, population, parts, presences }) => ({
    holding,
    expires: overdueSince(residency.backups, holding.backup),
    population,
    subjects: Count.sumOf([...parts.values()]).overTime(),
    presences:
      presences.length > 0
        ? mergeSpans(presences.map((span) => [span]))
        : spansOf(presencesOf.get(keyOf(holding)) ?? []),
    reached: reachedOf(reach, holding, population, parts),
  }));
};

const spansOf = (presences: ReadonlyArray<HoldingPresence>): ReadonlyArray<Span> =>
  presences.map(({ from, to, opened, closed }) => ({ from, to, opened, closed })).sort(timeOrder);

const isGrantedApart = ({ grants }: Pick<Reach, 'grants'>, { subject, holding }: SubjectPresence): boolean =>
  grants.termsOver(overKey({ dataset: holding.dataset, scope: { subject } })).length > 0;

/** Who reached the parts of a class, when, along which path, and how many people of it. */
const reachedOf = (
  reach: Pick<Reach, 'grants' | 'labels'>,
  { dataset, site, backup, population }: HoldingName,
  memberOf: string | null,
  parts: ReadonlyMap<string | null, Count>,
): ReadonlyArray<ReachedBy> => {
  const byParty = new Map<string, { taken: PathInterval[]; subjects: Varying<number> }[]>();
  for (const [subject, count] of parts) {
    const subjects = count.overTime();
    const held = { dataset, site, backup, population, memberOf, subject, present: cover(subjects) };
    const ofPart = new Map<string, PathInterval[]>();
    for (const presence of heldPresences(reach.grants, held)) {
      for (const [party, taken] of pathIntervals(reach, presence, presence, {}))
        ofPart.set(party, [...(ofPart.get(party) ?? []), ...taken]);
    }
    for (const [party, taken] of ofPart)
      byParty.set(party, [...(byParty.get(party) ?? []), { taken, subjects }]);
  }
  return [...byParty].map(([party, reached]) => {
    const [first] = reached;
    if (parts.size === 1) return { party, intervals: first!.taken.map(reachedInterval) };
    return { party, ...together(reached) };
  });
};

/** Of parts reached along several paths the first by R15 is told, and everyone reached is counted. */
const together = (
  reached: ReadonlyArray<{ readonly taken: ReadonlyArray<PathInterval>; readonly subjects: Varying<number> }>,
): Pick<ReachedBy, 'intervals'> & { readonly subjects: Varying<number> } => {
  const count = new Count();
  for (const { taken, subjects } of reached) {
    visitOverlaps(taken, subjects, (_, { value }, from, to) => count.add({ from, to }, value));
  }
  // Each path takes what the ones before it in order have left.
  const inOrder = reached.flatMap(({ taken }) => taken).sort((a, b) => pathOrder(a.path.hop, b.path.hop));
  const parts: PathInterval[] = [];
  let left: Timeline = always;
  for (const each of inOrder) {
    const mine = intersect(left, [each]);
    if (mine.length === 0) continue;
    for (const { from, to } of mine) parts.push({ ...each, from, to });
    left = subtract(left, [each]);
  }
  const paths: PathInterval[] = [];
  for (const part of parts.sort(timeOrder)) appendPathInterval(paths, part);
  return { intervals: paths.map(reachedInterval), subjects: count.overTime() };
};
