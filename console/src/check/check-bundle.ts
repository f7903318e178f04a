/** Checks a bundle in the browser with the code of `domicile verify`. It sends nothing anywhere. */
import * as E from 'fp-ts/lib/Either.js';
import { loadCedar } from '../../../src/domain/policy/cedar/cedar-engine-in-browser.ts';
import { type BundleReport, verifyBundle } from '../../../src/evidence/verify-bundle.ts';
import { parseVerifierKey, type VerifierKey } from '../../../src/integrity/keys.ts';
import { parseTlogPolicy } from '../../../src/integrity/tlog-policy.ts';

const noPolicy = { logs: [], witnesses: [], quorum: undefined } as const;

/** The reader's trust as text: verifier keys, one per line, or a trust policy (C2SP tlog-policy). */
const trustIn = (text: string) => {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.some((line) => /^(log|witness|group|quorum)\s/.test(line))) {
    const policy = parseTlogPolicy(text);
    return E.isLeft(policy) ? policy : E.right({ keys: [], policy: policy.right });
  }
  const keys: VerifierKey[] = [];
  for (const [at, line] of lines.entries()) {
    const key = parseVerifierKey(line);
    if (E.isLeft(key)) return E.left(`line ${at + 1}: ${key.left}`);
    keys.push(key.right);
  }
  return keys.length === 0
    ? E.left('expected the verifier keys that you trust, one per line')
    : E.right({ keys, policy: noPolicy });
};

/** Checks the text of a bundle, or says what is wrong with the reader's trust. */
export const checkBundle = async (text: string, trusted: string): Promise<E.Either<string, BundleReport>> => {
  const trust = trustIn(trusted);
  if (E.isLeft(trust)) return trust;
  await loadCedar();
  return E.right(verifyBundle(text, trust.right));
};
