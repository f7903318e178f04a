/** Compares an event that is sent again with the recorded one, after people in it were forgotten. */
import { type Event, encodeContent, isWithoutOrder } from '../../domain/events/event.ts';

/** Replaces the identifier of a forgotten person in a string, to compare it with the stored one. */
export const forgottenHere = '(forgotten)';

const pseudonyms = /psn_[A-Za-z0-9_-]{22}/g;

/** Whether two events are equal except for people forgotten since the second was recorded. */
export const sameButForgotten = (
  given: Event,
  stored: Event,
  isForgotten: (pseudonym: string) => boolean,
): boolean => {
  const withoutForgotten = (text: string): string =>
    text.replace(pseudonyms, (pseudonym) => (isForgotten(pseudonym) ? forgottenHere : pseudonym));
  /** A text that only the second list has stands for a forgotten person, and may match any text. */
  const sameSet = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean => {
    const left = new Map<string, number>();
    for (const text of a) left.set(text, (left.get(text) ?? 0) + 1);
    return (
      a.length === b.length &&
      b.every((text) => {
        const times = left.get(text) ?? 0;
        left.set(text, times - 1);
        return times > 0 || isForgotten(text);
      })
    );
  };
  const same = (a: unknown, b: unknown): boolean => {
    if (typeof b === 'string')
      return a === b || (typeof a === 'string' && (isForgotten(b) || a === withoutForgotten(b)));
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
    const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
    return (
      Array.isArray(a) === Array.isArray(b) &&
      keysA.length === keysB.length &&
      keysB.every((key) => {
        const [inA, inB] = [(a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]];
        return isWithoutOrder(key, inA) && isWithoutOrder(key, inB) ? sameSet(inA, inB) : same(inA, inB);
      })
    );
  };
  return same(encodeContent(given), encodeContent(stored));
};
