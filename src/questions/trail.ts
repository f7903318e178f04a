/**
 * The audit trail of a subject: every event that affected its data, in the order in which it became known, with
 * reasons.
 */

import { inText } from '../domain/events/in-text.ts';
import { isPopulation } from '../domain/events/scope.ts';
import { subjectsIn, subjectsOf } from '../domain/events/subjects.ts';
import { reachTrail } from '../domain/reach/reach-trail.ts';
import { mayCorrect } from '../domain/recording/authority.ts';
import { isCorrection, withCorrections } from '../domain/recording/corrections.ts';
import { type Fact, factOf, isFact } from '../domain/recording/facts.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { populationOf } from '../domain/residency/holding.ts';
import type { Residency } from '../domain/residency/residency.ts';
import { rowPresences } from '../domain/residency/rows.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { holdsAt } from '../domain/time/timeline.ts';
import type { ReachIndex } from '../projections/reach/reach-index.ts';
import { correctionsTouching } from './corrections-touching.ts';
import { advance, newReachIndex, reachIndexOf } from './reach.ts';
import { ResidencyFacts } from './residency-facts.ts';
import type { View } from './view.ts';

/** An event of the trail, with the reasons. */
export interface TrailEntry {
  readonly recorded: RecordedEvent;
  readonly why: ReadonlyArray<string>;
}

/** A predicate: whether a recorded event names the subject, in its own data or in that of a correction. */
export const naming =
  (subject: string) =>
  ({ event }: RecordedEvent): boolean =>
    subjectsOf(event).has(subject);

/** Collects reasons by the position of the event. */
class Reasons {
  private readonly reasons = new Map<number, Set<string>>();

  /** Adds a reason why the event at the position is in the trail. */
  add(position: number, why: string): void {
    const reasons = this.reasons.get(position) ?? new Set();
    this.reasons.set(position, reasons.add(why));
  }

  /** Whether the event is in the trail. */
  has(position: number): boolean {
    return this.reasons.has(position);
  }

  /** All positions with their reasons, in log order. */
  inOrder(): ReadonlyArray<readonly [number, ReadonlyArray<string>]> {
    return [...this.reasons]
      .sort(([a], [b]) => a - b)
      .map(([position, reasons]) => [position, [...reasons]] as const);
  }
}

/** Why events affected where the subject's data was. */
const residencyReasons = (
  residency: Residency,
  facts: ReadonlyMap<number, Fact>,
  subject: string,
  add: (position: number, why: string) => void,
): void => {
  const told = new Set<number>();
  for (const { row, from, to, opened, closed } of rowPresences(residency, subject)) {
    for (const position of [...opened, ...closed]) told.add(position);
    const how = row.backup === null ? 'live at' : `in backup ${inText(row.backup)} at`;
    const what = `${inText(row.dataset)} ${how} ${inText(row.site)}`;
    for (const position of opened) add(position, `brought ${what} from ${formatInstant(from)}`);
    for (const position of closed) add(position, `ended ${what} at ${formatInstant(to)}`);
  }
  // When the data is in a holding through two populations, it stays there when one of them ends.
  for (const { holding, opened, closed } of residency.presencesOf(subject)) {
    const what = `${inText(holding.dataset)} at ${inText(holding.site)}`;
    const population = populationOf(holding);
    const whose = population === undefined ? "as the person's own" : `as part of ${inText(population)}`;
    for (const position of opened) if (!told.has(position)) add(position, `brought ${what}, ${whose}`);
    for (const position of closed) if (!told.has(position)) add(position, `ended ${what}, ${whose}`);
  }
  for (const pieces of [residency.memberships.get(subject) ?? []]) {
    for (const { value, from } of pieces) {
      add(value.event, `enrolled in ${inText(value.population)} from ${formatInstant(from)}`);
    }
  }
  // Events that left the subject's rows unchanged but affected the data, such as a repeated copy.
  for (const [position, subjects] of residency.takenAlong) {
    const fact = facts.get(position);
    if (fact !== undefined && subjects.includes(subject)) add(position, `took the data along (${fact.type})`);
  }
  for (const presence of residency.presences) {
    if (presence.subject !== subject) continue;
    const { kind, dataset, site } = presence.holding;
    for (const fact of facts.values()) {
      const isAccess = isFact(fact, 'AccessObserved');
      if (!isAccess && !isFact(fact, 'DataPlaced') && !isFact(fact, 'DataDeleted')) continue;
      const { scope } = fact.data;
      if (!isPopulation(scope) || scope.population !== populationOf(presence.holding)) continue;
      // Only an access also concerns backups and, without a site, all data of the dataset.
      if (!isAccess && kind !== 'live') continue;
      if (fact.data.dataset !== dataset || (fact.data.site ?? site) !== site) continue;
      if (!holdsAt([presence], fact.time)) continue;
      const what =
        presence.holding.kind === 'backup' ? `backup ${inText(presence.holding.backup)}` : 'the data';
      add(fact.position, `is about ${what} at ${inText(site)} (${fact.type})`);
    }
  }
};

/** The first moment as known at which an event named the subject as corrected; undefined if it never did. */
const firstMomentNaming = (view: View, recorded: RecordedEvent, subject: string): number | undefined => {
  const { position } = recorded;
  const corrections = view.correctionsOf(recorded);
  const states = [
    { moment: position, by: corrections.filter((each) => each.position < position) },
    // A correction leaves nothing of the data before it.
    ...corrections
      .filter((each) => each.position > position)
      .map((each) => ({ moment: each.position, by: [each] })),
  ];
  for (const { moment, by } of states) {
    // A retraction wins over everything later.
    if (withCorrections(recorded, by, view.known) === undefined) return undefined;
    const fact = factOf(recorded, by, view.known);
    if (fact !== undefined && subjectsIn(fact.data).has(subject)) return moment;
  }
  return undefined;
};

