/**
 * Sorts keys by their bytes. The next few bytes after the common beginning of some keys are one number, so most are put in
 * order by sorting numbers; only those with the same number are looked at further.
 */
import { compareKeys, KeyLines } from './key-lines.ts';

/** So few keys are compared one by one. */
const comparedMax = 8;
/** Bits of an integer that a number holds exactly. */
const exactBits = 53;

/** Lines, and their order by their keys. Its memory is used again for the next lines. */
export class KeyOrder {
  readonly lines = new KeyLines();
  private order = new Uint32Array(0);
  private moved = new Uint32Array(0);
  private numbers = new Float64Array(0);

  /** The lines in the order of their keys, by their places; those with the same key stay in their order. */
  sorted(): Uint32Array {
    const { count } = this.lines;
    if (this.order.length < count) {
      this.order = new Uint32Array(count);
      this.moved = new Uint32Array(count);
      this.numbers = new Float64Array(count);
    }
    for (let n = 0; n < count; n++) this.order[n] = n;
    this.sort(0, count, 0);
    return this.order.subarray(0, count);
  }

  /** Sorts a range of the order, in which all keys begin with the same `shared` bytes. */
  private sort(from: number, to: number, shared: number): void {
    if (to - from <= comparedMax) return this.sortFew(from, to);
    const common = this.commonBytes(from, to, shared);
    if (common === undefined) return;
    const bits = 32 - Math.clz32(to - from - 1);
    const width = Math.floor((exactBits - bits) / 8);
    const places = 2 ** bits;
    const { numbers } = this;
    for (let at = from; at < to; at++)
      numbers[at] = this.numberAt(this.order[at]!, common, width) * places + at - from;
    if (this.splitByMost(from, to, common, width, places)) return;
    numbers.subarray(from, to).sort();
    for (let at = from; at < to; at++) {
      const number = Math.floor(numbers[at]! / places);
      this.moved[at] = this.order[from + numbers[at]! - number * places]!;
      numbers[at] = number;
    }
    this.order.set(this.moved.subarray(from, to), from);
    for (let first = from; first < to; ) {
      let end = first + 1;
      while (end < to && numbers[end] === numbers[first]) end++;
      if (end - first > 1) this.sort(first, end, common + width);
      first = end;
    }
  }

  /** If more than half have the same number, these are put between the smaller and the greater ones, and each is sorted. */
  private splitByMost(from: number, to: number, common: number, width: number, places: number): boolean {
    const { numbers, order, moved } = this;
    const most = Math.floor(numbers[(from + to) >> 1]! / places);
    const [least, greatest] = [most * places, (most + 1) * places];
    let [before, same] = [0, 0];
    for (let at = from; at < to; at++) {
      if (numbers[at]! < least) before++;
      else if (numbers[at]! < greatest) same++;
    }
    if (same * 2 <= to - from) return false;
    let [first, middle, last] = [from, from + before, from + before + same];
    const [sameFrom, sameTo] = [middle, last];
    for (let at = from; at < to; at++) {
      const n = order[at]!;
      if (numbers[at]! < least) moved[first++] = n;
      else if (numbers[at]! < greatest) moved[middle++] = n;
      else moved[last++] = n;
    }
    order.set(moved.subarray(from, to), from);
    this.sort(from, sameFrom, common);
    this.sort(sameFrom, sameTo, common + width);
    this.sort(sameTo, to, common);
    return true;
  }

  private sortFew(from: number, to: number): void {
    const { lines, order } = this;
    for (let next = from + 1; next < to; next++) {
      const n = order[next]!;
      let at = next;
      for (; at > from && compareKeys(lines, order[at - 1]!, lines, n) > 0; at--) order[at] = order[at - 1]!;
      order[at] = n;
    }
  }

  /** With how many bytes all keys of a range begin; undefined if all are the same key. */
  private commonBytes(from: number, to: number, shared: number): number | undefined {
    const { lines } = this;
    const { bytes } = lines;
    const first = this.order[from]!;
    const start = lines.start(first);
    const length = lines.keyEnd(first) - start;
    let common = length;
    let isSame = true;
    for (let at = from + 1; at < to; at++) {
      const n = this.order[at]!;
      const other = lines.start(n);
      const otherLength = lines.keyEnd(n) - other;
      if (otherLength !== length) isSame = false;
      if (otherLength < common) common = otherLength;
      let equal = shared;
      while (equal < common && bytes[start + equal] === bytes[other + equal]) equal++;
      common = Math.min(common, equal);
    }
    return isSame && common === length ? undefined : common;
  }

  /** Some bytes of a key as a number; after its end, zeroes. */
  private numberAt(n: number, from: number, width: number): number {
    const { bytes } = this.lines;
    const start = this.lines.start(n) + from;
    const end = this.lines.keyEnd(n);
    let number = 0;
    for (let at = start; at < start + width; at++) number = number * 256 + (at < end ? bytes[at]! : 0);
    return number;
  }
}
