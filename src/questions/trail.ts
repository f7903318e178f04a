/**
 * The audit trail of a subject: every event that touched its data, in known order, each with why.
 */

import { isPopulation } from '../domain/events/scope.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { mayCorrect } from '../domain/recording/authority.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import { type Fact, isFact } from '../domain/recording/facts.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Residency } from '../domain/residency/residency.ts';
import { rowPresences } from '../domain/residency/rows.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { holdsAt } from '../domain/time/timeline.ts';
import { ResidencyFacts } from './residency-facts.ts';
import type { View } from './view.ts';

/** An event of the trail, and why it is in it. */
export interface TrailEntry {
  readonly recorded: RecordedEvent;
  readonly why: ReadonlyArray<string>;
}

/** Whether a recorded event names the subject, in its own data or in that of a correction. */
export const naming =
  (subject: string) =>
  ({ event }: RecordedEvent): boolean =>
    subjectsOf(event).has(subject);

/** Collects reasons by the position of the event. */
export class Reasons {
  private readonly reasons = new Map<number, Set<string>>();

  /** Adds a reason why the event at the position is in the trail. */
  add(position: number, why: string): void {
    const reasons = this.reasons.get(position) ?? new Set();
    this.reasons.set(position, reasons.add(why));
  }

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

/** Why events touched where the subject's data was. */
const residencyReasons = (
  residency: Residency,
  facts: ReadonlyMap<number, Fact>,
  subject: string,
  reasons: Reasons,
): void => {
  for (const { row, from, to, opened, closed } of rowPresences(residency, subject)) {
    const what = `${row.dataset} ${row.kind === 'backup' ? `in backup ${row.backup} at` : 'live at'} ${row.site}`;
    for (const position of opened) reasons.add(position, `brought ${what} from ${formatInstant(from)}`);
    for (const position of closed) reasons.add(position, `ended ${what} at ${formatInstant(to)}`);
  }
  for (const pieces of [residency.memberships.get(subject) ?? []]) {
    for (const { value, from } of pieces) {
      reasons.add(value.event, `enrolled in ${value.population} from ${formatInstant(from)}`);
    }
  }
  // What left the subject's rows as they were and still touched the data: a repeated copy, a move along with others.
  for (const [position, subjects] of residency.takenAlong) {
    const fact = facts.get(position);
    if (fact !== undefined && subjects.includes(subject))
      reasons.add(position, `took the data along (${fact.type})`);
  }
  for (const presence of residency.presences) {
    if (presence.subject !== subject) continue;
    for (const fact of facts.values()) {
      if (!isFact(fact, 'DataPlaced') && !isFact(fact, 'DataDeleted') && !isFact(fact, 'AccessObserved'))
        continue;
      const { scope, dataset } = fact.data;
      if (!isPopulation(scope) || presence.holding.kind !== 'live') continue;
      if (scope.population !== presence.holding.population || dataset !== presence.holding.dataset) continue;
      if (fact.data.site !== presence.holding.site || !holdsAt([presence], fact.time)) continue;
      reasons.add(fact.position, `is about the data at ${presence.holding.site} (${fact.type})`);
    }
  }
};

/** Why the subject's own events, and what corrected any of the trail, are in it. */
const ownReasons = (
  view: View,
  subject: string,
  names: (recorded: RecordedEvent) => boolean,
  reasons: Reasons,
): void => {
  for (const position of view.positions('subject', subject)) {
    const recorded = view.recorded(position);
    if (recorded === undefined || reasons.has(position)) continue;
    const fact = view.fact(position);
    if (names(recorded)) {
      const held = fact === undefined ? 'names the subject, but does not hold' : 'names the subject';
      reasons.add(position, `${held} (${recorded.event.type})`);
    } else if (fact !== undefined && fact.corrections.length > 0)
      reasons.add(position, 'names the subject as corrected');
  }
  for (const [position] of reasons.inOrder()) {
    const recorded = view.recorded(position);
    if (recorded === undefined || isCorrection(recorded.event)) continue;
    for (const correction of view.correctionsOf(recorded)) {
      const verb = correction.event.type === 'EventRetracted' ? 'retracts' : 'corrects';
      const reason = `${verb} the event at position ${position}`;
      const isWithout = !mayCorrect(correction, recorded.event);
      reasons.add(correction.position, isWithout ? `${reason}, without the authority: does nothing` : reason);
    }
  }
};

/**
 * Every known event that touched the subject's data, in known order.
 *
 * @param names whether a recorded event names the subject.
 * @param more adds further reasons, of events that touched who could reach the data.
 */
export const trailOf = (
  view: View,
  subject: string,
  names: (recorded: RecordedEvent) => boolean,
  more: (residency: Residency, reasons: Reasons) => void = () => {},
): ReadonlyArray<TrailEntry> => {
  const facts = new ResidencyFacts(view).addSubject(subject);
  const residency = facts.fold();
  const reasons = new Reasons();
  residencyReasons(residency, facts.facts, subject, reasons);
  more(residency, reasons);
  ownReasons(view, subject, names, reasons);
  return reasons.inOrder().flatMap(([position, why]) => {
    const recorded = view.recorded(position);
    return recorded === undefined ? [] : [{ recorded, why }];
  });
};
