/**
 * What the checks of a bundle have in common: whom the reader trusts, and what a check comes to.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { VerifierKey } from '../integrity/keys.ts';
import type { TlogPolicy } from '../integrity/tlog-policy.ts';
import type { Fault } from './fault.ts';

/** Whom the reader trusts. */
export interface Trust {
  /** Keys of ledgers. */
  readonly keys: ReadonlyArray<VerifierKey>;
  /** Ledgers and witnesses. */
  readonly policy: TlogPolicy;
}

/** What a check found, or what is wrong and where. */
export type Checked<A> = E.Either<Fault, { readonly value: A; readonly found: string }>;

export const fault = (place: string, message: string): E.Either<Fault, never> => E.left({ place, message });

export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** The keys of the log that are trusted. */
export const keysOfLog = ({ keys, policy }: Trust, origin: string): ReadonlyArray<VerifierKey> =>
  [...keys, ...policy.logs.map(({ key }) => key)].filter((key) => key.name === origin);