/** Why the subject's own events, and the corrections of events in the trail, belong to it. */
const ownReasons = (
  view: View,
  subject: string,
  names: (recorded: RecordedEvent) => boolean,
  reasons: Reasons,
): void => {
  for (const position of view.positions('subject', subject)) {
    const recorded = view.recorded(position);
    if (recorded === undefined || reasons.has(position)) continue;
    if (names(recorded)) {
      const fact = view.fact(position);
      const held = fact === undefined ? 'names the subject, but does not hold' : 'names the subject';
      reasons.add(position, `${held} (${recorded.event.type})`);
      continue;
    }
    // The index also leads here by corrections that are not known yet, or that do nothing.
    const fact = view.fact(position);
    if (fact !== undefined && subjectsIn(fact.data).has(subject)) {
      reasons.add(position, 'names the subject as corrected');
      continue;
    }
    const moment = firstMomentNaming(view, recorded, subject);
    if (moment !== undefined) reasons.add(position, `as known at position ${moment}: names the subject`);
  }
  for (const [position] of reasons.inOrder()) {
    const recorded = view.recorded(position);
    if (recorded === undefined || isCorrection(recorded.event)) continue;
    for (const correction of view.correctionsOf(recorded)) {
      const reason = correctionReason(correction, position);
      const isWithout = !mayCorrect(correction, recorded.event);
      reasons.add(correction.position, isWithout ? `${reason}, without the authority: does nothing` : reason);
    }
  }
};

/** Why events affected where the subject's data was and who could reach it, as a view knows them. */
const addReasons = (
  view: View,
  reach: ReachIndex,
  subject: string,
  add: (position: number, why: string) => void,
): Residency => {
  const facts = new ResidencyFacts(view).addSubject(subject);
  const residency = facts.fold();
  residencyReasons(residency, facts.facts, subject, add);
  for (const { position, why } of reachTrail(reach, subject, residency, (at) => view.fact(at)))
    add(position, why);
  return residency;
};

/** Moments before and after corrections for which a trail examines what was known. */
const lookedAtMomentsMax = 200;

/**
 * Events that affected the data as known before or after a correction but do not now: the corrections changed who
 * could reach the data, or where it was.
 *
 * @param now what affects it as known now.
 */
const correctedReasons = (view: View, subject: string, reasons: Reasons, now: Touching): void => {
  const corrections = correctionsTouching(view, subject).slice(-lookedAtMomentsMax / 2);
  const moments = new Set(corrections.flatMap((position) => [position - 1, position]));
  moments.delete(view.recordedUpTo);
  const touching = new Map([[view.recordedUpTo, now]]);
  let [before, reach]: [View | undefined, ReachIndex | undefined] = [undefined, undefined];
  for (const moment of [...moments].sort((a, b) => a - b)) {
    const then = view.as({ ...view.known, position: moment });
    if (before === undefined || reach === undefined) {
      reach = newReachIndex(then);
      reach.askedBy((steps) => view.work.goOn(steps));
    } else advance(reach, before, then);
    before = then;
    const touches: Touching = new Set();
    touching.set(moment, touches);
    addReasons(then, reach, subject, (position, why) => {
      touches.add(`${position} ${why}`);
      // One such reason is enough.
      if (!reasons.has(position)) reasons.add(position, `as known at position ${moment}: ${why}`);
    });
  }
  // Includes corrections of events that never affected the data but prevented others from doing so.
  for (const correction of corrections) {
    const [was, is] = [touching.get(correction - 1), touching.get(correction)];
    if (
      was !== undefined &&
      is !== undefined &&
      (was.size !== is.size || [...was].some((each) => !is.has(each)))
    )
      addCorrection(view, reasons, correction);
  }
};

/** What affected the data as known at one position, with reasons. */
type Touching = Set<string>;

const addCorrection = (view: View, reasons: Reasons, position: number): void => {
  const recorded = view.recorded(position);
  if (recorded === undefined || !isCorrection(recorded.event)) return;
  const target = view.find(recorded.event.data.event);
  if (target !== undefined) reasons.add(position, correctionReason(recorded, target));
};

const correctionReason = ({ event: { type } }: RecordedEvent, target: number): string =>
  `${type === 'EventRetracted' ? 'retracts' : 'corrects'} the event at position ${target}`;

/**
 * Every known event that affected the subject's data or its reach, in known order. It includes events that did so
 * only as known then, and the corrections that changed that.
 *
 * @param names whether a recorded event names the subject.
 */
export const trailOf = (
  view: View,
  subject: string,
  names: (recorded: RecordedEvent) => boolean,
): ReadonlyArray<TrailEntry> => {
  const reasons = new Reasons();
  const now: Touching = new Set();
  addReasons(view, reachIndexOf(view), subject, (position, why) => {
    now.add(`${position} ${why}`);
    reasons.add(position, why);
  });
  correctedReasons(view, subject, reasons, now);
  ownReasons(view, subject, names, reasons);
  return reasons.inOrder().flatMap(([position, why]) => {
    const recorded = view.recorded(position);
    return recorded === undefined ? [] : [{ recorded, why }];
  });
};
