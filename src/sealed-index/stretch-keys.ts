/** The sorted keys of a stretch, from its events or from the stretches that it consists of. */
import { hasFirstOnly, type IndexedEvent, type IndexKey, visitKeys } from './index-key.ts';
import { type KeyedPositions, keyedPositions, keysInLeaf } from './stretch-leaf.ts';

/** Keys in a block, which is read, merged and written as a unit. */
export const keysInBlock = 32 * keysInLeaf;

/** Sorted keys in blocks, which are full except the last. */
export type KeyBlocks = Iterable<ReadonlyArray<KeyedPositions>>;

/** The keys of some events in log order. */
export const keysOfEvents = (events: Iterable<IndexedEvent>): ReadonlyArray<KeyedPositions> => {
  const found = new Map<IndexKey, number[]>();
  let position = 0;
  const add = (key: IndexKey): void => {
    const positions = found.get(key);
    if (positions === undefined) found.set(key, [position]);
    else if (positions[positions.length - 1] !== position && !hasFirstOnly(key)) positions.push(position);
  };
  for (const event of events) {
    position = event.position;
    visitKeys(event, add);
  }
  // By code units, which is the order of bytes, since keys are ASCII.
  return [...found.keys()].sort().map((key) => keyedPositions(key, found.get(key)!));
};

/** Splits sorted keys into blocks. */
export function* inBlocks(keys: ReadonlyArray<KeyedPositions>): Generator<ReadonlyArray<KeyedPositions>> {
  for (let at = 0; at < keys.length; at += keysInBlock) yield keys.slice(at, at + keysInBlock);
}

/** Reads the keys of a stretch during a merge. */
class Part {
  private readonly blocks: Iterator<ReadonlyArray<KeyedPositions>>;
  /** Its index among the merged stretches. */
  readonly place: number;
  private block: ReadonlyArray<KeyedPositions> = [];
  private at = -1;
  /** Its next key. */
  head: KeyedPositions | undefined;

  constructor(blocks: KeyBlocks, place: number) {
    this.blocks = blocks[Symbol.iterator]();
    this.place = place;
    this.advance();
  }

  advance(): void {
    this.at++;
    while (this.at === this.block.length) {
      const { done, value } = this.blocks.next();
      if (done === true) {
        this.head = undefined;
        return;
      }
      this.block = value;
      this.at = 0;
    }
    this.head = this.block[this.at];
  }
}

const isBefore = (a: Part, b: Part): boolean =>
  a.head!.key < b.head!.key || (a.head!.key === b.head!.key && a.place < b.place);

/** Moves the first of some parts to its place in the order of the others, or removes it at its end. */
const settleFirst = (parts: Part[]): void => {
  const first = parts[0]!;
  if (first.head === undefined) {
    parts.shift();
    return;
  }
  let [low, high] = [1, parts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(parts[middle]!, first)) low = middle + 1;
    else high = middle;
  }
  for (let at = 1; at < low; at++) parts[at - 1] = parts[at]!;
  parts[low - 1] = first;
};

/** Merges the sorted keys of consecutive stretches. */
export function* mergedKeys(stretches: ReadonlyArray<KeyBlocks>): Generator<ReadonlyArray<KeyedPositions>> {
  const parts: Part[] = [];
  for (const [place, stretch] of stretches.entries()) {
    const part = new Part(stretch, place);
    if (part.head === undefined) continue;
    parts.unshift(part);
    settleFirst(parts);
  }
  let block: KeyedPositions[] = [];
  while (parts.length > 0) {
    const first = parts[0]!.head!;
    const lists = [first.positions];
    for (;;) {
      parts[0]!.advance();
      settleFirst(parts);
      const next = parts[0]?.head;
      if (next?.key !== first.key) break;
      lists.push(next.positions);
    }
    block.push(
      lists.length === 1 || hasFirstOnly(first.key) ? first : keyedPositions(first.key, lists.flat()),
    );
    if (block.length < keysInBlock) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}
