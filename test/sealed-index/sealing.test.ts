/**
 * Sealing a log (V12): the keys of every stretch compared with a simple list, whatever is sealed when; and proofs
 * of several leaves.
 */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { builderOf } from '../../src/integrity/follow-log.ts';
import { type Hash, rootOfLeaves } from '../../src/integrity/merkle-tree.ts';
import { multiProof, verifyMultiProof } from '../../src/integrity/multi-proof.ts';
import { tileWidth } from '../../src/integrity/tiles.ts';
import { TreeBuilder } from '../../src/integrity/tree-builder.ts';
import { openTreeToWrite } from '../../src/integrity/tree-file.ts';
import { unpackBlock } from '../../src/sealed-index/index-format.ts';
import { openIndexToWrite } from '../../src/sealed-index/index-writer.ts';
import { keysOfLines } from '../../src/sealed-index/read-lines.ts';
import { sealUpTo } from '../../src/sealed-index/seal-log.ts';
import { coverOf, placeOf, stretchesEndingAt, stretchesUpTo } from '../../src/sealed-index/stretches.ts';
import type { StoredEvent } from '../../src/store/event-store.ts';
import { many, sent } from '../support/given-events.ts';
import { logOf, storedEvents } from '../support/ledger.ts';
import { plainKeysOf, plainLeavesOf } from '../support/plain-index.ts';

const directories: string[] = [];
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const newDirectory = (): string => {
  directories.push(mkdtempSync(join(tmpdir(), 'domicile-sealing-')));
  return directories.at(-1)!;
};

/** Seals a log in a directory up to these sizes in sequence, each in a new instance. */
const sealed = (directory: string, events: ReadonlyArray<StoredEvent>, ...sizes: ReadonlyArray<number>) =>
  sealedWith(undefined, directory, events, ...sizes);

/** The same with a limit of keys in memory. */
const sealedWith = (
  keysMax: number | undefined,
  directory: string,
  events: ReadonlyArray<StoredEvent>,
  ...sizes: ReadonlyArray<number>
) => {
  const log = logOf(events);
  for (const [at, size] of sizes.entries()) {
    const index = openIndexToWrite(join(directory, 'index.sqlite'), 0, keysMax);
    const tree = openTreeToWrite(join(directory, 'index-tree.sqlite'), 0);
    try {
      for (const _ of sealUpTo(log, index, tree, builderOf(tree), size));
      index.forgetParts(index.count());
      if (at < sizes.length - 1) continue;
      const stretches = coverOf(size).map((stretch) => index.find(stretch)!);
      return {
        count: index.count(),
        root: Buffer.from(tree.rootAt(tree.size())).toString('hex'),
        stretches: stretches.map((stretch) => ({
          ...stretch,
          all: [...index.linesOf(stretch)].flatMap(keysOfLines),
          floors: [...index.linesOf(stretch)]
            .flatMap(keysOfLines)
            .map(({ key }) => index.floor(stretch, key)),
        })),
      };
    } finally {
      tree.close();
      index.close();
    }
  }
  throw new Error('nothing was sealed');
};

const events = storedEvents(many(1_200));

/** Events with twenty people each: the stretch of 1,024 has more keys than are written at a time. */
const wide = storedEvents(
  Array.from({ length: 1_100 }, (_, at) =>
    sent(`wide-${at}`, 'SubjectsEnrolled', {
      subjects: Array.from({ length: 20 }, (_, each) => `person-${at * 8 + each}`),
      population: 'us',
    }),
  ),
);

/** The blocks of a file of version 1. */
const tableOfText = `
  DROP TABLE block;
  CREATE TABLE block (
    place INTEGER NOT NULL, n INTEGER NOT NULL, first TEXT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (place, n)
  ) STRICT;
  CREATE INDEX block_by_key ON block (place, first);`;

