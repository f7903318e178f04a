/**
 * What a key is bound to (R24): as which sources its holder may speak, of what, and how firmly.
 */
import type { EventType } from '../events/catalogue.ts';
import type { Event } from '../events/event.ts';
import type { Fault } from '../events/fault.ts';
import { type Assurance, meets } from '../events/words.ts';

/** What is absent is not bound. */
export interface Bounds {
  /** The sources of the events that may be recorded. */
  readonly sources?: ReadonlyArray<string>;
  /** Their types. */
  readonly types?: ReadonlyArray<EventType>;
  /** How well they may be attested, at the most. */
  readonly maxAssurance?: Assurance;
}

/**
 * The bounds that were asked for, with those that follow from them: a key that is bound to some sources or types does not
 * record `verified` events, unless the bounds say so.
 */
export const boundsGiven = (given: Bounds): Bounds =>
  given.maxAssurance === undefined && (given.sources !== undefined || given.types !== undefined)
    ? { ...given, maxAssurance: 'observed' }
    : given;

/** What of an event lies beyond the bounds. */
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
    const message = `found "${event.assurance}"; with this key, an event is attested as "${maxAssurance}" at the most`;
    faults.push({ pointer: '/assurance', message });
  }
  return faults;
};
