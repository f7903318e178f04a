/**
 * Rotating the keys that sign the log (V4): the file of keys has new ones first, then the log says so, and from then on old
 * and new sign side by side, until the old ones are retired. A rotation that stops half-way is finished after the next start.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import type { Event } from '../../domain/events/event.ts';
import type { Attribution } from '../../domain/recording/attribution.ts';
import { ledgerSource, rotatedId } from '../../domain/recording/authority.ts';
import type { VerifierKey } from '../../integrity/keys.ts';
import {
  retireEarlierKeys,
  rotateSigningKeys,
  type SigningKeys,
  signingKeys,
} from '../../integrity/signing-keys.ts';
import type { Ledger } from '../ledger.ts';
import { storable } from './prepared-batch.ts';
import { appendProblem, orPassingProblem, refusedByTree } from './refusals.ts';

/** When to ask again for what takes a new checkpoint. */
const retryAfterMs = 1_000;
/** When to ask again whether an operator has mended the file of keys. */
const fileRetryMs = 60_000;

const unavailable = (detail: string, retryMs = retryAfterMs): Problem => ({
  kind: 'unavailable',
  detail,
  retryAfterMs: retryMs,
});
const ofFile = (fault: string): Problem => unavailable(fault, fileRetryMs);

/** Who finishes a rotation that stopped half-way: the ledger itself. */
const byLedger: Attribution = { recordedBy: null, authority: 'admin' };

/** The new keys that the log does not name yet. */
const unnamed = (ledger: Ledger, { rotatedTo }: SigningKeys): ReadonlyArray<VerifierKey> =>
  rotatedTo.filter(({ vkey }) => ledger.parts.log.find(ledgerSource, rotatedId(vkey)) === undefined);

/** Lets those keys sign, both the log and its sealed index, that the file names. */
const letThemSign = ({ parts: { merkle, sealed } }: Ledger): void => {
  merkle.keysChanged();
  sealed?.keysChanged();
};

/** Says in the log which keys are new, unless it says so already; then they sign. */
const sayRotated = (ledger: Ledger, keys: SigningKeys, by: Attribution): TE.TaskEither<Problem, void> => {
  const { store, now } = ledger.parts;
  const events = unnamed(ledger, keys).map(
    ({ vkey }): Event => ({
      id: rotatedId(vkey),
      source: ledgerSource,
      type: 'SigningKeyRotated',
      time: now(),
      assurance: 'verified',
      data: { key: vkey },
    }),
  );
  return pipe(
    events.length === 0
      ? TE.right(undefined)
      : pipe(
          () => store.append(events.map((event) => storable(event, by))),
          TE.map(() => undefined),
          // On a conflict, another request has said so in the meantime.
          TE.orElse((error) =>
            error.kind === 'conflict' ? TE.right(undefined) : TE.left(appendProblem(error)),
          ),
        ),
    TE.tapIO(() => () => {
      ledger.grown();
      letThemSign(ledger);
    }),
  );
};

/** The keys of this process, if it signs and nothing has stopped that. */
const ownKeys = ({ parts: { merkle, sealed } }: Ledger): E.Either<Problem, SigningKeys> => {
  const stopped = refusedByTree(merkle.state.stop);
  if (stopped !== undefined) return E.left(stopped);
  if (sealed === undefined)
    return E.left(
      unavailable('this process does not sign the log: ask the one that keeps the vault', fileRetryMs),
    );
  if (!merkle.agreed)
    return E.left(unavailable('the log is still being compared with its tree; ask again later'));
  return pipe(
    signingKeys(merkle.files.keyFile, merkle.origin, () => 0),
    E.mapLeft(ofFile),
  );
};

/**
 * Rotates the keys: makes new ones, says so in the log, and lets them sign beside those of before.
 *
 * @returns `busy` while the keys of an earlier rotation still sign side by side.
 */
export const rotateKeys = (ledger: Ledger, by: Attribution): Promise<E.Either<Problem, void>> =>
  pipe(
    TE.fromEither(ownKeys(ledger)),
    TE.flatMapEither((keys): E.Either<Problem, SigningKeys> => {
      const { merkle } = ledger.parts;
      if (keys.earlier.length === 0)
        return pipe(rotateSigningKeys(merkle.files.keyFile, merkle.origin), E.mapLeft(ofFile));
      const detail =
        'the keys of the last rotation sign beside those of before; retire these first with DELETE /v1/log/keys/earlier';
      return unnamed(ledger, keys).length > 0 ? E.right(keys) : E.left({ kind: 'busy', detail });
    }),
    TE.flatMap((keys) => orPassingProblem(sayRotated(ledger, keys, by))),
    TE.flatMapEither((said) => said),
  )();

/**
 * Retires the keys of before a rotation: they sign no more, and what they signed stays verifiable.
 *
 * @returns `unavailable` until a checkpoint is served that the new keys have signed as well.
 */
export const retireKeys = (ledger: Ledger): E.Either<Problem, void> =>
  pipe(
    ownKeys(ledger),
    E.filterOrElse(
      ({ earlier }) => earlier.length > 0,
      (): Problem => ({
        kind: 'unknown',
        what: 'key',
        detail: 'no keys of before sign beside the current ones',
      }),
    ),
    E.filterOrElse(
      (keys) => unnamed(ledger, keys).length === 0 && ledger.parts.merkle.isServedBy(keys.rotatedTo),
      () => unavailable('no checkpoint that the new keys signed is served yet; ask again in a second'),
    ),
    E.flatMap(() => {
      const { merkle } = ledger.parts;
      return pipe(retireEarlierKeys(merkle.files.keyFile, merkle.origin), E.mapLeft(ofFile));
    }),
    E.map(() => letThemSign(ledger)),
  );

/** Finishes a rotation that stopped between the file of keys and the log, once the log agrees with its tree. */
export const finishRotation = (ledger: Ledger): void => {
  const { merkle } = ledger.parts;
  const unwatch = merkle.watch(() => {
    if (!merkle.agreed) return;
    unwatch();
    const keys = ownKeys(ledger);
    if (E.isLeft(keys) || unnamed(ledger, keys.right).length === 0) return;
    // What fails here is told to whoever rotates again, and tried at the next start.
    sayRotated(ledger, keys.right, byLedger)().catch(() => {});
  });
};
