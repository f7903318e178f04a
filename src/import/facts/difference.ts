/** The events by which the ledger comes to agree with a source's latest snapshot. */

import * as E from 'fp-ts/lib/Either.js';
import { decodeEvent } from '../../domain/events/event.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';
import { digestOf, eventOf, type Fact, type ForeignEvent } from '../imported/foreign-event.ts';
import { effectsOf, type HeldFact, isSame } from './fact.ts';
import type { FactsByKey } from './facts-at.ts';

/** The difference that a snapshot makes. */
export interface Difference {
  readonly events: ReadonlyArray<ForeignEvent>;
  readonly begun: number;
  readonly changed: number;
  readonly ended: number;
  /** Facts that are missing in the snapshot but that no event ends: descriptions and enrolments. */
  readonly staying: ReadonlyArray<HeldFact>;
  /** The number of events in the snapshot without a lasting fact. */
  readonly ignored: number;
}

/** A fact in a snapshot, and the event that would import it. */
interface SnapshotFact {
  readonly held: HeldFact;
  readonly imported: ForeignEvent;
}

const factsOfSnapshot = (
  events: ReadonlyArray<ForeignEvent>,
): { readonly now: ReadonlyMap<string, SnapshotFact>; readonly ignored: number } => {
  const now = new Map<string, SnapshotFact>();
  let ignored = 0;
  for (const imported of events) {
    const event = decodeEvent(imported);
    const effects = E.isRight(event) ? effectsOf(event.right) : [];
    if (effects.length === 0) ignored++;
    for (const effect of effects)
      if (effect.kind === 'begins') now.set(effect.held.key, { held: effect.held, imported });
      else now.delete(effect.key);
  }
  return { now, ignored };
};

/**
 * The events that lead from `known` to the snapshot. Descriptions from tables keep their time; every other event
 * gets the time of the snapshot.
 *
 * @param events the importer's result for the snapshot.
 */
export const differenceOf = (
  known: FactsByKey,
  events: ReadonlyArray<ForeignEvent>,
  source: string,
  at: Instant,
): Difference => {
  const { now, ignored } = factsOfSnapshot(events);
  const time = formatInstant(at);
  const event = (fact: Fact, of: Pick<ForeignEvent, 'assurance'>): ForeignEvent =>
    eventOf(`sync/${digestOf(fact, time)}`, { source, time, assurance: of.assurance }, fact);
  const made: ForeignEvent[] = [];
  let begun = 0;
  let changed = 0;
  let ended = 0;
  const staying: HeldFact[] = [];
  const claimed = { assurance: 'claimed' as const };
  for (const [key, before] of known) {
    if (now.has(key)) continue;
    if (before.ending === undefined) staying.push(before);
    else {
      made.push(event(before.ending, claimed));
      ended++;
    }
  }
  for (const [key, { held, imported }] of now) {
    const before = known.get(key);
    if (before !== undefined && isSame(before.fact, held.fact)) continue;
    if (before === undefined) begun++;
    else changed++;
    // A control relation cannot begin twice: to change, it ends and begins again.
    if (before?.fact.type === 'ControlBegan' && before.ending !== undefined)
      made.push(event(before.ending, imported));
    const isStanding = imported.id.startsWith('registered/');
    made.push(isStanding && before === undefined ? imported : event(held.fact, imported));
  }
  return { events: made, begun, changed, ended, staying, ignored };
};
