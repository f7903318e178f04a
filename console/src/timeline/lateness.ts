/**
 * Late events, which were learned later than they happened.
 *
 * Since the ledger records, its own clock shows this. For earlier events, such as an imported history, the order of
 * the log does: an event that follows events of later days was learned after them.
 */
import type { WireEvent } from '../../../src/client/rows.ts';
import { dayMs } from '../clocks/instants.ts';
import { dataOf } from '../ledger/event-words.ts';

/** A late event. */
export interface Late {
  readonly event: WireEvent;
  /** When it happened, in milliseconds. */
  readonly happened: number;
  /** The earliest time at which it can have been learned, in milliseconds. */
  readonly learned: number;
}

/** The minimum delay of a late event. */
export const lateMs = dayMs;

/** The target of a correction or a retraction, and the new time in a correction. */
const correctionOf = (event: WireEvent) => {
  const corrected = dataOf(event, 'EventCorrected');
  const { event: target } = corrected ?? dataOf(event, 'EventRetracted') ?? {};
  return target === undefined
    ? undefined
    : { target: `${target.source} ${target.id}`, time: corrected?.time };
};

/**
 * The late events among some, by position.
 *
 * @param known the events in known order, as a trail has them.
 * @param ledgerBegan when the ledger recorded its first event.
 */
export const lateEvents = (
  known: ReadonlyArray<{ readonly event: WireEvent }>,
  ledgerBegan: number,
): ReadonlyMap<string, Late> => {
  const late = new Map<string, Late>();
  const byName = new Map(known.map(({ event }) => [`${event.source} ${event.id}`, event]));
  let latest = Number.NEGATIVE_INFINITY;
  for (const { event } of known) {
    const time = Date.parse(event.time);
    const recorded = Date.parse(event.recordedat);
    const correction = correctionOf(event);
    const target = correction === undefined ? undefined : byName.get(correction.target);
    const happened = Date.parse(correction?.time ?? target?.time ?? event.time);
    // Both a correction and its target have a time.
    const stated = correction === undefined ? latest : Math.max(latest, time);
    const learned = ledgerBegan <= happened ? Math.max(stated, recorded) : stated;
    if (learned - happened > lateMs) {
      late.set(event.position, { event, happened, learned });
      if (target !== undefined) late.set(target.position, { event: target, happened, learned });
    }
    latest = Math.max(latest, Math.min(time, recorded));
  }
  return late;
};
