/** Merkle trees compared with proofs by others, and with the definition of RFC 6962. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyRoot,
  type Hash,
  leafHash,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from '../../src/integrity/merkle-tree.ts';
import { hashIn, tileWidth, widthOfTile } from '../../src/integrity/tiles.ts';
import { TreeBuilder } from '../../src/integrity/tree-builder.ts';
import {
  consistencyProof,
  inclusionProof,
  rootOf,
  type TileReader,
} from '../../src/integrity/tree-over-tiles.ts';

interface Case {
  readonly wantErr: boolean;
  readonly root: string;
  readonly root1: string;
  readonly root2: string;
  readonly leafHash: string;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly size: number;
  readonly size1: number;
  readonly size2: number;
  readonly start: number;
  readonly end: number;
  readonly proof: ReadonlyArray<string> | null;
}
type Kind = 'inclusion' | 'consistency' | 'subtreeinclusion' | 'subtreeconsistency';

const vectors = JSON.parse(
  readFileSync(new URL('./vectors/merkle-proofs.json', import.meta.url), 'utf8'),
) as Readonly<Record<Kind, Readonly<Record<string, Case>>>>;

const bytes = (base64: string): Hash => new Uint8Array(Buffer.from(base64, 'base64'));

const verify: Readonly<Record<Kind, (given: Case, proof: ReadonlyArray<Hash>) => boolean>> = {
  inclusion: ({ leafIdx, treeSize, leafHash: leaf, root }, proof) =>
    verifyInclusion({ index: leafIdx, size: treeSize, leaf: bytes(leaf), proof }, bytes(root)),
  consistency: ({ size1, size2, root1, root2 }, proof) =>
    verifyConsistency({ size: size1, root: bytes(root1) }, { size: size2, root: bytes(root2) }, proof),
  subtreeinclusion: ({ leafIdx, start, end, leafHash: leaf, root }, proof) =>
    verifySubtreeInclusion({ index: leafIdx, start, end, leaf: bytes(leaf), proof }, bytes(root)),
  subtreeconsistency: ({ start, end, size, root1, root2 }, proof) =>
    verifySubtreeConsistency({ start, end, hash: bytes(root1) }, { size, root: bytes(root2) }, proof),
};

describe.each(Object.keys(verify) as Kind[])('a proof of %s by others', (kind) => {
  it.each(Object.entries(vectors[kind]))('%s', (_, given) => {
    expect(verify[kind](given, (given.proof ?? []).map(bytes))).toBe(!given.wantErr);
  });
});

/** A tree in memory, grown in batches. */
const grown = (sizes: ReadonlyArray<number>) => {
  const stored = new Map<string, Uint8Array>();
  const leaves: Hash[] = [];
  const tiles: TileReader = (level, index) => {
    const tile = stored.get(`${level} ${index}`);
    if (tile === undefined) throw new Error(`no tile ${level} ${index}`);
    return tile;
  };
  let builder = new TreeBuilder(tiles, 0);
  for (const size of sizes) {
    const more = Array.from({ length: size }, (_, at) => leafHash(Buffer.from(String(leaves.length + at))));
    leaves.push(...more);
    for (const { level, index, hashes } of builder.append(more)) stored.set(`${level} ${index}`, hashes);
    // Another process continues from what is stored.
    builder = new TreeBuilder(tiles, leaves.length);
  }
  return { leaves, tiles, stored };
};

describe('a tree over tiles', () => {
  it('has the root of RFC 6962 at every size, whatever the batches in which it grew', () => {
    const { leaves, tiles } = grown([1, 254, 1, 1, 255, 3, 400]);
    expect(rootOf(tiles, 0)).toEqual(emptyRoot);
    for (const size of [1, 2, 3, 255, 256, 257, 511, 512, 513, 700, 915])
      expect(Buffer.from(rootOf(tiles, size))).toEqual(Buffer.from(rootOfLeaves(leaves.slice(0, size))));
  });

  it('stores tiles as wide as the tree is, and no others', () => {
    const { leaves, stored } = grown([700, 15]);
    for (const [key, tile] of stored) {
      const [level, index] = key.split(' ').map(Number) as [number, number];
      expect(tile.length / 32).toBe(widthOfTile(leaves.length, level, index));
    }
    expect([...stored.keys()].sort()).toEqual(['0 0', '0 1', '0 2', '1 0']);
  });

  it('makes valid proofs: any entry in any tree, any tree in any later one', () => {
    const { leaves, tiles } = grown([3 * tileWidth + 77]);
    const sizes = fc.integer({ min: 1, max: leaves.length });
    fc.assert(
      fc.property(sizes, sizes, fc.nat(), (one, other, choice) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        const index = choice % to;
        const root = rootOf(tiles, to);
        const inclusion = { index, size: to, leaf: leaves[index]!, proof: inclusionProof(tiles, index, to) };
        expect(verifyInclusion(inclusion, root)).toBe(true);
        expect(verifyInclusion({ ...inclusion, leaf: leafHash(Buffer.from('another')) }, root)).toBe(false);
        const proof = consistencyProof(tiles, from, to);
        const earlier = { size: from, root: rootOf(tiles, from) };
        expect(verifyConsistency(earlier, { size: to, root }, proof)).toBe(true);
        expect(verifyConsistency({ ...earlier, root: leaves[0]! }, { size: to, root }, proof)).toBe(
          from === 1,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('reads hashes of a tile in order', () => {
    const { leaves, stored } = grown([5]);
    expect(Buffer.from(hashIn(stored.get('0 0')!, 3))).toEqual(Buffer.from(leaves[3]!));
  });
});
