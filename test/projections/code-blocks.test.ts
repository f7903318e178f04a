/** The column of event kinds, and lists of positions searched in windows. */
import { describe, expect, it } from 'vitest';
import { blockEvents, blocksOf, codesIn, presentIn } from '../../src/projections/engine/code-blocks.ts';
import { ProjectionsDamaged } from '../../src/projections/engine/damage.ts';
import { sharedPositions } from '../../src/questions/posted-positions.ts';

describe('a column of codes', () => {
  it.each([
    [255, 1],
    [256, 2],
    [65_536, 4],
  ])('whose largest code is %i takes %i bytes for each event, and is read back unchanged', (most, bytes) => {
    const column = Uint32Array.from({ length: blockEvents + 3 }, (_, index) =>
      index === 7 ? most : index % 3,
    );
    const blocks = blocksOf(column);
    expect(blocks.map(({ codes }) => codes.length)).toEqual([blockEvents * bytes, 3]);
    const read = blocks.map(({ codes, checksum }, place) =>
      codesIn(codes, checksum, place === 0 ? blockEvents : 3),
    );
    expect(read.flatMap((codes) => [...codes])).toEqual([...column]);
    expect([...presentIn(blocks[0]!.present, blocks[0]!.presentChecksum)].sort((a, b) => a - b)).toEqual([
      0,
      1,
      2,
      most,
    ]);
  });

  it('with a flipped bit is found to be damaged', () => {
    const [block] = blocksOf(Uint32Array.from([1, 2, 3]));
    const { present, presentChecksum, codes, checksum } = block!;
    codes[1]! ^= 4;
    present[0]! ^= 1;
    expect(() => codesIn(codes, checksum, 3)).toThrow(ProjectionsDamaged);
    expect(() => presentIn(present, presentChecksum)).toThrow(ProjectionsDamaged);
    expect(() => codesIn(undefined, undefined, 3)).toThrow(ProjectionsDamaged);
  });
});

describe('positions in several lists', () => {
  const multiplesOf = (factor: number, upTo: number) => {
    const read: number[] = [];
    return {
      read,
      list: (after: number, limit: number): number[] => {
        const out: number[] = [];
        for (
          let each = Math.floor(after / factor + 1) * factor;
          each <= upTo && out.length < limit;
          each += factor
        )
          out.push(each);
        read.push(...out);
        return out;
      },
    };
  };

  it('are those in every group, in order, after the given one', () => {
    const of = (factor: number) => multiplesOf(factor, 30_000).list;
    const found = [...sharedPositions(12, [[of(2)], [of(3), of(5)]])];
    const expected = Array.from({ length: 30_000 }, (_, index) => index + 1).filter(
      (each) => each > 12 && each % 2 === 0 && (each % 3 === 0 || each % 5 === 0),
    );
    expect(found).toEqual(expected);
  });

  it('cost as much as the shorter list, not the longer one', () => {
    const [rare, common] = [multiplesOf(100_000, 1_000_000), multiplesOf(1, 1_000_000)];
    expect([...sharedPositions(0, [[common.list], [rare.list]])]).toHaveLength(10);
    expect(rare.read).toHaveLength(10);
    expect(common.read.length).toBeLessThan(10_000);
  });
});
