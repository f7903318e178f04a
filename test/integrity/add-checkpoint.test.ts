/** The answers of a witness: the cases of tlog-witness, with a witness that stores what it cosigned. */
import { generateKeyPairSync } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  formatAddCheckpoint,
  judgeSubmission,
  parseAddCheckpoint,
} from '../../src/integrity/add-checkpoint.ts';
import { formatCheckpoint } from '../../src/integrity/checkpoint.ts';
import { type Hash, leafHash, rootOfLeaves, type TreeHead } from '../../src/integrity/merkle-tree.ts';
import { noteSigner } from '../../src/integrity/note-signer.ts';
import { signNote } from '../../src/integrity/signed-note.ts';
import { consistencyProof } from '../../src/integrity/tree-over-tiles.ts';

const origin = 'log.example/a';
const log = noteSigner(origin, 'ed25519', generateKeyPairSync('ed25519').privateKey, () => 0);
const impostor = noteSigner(origin, 'ed25519', generateKeyPairSync('ed25519').privateKey, () => 0);
const leaves = Array.from({ length: 20 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const others = leaves.with(3, leafHash(Buffer.from('entry 3, forged')));
const headOf = (size: number, of: ReadonlyArray<Hash> = leaves): TreeHead => ({
  size,
  root: rootOfLeaves(of.slice(0, size)),
});
const proofOf = (from: number, to: number, of: ReadonlyArray<Hash> = leaves): ReadonlyArray<Hash> =>
  consistencyProof(() => Buffer.concat(of), from, to);

const submit = (
  {
    from,
    to,
    of = leaves,
    proof = proofOf(from, to, of),
    signer = log,
    text,
  }: {
    from: number;
    to: number;
    of?: ReadonlyArray<Hash>;
    proof?: ReadonlyArray<Hash>;
    signer?: typeof log;
    text?: string;
  },
  latest: TreeHead | undefined,
) => {
  const note = signNote(text ?? formatCheckpoint({ origin, ...headOf(to, of), extensions: [] }), [signer]);
  const request = parseAddCheckpoint(formatAddCheckpoint({ oldSize: from, proof, checkpoint: note }));
  if (E.isLeft(request)) return 'malformed';
  const judged = judgeSubmission(request.right, {
    verifiersOf: (asked) => (asked === origin ? [log.verifier] : undefined),
    latestOf: () => latest,
  });
  return E.isLeft(judged) ? judged.left.status : judged.right.checkpoint.size;
};

describe('a witness asked for a cosignature', () => {
  it.each([
    ['gives one for a log that it sees for the first time', { from: 0, to: 13 }, undefined, 13],
    ['gives one for a tree that has grown', { from: 5, to: 13 }, headOf(5), 13],
    ['gives one for the same tree again', { from: 13, to: 13 }, headOf(13), 13],
    ['tells its size to a log that is behind it', { from: 5, to: 13 }, headOf(7), 409],
    ['tells its size to a log that begins anew', { from: 0, to: 13 }, headOf(7), 409],
    ['refuses a shorter tree', { from: 7, to: 5, proof: [] }, headOf(7), 400],
    ['refuses another tree of the same size', { from: 13, to: 13, of: others }, headOf(13), 422],
    ['refuses a tree that forgot a leaf', { from: 5, to: 13, of: others }, headOf(5), 422],
    ['refuses a proof where none is needed', { from: 0, to: 13, proof: [leaves[0]!] }, undefined, 422],
    ['refuses a tree without a proof', { from: 5, to: 13, proof: [] }, headOf(5), 422],
    ['refuses a key that it does not know', { from: 0, to: 13, signer: impostor }, undefined, 403],
    [
      'refuses a log that it does not know',
      { from: 0, to: 1, text: 'log.example/b\n1\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n' },
      undefined,
      404,
    ],
    ['refuses what is no checkpoint', { from: 0, to: 1, text: 'nothing\n' }, undefined, 400],
    [
      'refuses an empty tree with a root',
      { from: 0, to: 0, text: `${origin}\n0\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n` },
      undefined,
      422,
    ],
  ] as const)('%s', (_, given, latest, answer) => {
    expect(submit(given, latest)).toBe(answer);
  });

  it.each(['', 'old 01\n\nx', 'old -1\n\nx', 'new 1\n\nx', 'old 1\nnot base 64\n\nx', 'old 1'])(
    'cannot read %j',
    (body) => {
      expect(E.isLeft(parseAddCheckpoint(body))).toBe(true);
    },
  );
});
