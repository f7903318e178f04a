/** Compares the facts of two sources. */
import type { Fact } from '../imported/foreign-event.ts';
import { isSame } from './fact.ts';
import type { FactsByKey } from './facts-at.ts';

/** A fact on which two sources disagree; undefined if a source does not have it. */
export interface Disagreement {
  readonly first: Fact | undefined;
  readonly second: Fact | undefined;
}

/** The disagreements of two sources, by key. */
export const disagreements = (first: FactsByKey, second: FactsByKey): ReadonlyArray<Disagreement> => {
  const keys = [...new Set([...first.keys(), ...second.keys()])].sort();
  return keys.flatMap((key) => {
    const [a, b] = [first.get(key)?.fact, second.get(key)?.fact];
    return a !== undefined && b !== undefined && isSame(a, b) ? [] : [{ first: a, second: b }];
  });
};
