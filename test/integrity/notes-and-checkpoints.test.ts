/**
 * Notes, checkpoints and proofs compared with those of others: tessera's log, golang.org/x/mod's notes, C2SP's
 * examples.
 */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../src/integrity/checkpoint.ts';
import { parseVerifierKey, type SignatureType } from '../../src/integrity/keys.ts';
import { leafHash, rootOfLeaves } from '../../src/integrity/merkle-tree.ts';
import { noteSigner } from '../../src/integrity/note-signer.ts';
import {
  formatNote,
  noteSignaturesMax,
  parseNote,
  signNote,
  verifyNote,
} from '../../src/integrity/signed-note.ts';
import { decodeEntries, encodeEntries, parseTilePath, tilePath } from '../../src/integrity/tiles.ts';
import { formatTlogProof, parseTlogProof, verifyTlogProof } from '../../src/integrity/tlog-proof.ts';
import { inclusionProof, rootOf } from '../../src/integrity/tree-over-tiles.ts';

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(String(either.left));
  return either.right;
};

const foreign = JSON.parse(readFileSync(new URL('./vectors/tessera-log.json', import.meta.url), 'utf8')) as {
  readonly vkey: string;
  readonly checkpoints: ReadonlyArray<string>;
  readonly tiles: Readonly<Record<string, string>>;
};
const foreignTile = (path: string): Uint8Array => new Uint8Array(Buffer.from(foreign.tiles[path]!, 'base64'));

describe('the log made by tessera', () => {
  const key = right(parseVerifierKey(foreign.vkey));

  it.each(foreign.checkpoints.map((note, size) => [size, note] as const))(
    'has a checkpoint of size %i that verifies, with the root over its tiles',
    (size, text) => {
      const note = right(parseNote(text));
      expect(right(verifyNote(note, [key])).by).toEqual([key]);
      const checkpoint = right(parseCheckpoint(note.text));
      expect(checkpoint).toMatchObject({ origin: 'example.com/log/testdata', size });
      const root = rootOf(
        (level, _, width) => foreignTile(tilePath({ level, index: 0, width: Math.max(width, size) })),
        size,
      );
      expect(Buffer.from(root)).toEqual(Buffer.from(checkpoint.root));
      expect(formatNote(note)).toBe(text);
      expect(formatCheckpoint(checkpoint)).toBe(note.text);
    },
  );

  it('has entries that hash to its tiles, and is written again as the same bytes', () => {
    const bundle = foreignTile('entries/000.p/15');
    const entries = right(decodeEntries(bundle));
    expect(entries.map((entry) => Buffer.from(entry).toString())[4]).toBe('five');
    expect(Buffer.concat(entries.map(leafHash))).toEqual(Buffer.from(foreignTile('0/000.p/15')));
    expect(Buffer.from(encodeEntries(entries))).toEqual(Buffer.from(bundle));
  });

  it('proves an entry, in a proof that is read back', () => {
    const checkpoint = right(parseNote(foreign.checkpoints[13]!));
    const proof = inclusionProof((level) => foreignTile(tilePath({ level, index: 0, width: 13 })), 6, 13);
    const written = formatTlogProof({ extra: Buffer.from('seven'), index: 6, proof, checkpoint });
    const read = right(parseTlogProof(written));
    expect(right(verifyTlogProof(read, read.extra!, [key])).size).toBe(13);
    expect(verifyTlogProof(read, Buffer.from('eight'), [key])).toEqual(
      E.left('the inclusion proof of entry 6 does not lead to the root of the checkpoint'),
    );
    expect(formatTlogProof(read)).toBe(written);
  });
});

// golang.org/x/mod, commit fe2ec04, sumdb/note/note_test.go (BSD-3-Clause): keys and signatures, as data.
const peter = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const enoch = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const text =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const byPeter =
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const byEnoch =
  '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';