describe('a sealed log', () => {
  it('has in each stretch the sorted keys of its events, each with its positions', () => {
    const { stretches, count } = sealed(newDirectory(), events, events.length);
    expect(stretches.map(({ start, size }) => [start, size])).toEqual([
      [0, 1_024],
      [1_024, 1_088],
      [1_088, 1_152],
    ]);
    expect(count).toBe(stretchesUpTo(events.length));
    for (const { start, size, all, floors, root } of stretches) {
      const expected = plainKeysOf(events.slice(start, size));
      expect(all).toEqual(expected);
      expect(floors).toEqual(all.map((_, place) => place));
      expect(Buffer.compare(root, rootOfLeaves(plainLeavesOf(expected)))).toBe(0);
    }
  });

  /** A folder with an index of an earlier version, up to position 1,088. */
  const ofVersion = (
    version: number,
    written: (lines: string) => string | Uint8Array,
    damage = (lines: string) => lines,
  ) => {
    const directory = newDirectory();
    sealed(directory, wide, 1_088);
    const database = new DatabaseSync(join(directory, 'index.sqlite'));
    const blocks = database.prepare('SELECT place, n, first, lines FROM block').all();
    database.exec(`${version === 1 ? tableOfText : 'DELETE FROM block;'} PRAGMA user_version = ${version};`);
    const insert = database.prepare('INSERT INTO block VALUES (?, ?, ?, ?)');
    for (const { place, n, first, lines } of blocks) {
      const keys = keysOfLines(unpackBlock(lines as Uint8Array));
      const earlier = keys.map(({ key, positions }) => `${key}\t${positions.join(',')}`).join('\n');
      insert.run(place!, n!, first!, written(damage(earlier)));
    }
    database.close();
    return directory;
  };
  const versions = [
    { version: 1, what: 'text', written: (lines: string) => lines },
    { version: 2, what: 'compressed', written: (lines: string) => zstdCompressSync(lines) },
  ];

  it.each(versions)(
    'when the file is of version $version, whose lines are others and $what, then it is read and sealed on as ever',
    ({ version, written }) => {
      const directory = ofVersion(version, written);
      // The sixteen stretches from the second on are merged later: of these, one was written before, the others are not.
      for (const size of [1_100, wide.length])
        expect(sealed(directory, wide, size)).toEqual(sealed(newDirectory(), wide, size));
    },
  );

  const damages: ReadonlyArray<readonly [string, (lines: string) => string]> = [
    ['with another letter in a key', (lines) => lines.replaceAll('["subject",', '["Subject",')],
    ['with another position', (lines) => lines.replace(/\d+$/, '9999')],
    ['without its last keys', (lines) => lines.split('\n').slice(0, -8).join('\n')],
  ];
  it.each(versions.flatMap((each) => damages.map(([how, damage]) => ({ ...each, how, damage }))))(
    'when a block of version $version is there $how, then it is refused',
    ({ version, written, damage }) => {
      const directory = ofVersion(version, written, damage);
      expect(() => sealed(directory, wide, 1_100)).toThrow(/block \d+ of stretch \d+ is damaged/);
    },
  );

  it('given people by the thousand, has less than thirty bytes of file for each of their keys', () => {
    const crowd = storedEvents(
      Array.from({ length: 64 }, (_, at) =>
        sent(`crowd-${at}`, 'SubjectsEnrolled', {
          subjects: Array.from(
            { length: 1_000 },
            (_, each) => `psn_${hash('sha256', `${at} ${each}`, 'base64url').slice(0, 21)}A`,
          ),
          population: 'us',
        }),
      ),
    );
    const directory = newDirectory();
    sealed(directory, crowd, crowd.length);
    expect(statSync(join(directory, 'index.sqlite')).size / 64_000).toBeLessThan(30);
  });

  it('has one root, whatever was sealed when', () => {
    const atOnce = sealed(newDirectory(), events, events.length);
    const inPieces = sealed(newDirectory(), events, 63, 64, 200, 1_023, 1_030, events.length);
    expect(inPieces).toEqual(atOnce);
  });

  it('has the same index if few of its keys fit in memory', () => {
    const inMemory = sealed(newDirectory(), wide, wide.length);
    expect(sealedWith(1_000, newDirectory(), wide, wide.length)).toEqual(inMemory);
    expect(sealedWith(0, newDirectory(), wide, 700, wide.length)).toEqual(inMemory);
  });

  it('is not sealed further after it was replaced by another log, or a shorter one', () => {
    const directory = newDirectory();
    sealed(directory, events, 1_100);
    const others = storedEvents(many(1_200, 'other'));
    expect(() => sealed(directory, others, 1_200)).toThrow(/differs from the sealed one/);
    expect(() => sealed(directory, events.slice(0, 1_000), 1_000)).toThrow(/differs from the sealed one/);
    expect(sealed(directory, events, 1_200).count).toBe(stretchesUpTo(1_200));
  });

  it('finds each stretch by its place in the second log', () => {
    let place = 0;
    for (let size = 1; size <= 2_200; size++)
      for (const stretch of stretchesEndingAt(size)) expect(placeOf(stretch)).toBe(place++);
    expect(placeOf({ start: 1, size: 65 })).toBeUndefined();
  });
});

describe('a proof of several leaves', () => {
  const treeOf = (size: number) => {
    const leaves = Array.from({ length: size }, (_, at): Hash => new Uint8Array(32).fill(at % 251, at % 32));
    const tiles = new Map<string, Uint8Array>();
    const builder = new TreeBuilder(() => new Uint8Array(0), 0);
    for (const { level, index, hashes } of builder.append(leaves)) tiles.set(`${level} ${index}`, hashes);
    return { leaves, tiles: (level: number, index: number) => tiles.get(`${level} ${index}`)! };
  };

  it('verifies for any of them, and for no others', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 * tileWidth }),
        fc.uniqueArray(fc.nat(3 * tileWidth - 1), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        (size, chosen, wrong) => {
          const { leaves, tiles } = treeOf(size);
          const indexes = [...new Set(chosen.map((each) => each % size))].sort((a, b) => a - b);
          const proof = multiProof(tiles, indexes, size);
          const root = rootOfLeaves(leaves);
          const proved = indexes.map((index) => ({ index, hash: leaves[index]! }));
          expect(verifyMultiProof(proved, proof, size, root)).toBe(true);
          const other = new Uint8Array(32).fill(255);
          const at = wrong % proved.length;
          expect(verifyMultiProof(proved.with(at, { ...proved[at]!, hash: other }), proof, size, root)).toBe(
            false,
          );
          expect(verifyMultiProof(proved, [...proof, other], size, root)).toBe(false);
          if (proof.length > 0) {
            expect(verifyMultiProof(proved, proof.with(wrong % proof.length, other), size, root)).toBe(false);
            expect(verifyMultiProof(proved, proof.slice(1), size, root)).toBe(false);
          }
          if (proved.length > 1) expect(verifyMultiProof(proved.toReversed(), proof, size, root)).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });
});
