/**
 * What the log says of its own signing keys (V4): an event for each new one, appended by the ledger itself.
 */
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

/** Who finishes a rotation that stopped half-way: the ledger itself. */
const byLedger: Attribution = { recordedBy: null, authority: 'admin' };

/** The new keys that the log does not name yet. */
export const unnamedKeys = (ledger: Ledger, { rotatedTo }: SigningKeys): ReadonlyArray<VerifierKey> =>
  rotatedTo.filter(({ vkey }) => ledger.parts.log.find(ledgerSource, rotatedId(vkey)) === undefined);

/** Lets those keys sign, both the log and its sealed index, that the file names. */
export const letKeysSign = ({ parts: { merkle, sealed } }: Ledger): void => {
  merkle.keysChanged();
  sealed?.keysChanged();
};

/** Says in the log which keys are new, unless it says so already; then they sign. */
export const sayRotated = (
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
          // On a conflict, another request has said so in the meantime.
          TE.orElse((error) => (error.kind === 'conflict' ? TE.right(undefined) : TE.left(error))),
        ),
    TE.tapIO(() => () => {
      ledger.grown();
      letKeysSign(ledger);
    }),
  );
};

/**
 * Finishes a rotation that stopped between the file of keys and the log, once the log agrees with its tree: what differs
 * from what was signed gets no event on top of it.
 */
export const finishRotation = (ledger: Ledger): void => {
  const { merkle } = ledger.parts;
  const unwatch = merkle.watch(() => {
    if (!merkle.agreed) return;
    unwatch();
    const keys = signingKeys(merkle.files.keyFile, merkle.origin, () => 0);
    if (E.isLeft(keys) || unnamedKeys(ledger, keys.right).length === 0) return;
    // A failure here is reported to the next rotation, and retried at the next start.
    sayRotated(ledger, keys.right, byLedger)().catch(() => {});
  });
};
