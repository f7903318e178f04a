/**
 * The facts of a source at an instant: its events, folded by time and then by their order (R3), with corrections
 * applied (R4).
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeData, type Event } from '../../domain/events/event.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { effectsOf, type HeldFact } from './fact.ts';

/** The facts of a source, by key. */
export type FactsByKey = ReadonlyMap<string, HeldFact>;

const eventKey = ({ source, id }: { readonly source: string; readonly id: string }): string =>
  JSON.stringify([source, id]);

/**
 * The events as known now: corrected, and without retracted ones.
 *
 * @param events in log order, including corrections by anybody.
 */
export const corrected = (events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  const retracted = new Set<string>();
  const corrections = new Map<string, { time?: Instant; data?: Readonly<Record<string, unknown>> }>();
  for (const event of events) {
    if (event.type === 'EventRetracted') retracted.add(eventKey(event.data.event));
    if (event.type !== 'EventCorrected') continue;
    const { event: target, time, data } = event.data;
    corrections.set(eventKey(target), {
      ...corrections.get(eventKey(target)),
      ...(time === undefined ? {} : { time }),
      ...(data === undefined ? {} : { data }),
    });
  }
  return events.flatMap((event) => {
    if (retracted.has(eventKey(event))) return [];
    const correction = corrections.get(eventKey(event));
    if (correction === undefined) return [event];
    const data = correction.data === undefined ? undefined : decodeData(event.type, correction.data);
    // Data that does not fit the type has no effect.
    const replaced = data !== undefined && E.isRight(data) ? data.right : event.data;
    return [{ ...event, time: correction.time ?? event.time, data: replaced } as Event];
  });
};

/**
 * The facts at an instant.
 *
 * @param events in log order.
 */
export const factsAt = (events: ReadonlyArray<Event>, at: Instant): FactsByKey => {
  const facts = new Map<string, HeldFact>();
  const inTime = events.filter(({ time }) => time <= at).sort((a, b) => a.time - b.time);
  for (const event of inTime)
    for (const effect of effectsOf(event)) {
      if (effect.kind === 'begins') facts.set(effect.held.key, effect.held);
      else facts.delete(effect.key);
    }
  return facts;
};
