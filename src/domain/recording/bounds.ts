/**
 * The bounds of a key (R24): which sources and types it may record, and with which assurance.
 */
import type { EventType } from '../events/catalogue.ts';
import type { Event } from '../events/event.ts';
import type { Fault } from '../events/fault.ts';
import { type Assurance, meets } from '../events/words.ts';

/** An absent member means no bound. */
export interface Bounds {
  /** The sources of the events that may be recorded. */
  readonly sources?: ReadonlyArray<string>;
  /** Their types. */
  readonly types?: ReadonlyArray<EventType>;
  /** How well they may be attested, at most. */
  readonly maxAssurance?: Assurance;
}

/**
 * The requested bounds, with those that follow from them: a key that is bound to some sources or types does not record
 * `verified` events, unless the bounds say so.
 */
export const boundsGiven = (given: Bounds): Bounds =>
  given.maxAssurance === undefined && (given.sources !== undefined || given.types !== undefined)
    ? { ...given, maxAssurance: 'observed' }
    : given;

/** The parts of an event that exceed the bounds. */
export const beyondBounds = (
  event: Event,
  { sources, types, maxAssurance }: Bounds,
): ReadonlyArray<Fault> => {
  const faults: Fault[] = [];
  if (sources !== undefined && !sources.includes(event.source)) {
    const bound = sources.map((source) => `"${source}"`).join(', ');
    faults.push({ pointer: '/source', message: `the key is bound to other sources: ${bound}` });
  }
  if (types !== undefined && !types.includes(event.type))
    faults.push({ pointer: '/type', message: `the key is bound to other types: ${types.join(', ')}` });
  if (maxAssurance !== undefined && !meets(maxAssurance, event.assurance)) {
    const message = `found "${event.assurance}"; this key may attest an event as "${maxAssurance}" at most`;
    faults.push({ pointer: '/assurance', message });
  }
  return faults;
};
