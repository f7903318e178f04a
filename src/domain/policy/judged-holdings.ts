/**
 * Makes what policies judge of where the data was and who reached it: R17's classes, with their people over time.
 */

import { overKey } from '../reach/data-class.ts';
import { heldPresences } from '../reach/held-data.ts';
import { appendPathInterval, type PathInterval, pathIntervals } from '../reach/path-intervals.ts';
import type { Reach } from '../reach/reach.ts';
import { pathOrder } from '../reach/reach-of.ts';
import type { CountedData } from '../reach/reach-of-party.ts';
import type { HoldingPresence, Residency, SubjectPresence } from '../residency/fold.ts';
import { type Holding, sharedHolding } from '../residency/holding.ts';
import { type Instant, never } from '../time/instant.ts';
import type { Interval } from '../time/interval.ts';
import { mergeSpans, type Span } from '../time/span.ts';
import { always, cover, intersect, subtract, type Timeline } from '../time/timeline.ts';
import { type Varying, valueAt } from '../time/varying.ts';
import { arrivalsIn, eachAlone, type Weights } from './cohorts.ts';
import { type ClassHistory, type ReachedBy, reachedInterval } from './judged-holding.ts';

type JudgedHolding = ClassHistory['holding'];

const keyOf = ({ dataset, site, backup, population }: JudgedHolding): string =>
  [dataset, site, backup ?? '', population ?? ''].join(' ');

/** A number that goes up and down. */
class Count {
  private readonly steps = new Map<Instant, number>();

  add({ from, to }: Interval, weight: number): void {
    this.steps.set(from, (this.steps.get(from) ?? 0) + weight);
    this.steps.set(to, (this.steps.get(to) ?? 0) - weight);
    this.known = undefined;
  }

  /** Adds people who came one after the other, and left together. */
  grow(arrivals: Float64Array, to: Instant): void {
    for (const arrival of arrivals) this.steps.set(arrival, (this.steps.get(arrival) ?? 0) + 1);
    this.steps.set(to, (this.steps.get(to) ?? 0) - arrivals.length);
    this.known = undefined;
  }

  /** The sum of some. */
  static ofAll(counts: ReadonlyArray<Count>): Count {
    if (counts.length === 1) return counts[0]!;
    const sum = new Count();
    for (const { steps } of counts)
      for (const [instant, step] of steps) sum.steps.set(instant, (sum.steps.get(instant) ?? 0) + step);
    return sum;
  }

  private known: Varying<number> | undefined;

  /** Over time, without the stretches of none. */
  overTime(): Varying<number> {
    this.known ??= this.sumOfSteps();
    return this.known;
  }

  private sumOfSteps(): Varying<number> {
    const out: { from: Instant; to: Instant; value: number }[] = [];
    let count = 0;
    // Numbers in an array of numbers are sorted several times as fast as pairs.
    for (const instant of Float64Array.from(this.steps.keys()).sort()) {
      const step = this.steps.get(instant)!;
      if (step === 0) continue;
      const last = out.at(-1);
      if (last !== undefined && last.to === never && count > 0) last.to = instant;
      count += step;
      if (count > 0) out.push({ from: instant, to: never, value: count });
    }
    return out;
  }
}

interface Draft {
  readonly holding: JudgedHolding;
  readonly population: string | null;
  /** Those over whose data alone there is a grant apart, by name; under null all others. */
  readonly parts: Map<string | null, Count>;
  readonly presences: Span[];
}

const draftsOf = (
  residency: Residency,
  reach: Pick<Reach, 'grants'>,
  weights: Weights,
): ReadonlyArray<Draft> => {
  const drafts = new Map<string, Map<string | null, Draft>>();
  const keys = new Map<Holding, { readonly holding: JudgedHolding; readonly key: string }>();
  const judged = (holding: Holding): { readonly holding: JudgedHolding; readonly key: string } => {
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
    for (const { population, ...interval } of byPopulation(residency, presence)) {
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
        interval.from === presence.from ? arrivalsIn(weights, presence.subject, presence.from) : undefined;
      if (arrivals === undefined) ofPart.add(interval, weights.weightOf(presence.subject));
      else ofPart.grow(arrivals, interval.to);
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
  weights: Weights = eachAlone,
): ReadonlyArray<CountedData> =>
  draftsOf(residency, reach, weights).flatMap(({ holding, population, parts }) =>
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
export const classHistoriesOf = (
  residency: Residency,
  reach: Pick<Reach, 'grants' | 'labels'>,
  weights: Weights = eachAlone,
): ReadonlyArray<ClassHistory> => {
  const presencesOf = Map.groupBy(residency.holdings, ({ holding }) => keyOf(sharedHolding(holding)));
  return draftsOf(residency, reach, weights).map(({ holding, population, parts, presences }) => ({
    holding,
    expires: holding.backup === null ? never : (residency.backups.get(holding.backup)?.expires ?? never),
    population,
    subjects: Count.ofAll([...parts.values()]).overTime(),
    presences:
      presences.length > 0
        ? mergeSpans(presences.map((span) => [span]))
        : spansOf(presencesOf.get(keyOf(holding)) ?? []),
    reached: reachedOf(reach, holding, population, parts),
  }));
};

const spansOf = (presences: ReadonlyArray<HoldingPresence>): ReadonlyArray<Span> =>
  presences
    .map(({ from, to, opened, closed }) => ({ from, to, opened, closed }))
    .sort((a, b) => a.from - b.from);

const isGrantedApart = ({ grants }: Pick<Reach, 'grants'>, { subject, holding }: SubjectPresence): boolean =>
  grants.termsOver(overKey({ dataset: holding.dataset, scope: { subject } })).length > 0;

/** A presence, cut where the subject changes from one population, or none, to the next. */
const byPopulation = (
  residency: Residency,
  { subject, from, to }: SubjectPresence,
): ReadonlyArray<Interval & { readonly population: string | null }> => {
  const out: (Interval & { population: string | null })[] = [];
  let at = from;
  for (const piece of residency.memberships.get(subject) ?? []) {
    if (piece.to <= at) continue;
    if (piece.from >= to) break;
    if (at < piece.from) out.push({ from: at, to: piece.from, population: null });
    out.push({
      from: Math.max(at, piece.from),
      to: Math.min(to, piece.to),
      population: piece.value.population,
    });
    at = piece.to;
  }
  if (at < to) out.push({ from: at, to, population: null });
  return out;
};

/** Who reached the parts of a class, when, along which path, and how many people of it. */
const reachedOf = (
  reach: Pick<Reach, 'grants' | 'labels'>,
  { dataset, site, backup, population }: JudgedHolding,
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
    for (const { from, to, value } of subjects)
      for (const part of intersect(taken, [{ from, to }])) count.add(part, value);
  }
  // Each path takes what the ones before it in order have left.
  const inOrder = reached.flatMap(({ taken }) => taken).sort((a, b) => pathOrder(a.path, b.path));
  const parts: PathInterval[] = [];
  let left: Timeline = always;
  for (const each of inOrder) {
    const mine = intersect(left, [each]);
    if (mine.length === 0) continue;
    for (const { from, to } of mine) parts.push({ ...each, from, to });
    left = subtract(left, [each]);
  }
  const paths: PathInterval[] = [];
  for (const part of parts.sort((a, b) => a.from - b.from)) appendPathInterval(paths, part);
  return { intervals: paths.map(reachedInterval), subjects: count.overTime() };
};
