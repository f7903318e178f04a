/**
 * What a source says at an instant: its events, folded by time and then by their order (R3), corrections applied (R4).
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeData, type Event } from '../../domain/events/event.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { effectsOf, type Held } from './fact.ts';

/** What a source says to hold: each fact under its key. */
export type Said = ReadonlyMap<string, Held>;

const eventKey = ({ source, id }: { readonly source: string; readonly id: string }): string =>
  JSON.stringify([source, id]);

/**
 * The events as they are known to be: without those that are retracted, and as they were corrected.
 *
 * @param events in the order of the log, corrections by whomever included.
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
    // Data that does not fit the type does nothing.
    const replaced = data !== undefined && E.isRight(data) ? data.right : event.data;
    return [{ ...event, time: correction.time ?? event.time, data: replaced } as Event];
  });
};

/**
 * What the events say to hold at an instant.
 *
 * @param events in the order of the log.
 */
export const saidAt = (events: ReadonlyArray<Event>, at: Instant): Said => {
  const said = new Map<string, Held>();
  const inTime = events.filter(({ time }) => time <= at).sort((a, b) => a.time - b.time);
  for (const event of inTime)
    for (const effect of effectsOf(event)) {
      if (effect.kind === 'begins') said.set(effect.held.key, effect.held);
      else said.delete(effect.key);
    }
  return said;
};
