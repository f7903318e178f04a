/**
 * Telling an event that is sent again from another one under the same `source` and `id`, after people in it were forgotten.
 */
import { type Event, encodeEvent } from '../../domain/events/event.ts';

/** Whether two events are the same but for people who were forgotten since the second was recorded. */
export const sameButForgotten = (
  given: Event,
  stored: Event,
  isForgotten: (pseudonym: string) => boolean,
): boolean => {
  const same = (a: unknown, b: unknown): boolean => {
    if (typeof b === 'string') return a === b || (typeof a === 'string' && isForgotten(b));
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
    const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
    return (
      Array.isArray(a) === Array.isArray(b) &&
      keysA.length === keysB.length &&
      keysB.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
    );
  };
  return same(encodeEvent(given), encodeEvent(stored));
};
