/** The log's record of its own signing keys (V4): the ledger appends an event for each new one. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Event } from '../domain/events/event.ts';
import { encodeStored } from '../domain/events/stored.ts';
import type { Attribution } from '../domain/recording/attribution.ts';
import { ledgerSource, rotatedId } from '../domain/recording/authority.ts';
import type { VerifierKey } from '../integrity/keys.ts';
import { type SigningKeys, signingKeys } from '../integrity/signing-keys.ts';
import type { AppendError } from '../store/event-store.ts';
import type { Ledger } from './ledger.ts';

/** The ledger itself, which finishes an interrupted rotation. */
const byLedger: Attribution = { recordedBy: null, authority: 'admin' };

/** The new keys that the log does not name yet. */
export const unnamedKeys = (ledger: Ledger, { rotatedTo }: SigningKeys): ReadonlyArray<VerifierKey> =>
  rotatedTo.filter(({ vkey }) => ledger.parts.log.find(ledgerSource, rotatedId(vkey)) === undefined);

/** Lets the keys that the file names sign both the log and its sealed index. */
export const letKeysSign = ({ parts: { merkle, sealed } }: Ledger): void => {
  merkle.keysChanged();
  sealed?.keysChanged();
};

/** Records new keys in the log unless they are recorded, and then lets them sign. */
export const recordRotation = (
  ledger: Ledger,
  keys: SigningKeys,
  by: Attribution,
): TE.TaskEither<Exclude<AppendError, { kind: 'conflict' }>, void> => {
  const { store, now } = ledger.parts;
  const events = unnamedKeys(ledger, keys).map(
    ({ vkey }): Event => ({
      id: rotatedId(vkey),
      source: ledgerSource,
      type: 'SigningKeyRotated',
      time: now(),
      assurance: 'verified',
      data: { key: vkey },
    }),
  );
  const toAppend = events.map((event) => ({
    ...{ source: event.source, id: event.id, bytes: encodeStored(event) },
    ...{ recordedBy: by.recordedBy, authority: by.authority },
  }));
  return pipe(
    toAppend.length === 0
      ? TE.right(undefined)
      : pipe(
          () => store.append(toAppend),
          TE.map(() => undefined),
          // A conflict means that a concurrent request has recorded it.
          TE.orElse((error) => (error.kind === 'conflict' ? TE.right(undefined) : TE.left(error))),
        ),
    TE.tapIO(() => () => {
      ledger.grown();
      letKeysSign(ledger);
    }),
  );
};

/**
 * Finishes a rotation that stopped between the file of keys and the log. It waits until the log is known to agree
 * with its tree, since nothing may be appended to a log that differs from its checkpoints.
 */
export const finishRotation = (ledger: Ledger): void => {
  const { merkle } = ledger.parts;
  const unwatch = merkle.watch(() => {
    if (!merkle.agreed) return;
    unwatch();
    const keys = signingKeys(merkle.files.keyFile, merkle.origin, () => 0);
    if (E.isLeft(keys) || unnamedKeys(ledger, keys.right).length === 0) return;
    // The next rotation reports a failure, and the next start tries again.
    recordRotation(ledger, keys.right, byLedger)().catch(() => {});
  });
};
