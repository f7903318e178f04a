/** Sorts and merges lines of keys into blocks. */
import { compareKeys, KeyLines } from './key-lines.ts';
import { KeyOrder } from './key-order.ts';
import { keysInLeaf } from './stretch-leaf.ts';

/** Keys in a block, which is read, merged and written as a unit. */
export const keysInBlock = 32 * keysInLeaf;

/** Lines to touch before they are copied. */
const touchedAtOnce = 64;

/** Sorted keys in blocks, which are full except the last. */
export type KeyBlocks = Iterable<KeyLines>;

/**
 * Adds lines to a block in the order of their keys, and the positions of the same key together. Yields each full block.
 */
function* settled(order: KeyOrder, block: KeyLines): Generator<KeyLines> {
  const { lines } = order;
  const sorted = order.sorted();
  for (let at = 0; at < sorted.length; at++) {
    const n = sorted[at]!;
    if (at % touchedAtOnce === 0) lines.touch(sorted, at, Math.min(at + touchedAtOnce, sorted.length));
    if (block.count > 0 && block.lastIsKeyOf(lines, n)) {
      block.extendLast(lines, n);
      continue;
    }
    if (block.count === keysInBlock) yield block.take();
    block.copy(lines, n);
  }
}

/** Lines of events in log order, sorted. */
export function* sortedLines(order: KeyOrder): Generator<KeyLines> {
  const block = new KeyLines();
  yield* settled(order, block);
  if (block.count > 0) yield block;
}

/** Reads the keys of a stretch during a merge. */
class Part {
  private readonly blocks: Iterator<KeyLines>;
  block: KeyLines | undefined;
  private next = 0;

  constructor(blocks: KeyBlocks) {
    this.blocks = blocks[Symbol.iterator]();
    this.advance();
  }

  private advance(): void {
    const { done, value } = this.blocks.next();
    this.block = done === true ? undefined : value;
    this.next = 0;
  }

  /** Moves the lines of the block up to the key of a line of others to `lines`. */
  moveUpTo(of: KeyLines, n: number, lines: KeyLines): void {
    const block = this.block!;
    let [low, high] = [this.next, block.count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareKeys(block, middle, of, n) <= 0) low = middle + 1;
      else high = middle;
    }
    if (low > this.next) lines.copyAll(block, this.next, low);
    this.next = low;
    if (low === block.count) this.advance();
  }
}

/**
 * Merges the sorted keys of consecutive stretches. In each round it takes the keys of all blocks up to the end of the
 * block that ends first, and sorts them.
 */
export function* mergedLines(stretches: ReadonlyArray<KeyBlocks>): Generator<KeyLines> {
  const order = new KeyOrder();
  const { lines } = order;
  const block = new KeyLines();
  let parts = stretches.map((stretch) => new Part(stretch));
  for (;;) {
    parts = parts.filter((part) => part.block !== undefined);
    let end = parts[0]?.block;
    if (end === undefined) break;
    for (const part of parts)
      if (compareKeys(part.block!, part.block!.count - 1, end, end.count - 1) < 0) end = part.block!;
    lines.clear();
    for (const part of parts) part.moveUpTo(end, end.count - 1, lines);
    if (lines.count === 0) throw new Error('the keys of a stretch are not in order');
    yield* settled(order, block);
  }
  if (block.count > 0) yield block;
}
