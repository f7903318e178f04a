import { generateKeyPairSync } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint } from '../../src/integrity/checkpoint.ts';
import type { SignatureType } from '../../src/integrity/keys.ts';
import { emptyRoot } from '../../src/integrity/merkle-tree.ts';
import { noteSigner } from '../../src/integrity/note-signer.ts';
import { signNote } from '../../src/integrity/signed-note.ts';
import { parseTlogPolicy, verifyByPolicy } from '../../src/integrity/tlog-policy.ts';

const signerOf = (name: string, type: SignatureType = 'ed25519-cosignature') =>
  noteSigner(name, type, generateKeyPairSync('ed25519').privateKey, () => 1_700_000_000);

const log = signerOf('log.example/a', 'ed25519');
const [x1, x2, x3, y1] = ['x1', 'x2', 'x3', 'y1'].map((name) => signerOf(`${name}.example`)) as [
  typeof log,
  typeof log,
  typeof log,
  typeof log,
];

const policyText = `# two of X, and Y
log ${log.verifier.vkey} https://log.example/

witness X1 ${x1.verifier.vkey}
witness X2 ${x2.verifier.vkey}\thttps://x2.example
witness X3 ${x3.verifier.vkey}
  group X 2 X1 X2 X3
witness Y ${y1.verifier.vkey}
group both all X Y
quorum both
`;
const policy = parseTlogPolicy(policyText);
const text = formatCheckpoint({ origin: 'log.example/a', size: 0, root: emptyRoot, extensions: [] });
const verdict = (...signers: ReadonlyArray<typeof log>) =>
  E.isRight(policy) ? verifyByPolicy(signNote(text, signers), policy.right) : policy;

describe('a policy of logs and witnesses', () => {
  it('accepts a checkpoint that enough witnesses of each group cosigned', () => {
    const judged = verdict(log, x1, x3, y1);
    expect(E.isRight(judged) && judged.right.witnesses.map(({ name }) => name)).toEqual(['X1', 'X3', 'Y']);
  });

  it.each([
    ['too few of a group', [log, x1, y1]],
    ['none of a group', [log, x1, x2, x3]],
    ['witnesses alone', [x1, x2, y1]],
    ['the log alone', [log]],
  ])('refuses one that is signed by %s', (_, signers) => {
    expect(E.isLeft(verdict(...signers))).toBe(true);
  });

  it.each([
    ['without a quorum', policyText.replace('quorum both\n', ''), 'the policy has no "quorum" line'],
    ['with two', `${policyText}quorum none\n`, 'line 11 of the policy: the policy already has a quorum'],
    [
      'that counts a witness twice',
      policyText.replace('all X Y', 'all X X1'),
      'line 9 of the policy: X1 is already in a group',
    ],
    [
      'that names what comes later',
      policyText.replace('2 X1 X2 X3', '2 X1 X2 Y'),
      'line 7 of the policy: Y is not a witness or group of an earlier line',
    ],
    [
      'that asks for more than there are',
      policyText.replace('2 X1', '4 X1'),
      'line 7 of the policy: expected all, any or a number from 1 to 3 in place of 4',
    ],
    [
      'with one key for two witnesses',
      policyText.replace(x2.verifier.vkey, x1.verifier.vkey),
      'line 5 of the policy: an earlier witness has the same key',
    ],
    [
      'with a log that signs as a witness',
      policyText.replace(log.verifier.vkey, y1.verifier.vkey),
      'line 2 of the policy: logs do not sign with keys of this type',
    ],
    [
      'with an unknown word',
      `${policyText}monitor M\n`,
      'line 11 of the policy: monitor is not one of log, witness, group and quorum',
    ],
  ])('is refused %s', (_, given, fault) => {
    const read = parseTlogPolicy(given);
    expect(E.isLeft(read) && read.left).toContain(fault);
  });
});
