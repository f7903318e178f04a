/** Signing the tree of a log with witnesses (V7): what they show comes before what is signed. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builderOf } from '../../src/integrity/follow-log.ts';
import { leafHash, rootOfLeaves } from '../../src/integrity/merkle-tree.ts';
import { noteSigner } from '../../src/integrity/note-signer.ts';
import { formatSignature, signNote } from '../../src/integrity/signed-note.ts';
import { readSigning, SignedTree } from '../../src/integrity/signed-tree.ts';
import { openTreeToWrite, type TreeWriter } from '../../src/integrity/tree-file.ts';
import type { SigningReport } from '../../src/integrity/tree-messages.ts';
import { right } from '../support/witnesses.ts';

const origin = 'log.example/a';
const witness = noteSigner(
  'w.example',
  'ed25519-cosignature',
  generateKeyPairSync('ed25519').privateKey,
  () => 1_700_000_000,
);
const leaves = Array.from({ length: 3 }, (_, at) => leafHash(Buffer.from(`entry ${at}`)));

let directory: string;
let tree: TreeWriter;
let signed: SignedTree;
let reports: SigningReport[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'domicile-signed-tree-'));
  tree = openTreeToWrite(join(directory, 'tree.sqlite'), 0);
  const witnesses = `witness w ${witness.verifier.vkey}\nquorum w\n`;
  const given = { keyFile: join(directory, 'signing-keys.json'), origin, witnesses };
  reports = [];
  signed = new SignedTree(given, right(readSigning(given)), tree, (report) => reports.push(report));
  expect(signed.begin()).toBeUndefined();
});
afterEach(() => {
  tree.close();
  rmSync(directory, { recursive: true });
});

const growTo = (size: number): void => {
  const builder = builderOf(tree);
  tree.grow(builder.append(leaves.slice(builder.size, size)), size);
};
const show = (size: number, root = rootOfLeaves(leaves.slice(0, size))): void => {
  signed.hear({ kind: 'witnessed', head: { size, root, note: 'the note', by: 'w' } });
  signed.hear({ kind: 'may-sign', may: true });
};
const cosignatureOf = (text: string): string => formatSignature(signNote(text, [witness]).signatures[0]!);
const sizesSigned = () => reports.flatMap((report) => (report.kind === 'signed' ? [report.size] : []));

describe('given a tree with one leaf and a witness', () => {
  beforeEach(() => growTo(1));

  it('when the witness was not asked yet, then nothing is signed', () => {
    expect(signed.takeIn(1)).toBeUndefined();
    expect(signed.dueInMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('when it shows a checkpoint that the tree still has to reach, then nothing is signed until the tree leads to it', () => {
    show(2);
    expect(signed.takeIn(3)).toBeUndefined();
    expect(signed.dueInMs()).toBe(Number.POSITIVE_INFINITY);
    growTo(3);
    expect(signed.takeIn(3)).toBeUndefined();
    expect(signed.dueInMs()).toBe(0);
    expect(signed.sign()).toBeUndefined();
    expect(sizesSigned()).toEqual([2, 3]);
  });

  it.each([
    ['of more leaves than the log has', 2, undefined, 1, { kind: 'witnessed', by: 'w', size: 2, has: 1 }],
    ['of another root', 1, leaves[1], 3, { kind: 'witnessed', by: 'w', size: 1, has: 3 }],
  ])('when it shows a checkpoint %s, then signing stops', (_, size, root, sizeMax, stop) => {
    show(size, root);
    expect(signed.takeIn(sizeMax)).toEqual(stop);
    expect(sizesSigned()).toEqual([]);
  });

  it('when it cosigns what was signed, then that is served', () => {
    show(1);
    signed.takeIn(1);
    expect(reports.map(({ kind }) => kind)).toEqual(['following', 'signed']);
    signed.takeIn(1);
    // The note that the witness showed lacks the keys that sign now.
    expect(signed.sign()).toBeUndefined();
    const { note } = tree.latest()!;
    const text = note!.slice(0, note!.indexOf('\n\n') + 1);
    const line = cosignatureOf(text);
    signed.hear({
      kind: 'cosigned',
      cosignatures: [{ size: 1, key: 'w', at: 1_700_000_000_000, line }],
    });
    expect(signed.hasNews).toBe(true);
    expect(signed.takeIn(1)).toBeUndefined();
    expect(reports.at(-1)).toMatchObject({
      kind: 'served',
      checkpoint: { size: 1, note: note + line, witnessedAt: 1_700_000_000_000 },
    });
  });
});
