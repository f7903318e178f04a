/**
 * Rotates the keys that sign the log (V4). First the file of keys gets new ones, then the log records them. From
 * then on old and new keys both sign, until the old ones are retired.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import type { Attribution } from '../../domain/recording/attribution.ts';
import {
  retireEarlierKeys,
  rotateSigningKeys,
  type SigningKeys,
  signingKeys,
} from '../../integrity/signing-keys.ts';
import { indexKeysOf } from '../../sealed-index/index-origin.ts';
import type { Ledger } from '../ledger.ts';
import { letKeysSign, recordRotation, unnamedKeys } from '../record-rotation.ts';
import { appendProblem, orPassingProblem, refusedByTree } from './refusals.ts';

/** When to ask again for what needs a new checkpoint. */
const retryAfterMs = 1_000;
/** When to ask again whether an operator has repaired the file of keys. */
const fileRetryMs = 60_000;

const unavailable = (detail: string, retryMs = retryAfterMs): Problem => ({
  kind: 'unavailable',
  detail,
  retryAfterMs: retryMs,
});
const ofFile = (fault: string): Problem => unavailable(fault, fileRetryMs);

/** The keys of this process, if it signs and is not stopped. */
const ownKeys = ({ parts: { merkle, sealed } }: Ledger): E.Either<Problem, SigningKeys> => {
  const stopped = refusedByTree(merkle.state.stop);
  if (stopped !== undefined) return E.left(stopped);
  if (sealed === undefined)
    return E.left(
      unavailable('this process does not sign the log: use the one that keeps the vault', fileRetryMs),
    );
  if (!merkle.agreed)
    return E.left(unavailable('the log is still being compared with its tree; try again later'));
  return pipe(
    signingKeys(merkle.files.keyFile, merkle.origin, () => 0),
    E.mapLeft(ofFile),
  );
};

/**
 * Rotates the keys: makes new ones, records them in the log, and lets them sign beside the previous ones.
 *
 * @returns `busy` while the keys of an earlier rotation are not retired.
 */
export const rotateKeys = (ledger: Ledger, by: Attribution): Promise<E.Either<Problem, void>> =>
  pipe(
    TE.fromEither(ownKeys(ledger)),
    TE.flatMapEither((keys): E.Either<Problem, SigningKeys> => {
      const { merkle } = ledger.parts;
      if (keys.earlier.length === 0)
        return pipe(rotateSigningKeys(merkle.files.keyFile, merkle.origin), E.mapLeft(ofFile));
      const detail = 'a rotation is in progress; first retire its old keys with DELETE /v1/log/keys/earlier';
      return unnamedKeys(ledger, keys).length > 0 ? E.right(keys) : E.left({ kind: 'busy', detail });
    }),
    TE.flatMap((keys) => orPassingProblem(pipe(recordRotation(ledger, keys, by), TE.mapLeft(appendProblem)))),
    TE.flatMapEither((said) => said),
  )();

/** Whether the new keys have signed the served checkpoints of the log and, if there is one, of its sealed index. */
const isServedByNew = ({ parts: { merkle, sealed } }: Ledger, { rotatedTo }: SigningKeys): boolean =>
  merkle.isServedBy(rotatedTo) &&
  (sealed?.state.checkpoint === undefined || sealed.isServedBy(indexKeysOf(rotatedTo)));

/**
 * Retires the keys from before a rotation. They stop signing, and their signatures can still be verified.
 *
 * @returns `unavailable` until the new keys have also signed the served checkpoints.
 */
export const retireKeys = (ledger: Ledger): E.Either<Problem, void> =>
  pipe(
    ownKeys(ledger),
    E.filterOrElse(
      ({ earlier }) => earlier.length > 0,
      (): Problem => ({
        kind: 'unknown',
        what: 'key',
        detail: 'there are no old keys to retire',
      }),
    ),
    E.filterOrElse(
      (keys) => unnamedKeys(ledger, keys).length === 0 && isServedByNew(ledger, keys),
      () =>
        unavailable(
          'the ledger does not serve a checkpoint signed by the new keys yet; try again in a second',
        ),
    ),
    E.flatMap(() => {
      const { merkle } = ledger.parts;
      return pipe(retireEarlierKeys(merkle.files.keyFile, merkle.origin), E.mapLeft(ofFile));
    }),
    E.map(() => letKeysSign(ledger)),
  );
