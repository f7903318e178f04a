/** What `domicile verify` says about stored cosignatures (V7, V13). */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, expect, it } from 'vitest';
import { formatCheckpoint } from '../../src/integrity/checkpoint.ts';
import type { SignatureType } from '../../src/integrity/keys.ts';
import { emptyRoot } from '../../src/integrity/merkle-tree.ts';
import { noteSigner } from '../../src/integrity/note-signer.ts';
import { formatNote, formatSignature, signNote } from '../../src/integrity/signed-note.ts';
import { parseTlogPolicy } from '../../src/integrity/tlog-policy.ts';
import { openTreeToWrite } from '../../src/integrity/tree-file.ts';
import { checkCosignatures } from '../../src/ledger/verify/verify-cosignatures.ts';
import { keyWord } from '../../src/ledger/witnessing/witness-client.ts';

const seconds = 1_700_000_000;
const signerOf = (name: string, type: SignatureType) =>
  noteSigner(name, type, generateKeyPairSync('ed25519').privateKey, () => seconds);
const log = signerOf('log.example/a', 'ed25519');
const [known, unknown] = [
  signerOf('w.example', 'ed25519-cosignature'),
  signerOf('v.example', 'ed25519-cosignature'),
];
const policy = parseTlogPolicy(
  `log ${log.verifier.vkey}\nwitness W ${known.verifier.vkey} https://w.example\nquorum W\n`,
);

const textOf = (origin: string): string =>
  formatCheckpoint({ origin, size: 0, root: emptyRoot, extensions: [] });
const lineBy = (signer: typeof log, text: string): string =>
  formatSignature(signNote(text, [signer]).signatures[0]!);

let directory = '';
afterEach(() => rmSync(directory, { recursive: true }));

const ofLog = { name: 'cosignatures', leaves: 'events', file: 'tree.sqlite' } as const;

/** The check of a tree whose single checkpoint has this cosignature. */
const checked = (signer: typeof log, line: string, at = seconds * 1_000) => {
  directory = mkdtempSync(join(tmpdir(), 'domicile-cosignatures-'));
  const tree = openTreeToWrite(join(directory, 'tree.sqlite'), 0);
  const note = formatNote(signNote(textOf('log.example/a'), [log]));
  tree.keep({ size: 0, root: emptyRoot, madeAt: 0, note });
  tree.keepCosignatures([{ size: 0, key: keyWord(signer.verifier), at, line }]);
  const check = checkCosignatures(ofLog, tree, E.isRight(policy) ? policy.right : undefined);
  tree.close();
  return check;
};

it('given one by a witness of the policy over the checkpoint, then it is valid', () => {
  expect(checked(known, lineBy(known, textOf('log.example/a')))).toMatchObject({ state: 'ok' });
});

it('given one over another checkpoint, then it is invalid', () => {
  expect(checked(known, lineBy(known, textOf('log.example/b')))).toMatchObject({ state: 'failed' });
});

it('given one stored with another time than its own, then it is invalid', () => {
  expect(checked(known, lineBy(known, textOf('log.example/a')), seconds * 1_000 + 1_000)).toMatchObject({
    state: 'failed',
    found: expect.stringContaining('its time is not the one that is kept'),
  });
});

it('given one by a key that the policy does not name, then it is reported as not verified', () => {
  expect(checked(unknown, lineBy(unknown, textOf('log.example/a')))).toMatchObject({ state: 'warning' });
});
