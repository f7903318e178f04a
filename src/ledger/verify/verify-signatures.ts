/** The checks of what was signed and cosigned, of the log and of its sealed index (V3, V7, V13). */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { VerifierKey } from '../../integrity/keys.ts';
import { signingKeys } from '../../integrity/signing-keys.ts';
import type { TlogPolicy } from '../../integrity/tlog-policy.ts';
import type { TreeReader } from '../../integrity/tree-file.ts';
import { type Check, failed, ok, problemCheck } from '../examine/check.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { readWitnesses } from '../witnessing/witnesses-file.ts';
import { runAtOnce } from './run-check.ts';
import { type CosignedLog, checkCosignatures } from './verify-cosignatures.ts';
import { checkCheckpoints } from './verify-tree.ts';

/** The settings that say who signs and who cosigns. */
export type SigningSettings = Pick<Settings, 'dataDirectory' | 'origin' | 'signingKeyFile' | 'witnessesFile'>;

/** The ledger's own keys, or why they cannot be read. */
export const ownKeys = ({
  dataDirectory,
  origin,
  signingKeyFile,
}: SigningSettings): E.Either<string, ReadonlyArray<VerifierKey>> => {
  const keyFile = signingKeyFile ?? filesIn(dataDirectory).signingKeys;
  const keys = existsSync(keyFile)
    ? signingKeys(keyFile, origin, () => 0)
    : E.left(`${keyFile}: the signing keys are missing. Restore them from a copy`);
  return E.isLeft(keys) ? keys : E.right([...keys.right.verifiers, ...keys.right.retired]);
};

/** The witness policy for verifying cosignatures, or what is wrong with its file. */
export const witnessPolicy = ({
  witnessesFile: file,
}: SigningSettings): E.Either<Check, TlogPolicy | undefined> => {
  try {
    return E.right(file === undefined ? undefined : readWitnesses(file).policy);
  } catch (error) {
    return E.left(problemCheck('cosignatures', file ?? '', error));
  }
};

/** The check of every checkpoint of a log that was signed. */
export const checkpointsCheck = (
  name: string,
  tree: TreeReader,
  file: string,
  origin: string,
  keys: E.Either<string, ReadonlyArray<VerifierKey>>,
): Check =>
  E.isLeft(keys)
    ? failed(name, keys.left, 'The signatures cannot be verified without the keys')
    : runAtOnce(name, file, () => checkCheckpoints(tree, origin, keys.right, name));

/** The check of the cosignatures of a log; none if it has none, or the policy cannot be read. */
export const cosignatureChecks = (
  name: string,
  tree: TreeReader,
  file: string,
  leaves: CosignedLog['leaves'],
  policy: E.Either<Check, TlogPolicy | undefined>,
): ReadonlyArray<Check> => {
  if (E.isLeft(policy)) return [];
  let cosigned: Check | undefined;
  const found = runAtOnce(name, file, () => {
    cosigned = checkCosignatures({ name, leaves, file: basename(file) }, tree, policy.right);
    return cosigned ?? ok(name, 'none');
  });
  return cosigned !== undefined || found.state === 'failed' ? [found] : [];
};
