/** The common parts of the checks of a bundle: the reader's trust, and the result of a check. */
import * as E from 'fp-ts/lib/Either.js';
import type { VerifierKey } from '../integrity/keys.ts';
import type { TlogPolicy } from '../integrity/tlog-policy.ts';
import type { Fault } from './fault.ts';

/** The keys and witnesses that the reader trusts. */
export interface Trust {
  /** Keys of ledgers. */
  readonly keys: ReadonlyArray<VerifierKey>;
  /** Ledgers and witnesses. */
  readonly policy: TlogPolicy;
}

/** The result of a check, or what is wrong and where. */
export type Checked<A> = E.Either<Fault, { readonly value: A; readonly found: string }>;

/** A failed check. */
export const fault = (place: string, message: string): E.Either<Fault, never> => E.left({ place, message });

/** A count with its noun. */
export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** The trusted keys of the log. */
export const keysOfLog = ({ keys, policy }: Trust, origin: string): ReadonlyArray<VerifierKey> =>
  [...keys, ...policy.logs.map(({ key }) => key)].filter((key) => key.name === origin);
