/** The common parts of the checks of a bundle: the reader's trust, and the result of a check. */
import * as E from 'fp-ts/lib/Either.js';
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

/** A count with its noun. */
export const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;

/** The trusted keys of the log. */
export const keysOfLog = ({ keys, policy }: Trust, origin: string): ReadonlyArray<VerifierKey> =>
  [...keys, ...policy.logs.map(({ key }) => key)].filter((key) => key.name === origin);

/** A checkpoint that the reader's policy accepts, and by how many of its witnesses, in words; none cosigned an empty text. */
export interface CheckedCheckpoint {
  readonly checkpoint: Checkpoint;
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
): E.Either<Fault, CheckedCheckpoint> => {
  const note = parseNote(text);
  if (E.isLeft(note)) return fault(place, note.left);
  const judged = verifyByPolicy(note.right, policy, logs);
  if (E.isLeft(judged)) return fault(place, judged.left);
  const checkpoint = parseCheckpoint(note.right.text);
  if (E.isLeft(checkpoint)) return fault(place, checkpoint.left);
  const by = judged.right.witnesses.length;
  const cosigned = by === 0 ? '' : `, cosigned by ${counted(by, 'witness', 'witnesses')} of the policy`;
  return E.right({ checkpoint: checkpoint.right, cosigned });
};
