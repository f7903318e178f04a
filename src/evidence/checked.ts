/** The common parts of the checks of a bundle: the reader's trust, and the result of a check. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { type Checkpoint, parseCheckpoint } from '../integrity/checkpoint.ts';
import type { VerifierKey } from '../integrity/keys.ts';
import { parseNote } from '../integrity/signed-note.ts';
import { type TlogPolicy, verifyByPolicy } from '../integrity/tlog-policy.ts';
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

/** Adds the place to what is wrong. */
export const faultAt =
  (place: string) =>
  (message: string): Fault => ({ place, message });

/** A count with its noun. */
export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** The trusted keys of the log. */
export const keysOfLog = ({ keys, policy }: Trust, origin: string): ReadonlyArray<VerifierKey> =>
  [...keys, ...policy.logs.map(({ key }) => key)].filter((key) => key.name === origin);

/** A checkpoint that the reader's policy accepts. */
export interface CheckedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** In words, how many witnesses of the policy cosigned it; empty if none did. */
  readonly cosigned: string;
}

/**
 * Checks the note of a checkpoint: signed by a log that the reader trusts, and cosigned by the quorum of the policy.
 *
 * @param logs keys of logs that are trusted besides those of the policy.
 */
export const checkedNote = (
  text: string,
  place: string,
  { policy }: Trust,
  logs: ReadonlyArray<VerifierKey>,
): E.Either<Fault, CheckedCheckpoint> =>
  pipe(
    E.Do,
    E.bind('note', () => parseNote(text)),
    E.bind('judged', ({ note }) => verifyByPolicy(note, policy, logs)),
    E.bind('checkpoint', ({ note }) => parseCheckpoint(note.text)),
    E.mapLeft(faultAt(place)),
    E.map(({ judged, checkpoint }) => {
      const by = judged.witnesses.length;
      const cosigned = by === 0 ? '' : `, cosigned by ${counted(by, 'witness', 'witnesses')} of the policy`;
      return { checkpoint, cosigned };
    }),
  );
