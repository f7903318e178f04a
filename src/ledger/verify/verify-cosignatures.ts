/** The check of the stored cosignatures (V7, V13): each is by a witness of the policy, over its checkpoint. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { VerifierKey } from '../../integrity/keys.ts';
import { parseNote, parseSignatures, type SignedNote, verifyNote } from '../../integrity/signed-note.ts';
import type { TlogPolicy } from '../../integrity/tlog-policy.ts';
import type { Cosignature, TreeReader } from '../../integrity/tree-file.ts';
import { type Check, count, failed, ok, warning } from '../examine/check.ts';
import { keyWord } from '../witnessing/witness-client.ts';

/** Checkpoints to read at a time. */
const checkpointsAtOnce = 1_000;
const msPerSecond = 1_000;

/** Why a cosignature is invalid; undefined if it is valid. */
const faultOf = ({ text }: SignedNote, { line, at }: Cosignature, key: VerifierKey): string | undefined =>
  pipe(
    parseSignatures(line),
    E.flatMap((signatures) =>
      pipe(
        verifyNote({ text, signatures }, [key]),
        E.map(() => signatures[0]!),
      ),
    ),
    E.matchW(
      (fault) => fault,
      ({ signature }) =>
        (key.timeOf(signature) ?? 0) * msPerSecond === at
          ? undefined
          : 'its time is not the one that is kept',
    ),
  );

/** A log whose cosignatures are checked: the name of the check, its leaves, and the file of its tree. */
export interface CosignedLog {
  readonly name: string;
  readonly leaves: 'events' | 'stretches';
  readonly file: string;
}

/** Checks each cosignature of a checkpoint whose note is stored; undefined if there is none. */
export const checkCosignatures = (
  { name, leaves, file }: CosignedLog,
  tree: TreeReader,
  policy: TlogPolicy | undefined,
): Check | undefined => {
  const keys = new Map(policy?.witnesses.map(({ key }) => [keyWord(key), key]));
  let [held, unknown] = [0, 0];
  for (let below = Number.MAX_SAFE_INTEGER; ; ) {
    const page = tree.cosigned(below, checkpointsAtOnce);
    for (const { size, note } of page) {
      const read = parseNote(note ?? '');
      for (const cosignature of tree.cosignatures(size)) {
        const key = keys.get(cosignature.key);
        if (key === undefined) unknown++;
        else {
          const fault = E.isLeft(read) ? read.left : faultOf(read.right, cosignature, key);
          if (fault !== undefined)
            return failed(
              name,
              `the cosignature of ${key.name} on the checkpoint of ${count.format(size)} ${leaves} is not valid: ${fault}`,
              `Restore ${file} and the log together from a copy that passes domicile verify`,
            );
          held++;
        }
      }
    }
    if (page.length < checkpointsAtOnce) break;
    below = page.at(-1)!.size;
  }
  if (held + unknown === 0) return undefined;
  const found = `${count.format(held)} by witnesses of the policy are valid`;
  return unknown === 0
    ? ok(name, found)
    : warning(
        name,
        `${found}; ${count.format(unknown)} are by keys that the policy does not name, and were not verified`,
        'Name the file of witnesses in LEDGER_WITNESSES, including the keys of former witnesses',
      );
};