describe('a note', () => {
  const peterKey = right(parseVerifierKey(peter));
  const enochKey = right(parseVerifierKey(enoch));
  const names = (note: string, keys = [peterKey, enochKey]) =>
    E.map(({ by }: { by: ReadonlyArray<{ name: string }> }) => by.map(({ name }) => name))(
      E.chain((read: Parameters<typeof verifyNote>[0]) => verifyNote(read, keys))(parseNote(note)),
    );

  it('is verified by the reader’s known keys, each counted once', () => {
    expect(names(`${text}\n${byPeter}${byEnoch}`)).toEqual(E.right(['PeterNeumann', 'EnochRoot']));
    expect(names(`${text}\n${byPeter}${byEnoch}`, [peterKey])).toEqual(E.right(['PeterNeumann']));
    expect(names(`${text}\n${byPeter}${byPeter}`)).toEqual(E.right(['PeterNeumann']));
  });

  it('is refused if no known key signed it, or the signature of a known one is invalid', () => {
    expect(names(`${text}\n${byEnoch}`, [peterKey])).toEqual(E.left('no trusted key signed it'));
    const forged = byEnoch.replace('zmZa0S', 'zmZa0T');
    expect(names(`${text}\n${byPeter}${forged}`)).toEqual(E.left('the signature by EnochRoot is not valid'));
    expect(names(`${text}\n${byPeter}${forged}`, [peterKey])).toEqual(E.right(['PeterNeumann']));
    expect(names(`${text.replace('answer', 'Answer')}\n${byPeter}`)).toEqual(
      E.left('the signature by PeterNeumann is not valid'),
    );
  });

  it.each([
    ['has no signatures', text],
    ['ends without a line end', `${text}\n${byPeter.trimEnd()}`],
    ['has a line that is no signature', `${text}\n${byPeter}what is this?\n`],
    ['has a space in a name', `${text}\n${byPeter.replace('PeterNeumann', 'Peter Neumann')}`],
    ['has bytes after the Base 64', `${text}\n${byPeter.replace('AM=', 'AM=A')}`],
    ['has another way to write the same Base 64', `${text}\n${byPeter.replace('AM=', 'AN=')}`],
    ['has a control character', `a\tb\n\n${byPeter}`],
    ['has too many signatures', `${text}\n${byPeter.repeat(noteSignaturesMax + 1)}`],
  ])('is malformed if it %s', (_, note) => {
    expect(E.isLeft(parseNote(note))).toBe(true);
  });

  it.each([
    ['a key too long', 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=='],
    ['an unknown algorithm', 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
    ['the id of another key', peter.replace('c74f20a3', 'c74f20a4')],
    ['no name', peter.replace('PeterNeumann', '')],
    ['spaces', peter.replace('PeterNeumann', 'Peter Neumann')],
  ])('has no verifier key with %s', (_, vkey) => {
    expect(E.isLeft(parseVerifierKey(vkey))).toBe(true);
  });

  it('from C2SP’s page verifies with the key of that page', () => {
    // C2SP signed-note.md, 2026-07-22 (CC BY 4.0): the example of verifier keys.
    const key = right(
      parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'),
    );
    const note =
      'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
    expect(E.isRight(verifyNote(right(parseNote(note)), [key]))).toBe(true);
  });
});

describe.each([
  ['ed25519', 'ed25519', undefined],
  ['ed25519-cosignature', 'ed25519', 1_700_000_000],
  ['ml-dsa-44-cosignature', 'ml-dsa-44', 1_700_000_000],
] as const)('a signature of type %s', (type: SignatureType, algorithm, seconds) => {
  const { privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44');
  const signer = noteSigner('log.example/a', type, privateKey, () => 1_700_000_000);
  const checkpoint = {
    origin: 'log.example/a',
    size: 7,
    root: rootOfLeaves([leafHash(Buffer.from('x'))]),
    extensions: [],
  };
  const note = signNote(formatCheckpoint(checkpoint), [signer]);

  it('verifies with its key, read from its text', () => {
    const key = right(parseVerifierKey(signer.verifier.vkey));
    const verified = right(verifyNote(right(parseNote(formatNote(note))), [key]));
    expect(verified.by).toEqual([key]);
    expect(key.timeOf(verified.signatures[0]!.signature)).toBe(seconds);
  });

  it('does not verify for another size, origin, root or time', () => {
    for (const other of [
      { ...checkpoint, size: 8 },
      { ...checkpoint, origin: 'log.example/b' },
      { ...checkpoint, root: leafHash(Buffer.from('y')) },
    ])
      expect(E.isLeft(verifyNote({ ...note, text: formatCheckpoint(other) }, [signer.verifier]))).toBe(true);
    const later = Buffer.from(note.signatures[0]!.signature);
    later[7]! ^= 1;
    expect(
      E.isLeft(
        verifyNote({ ...note, signatures: [{ ...note.signatures[0]!, signature: later }] }, [
          signer.verifier,
        ]),
      ),
    ).toBe(true);
  });
});

describe('a checkpoint', () => {
  it.each([
    ['without an origin', '\n5\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n'],
    ['with a leading zero', 'a\n05\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n'],
    ['with a root that is too short', 'a\n5\nXcna\n'],
    ['with an empty line', 'a\n5\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n'],
    ['cut off', 'a\n5\n'],
  ])('is refused %s', (_, given) => {
    expect(E.isLeft(parseCheckpoint(given))).toBe(true);
  });
});

describe('the path of a tile', () => {
  it.each([
    [{ level: 0, index: 0, width: 256 }, '0/000'],
    [{ level: 1, index: 1_234_067, width: 8 }, '1/x001/x234/067.p/8'],
    [{ level: 63, index: 999, width: 255 }, '63/999.p/255'],
  ])('of %o is %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(E.right({ kind: 'hashes', ...tile }));
  });

  it.each([
    '0/00',
    '64/000',
    '00/000',
    '0/000.p/0',
    '0/000.p/256',
    '0/x000/000',
    '0/001/x000',
    '../0/000',
    '0/000.p/08',
  ])('is not %s', (path) => {
    expect(E.isLeft(parseTilePath(path))).toBe(true);
  });
});
