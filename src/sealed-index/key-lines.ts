/**
 * Keys as bytes. A line is a key and the list of its positions, exactly as a leaf has them while they are few, such as
 * `["subject","ana"][3,9]`. Before each line stands a line feed. So eight lines are the text of a leaf, and a block of
 * lines is what the file keeps: sealing copies and compares bytes, and makes no object for a key.
 */
import type { IndexKey } from './index-key.ts';
import { positionsInLeafMax } from './stretch-leaf.ts';

const lineFeed = 0x0a;
const comma = 0x2c;
const opening = 0x5b;
const closing = 0x5d;

const bytesAtFirst = 16_384;
const linesAtFirst = 256;
/** Shorter lists have no more positions than a leaf lists: of more, each has a digit and a separator. */
const longListBytesMin = 2 * (positionsInLeafMax + 1) + 1;
const firstOnly = Buffer.from('["naming",');

/** More room for places. */
export const grown = (places: Uint32Array, length: number): Uint32Array => {
  const larger = new Uint32Array(Math.max(length, 2 * places.length));
  larger.set(places);
  return larger;
};

/** Lines of keys, one after another; it grows as lines are added. */
export class KeyLines {
  bytes: Buffer<ArrayBufferLike>;
  /** Of each line, where it begins and where its key ends; then where the next line would begin. */
  places: Uint32Array;
  count = 0;
  /** What `touch` read, so that it is not optimised away. */
  touched = 0;

  constructor(bytes: Buffer = Buffer.allocUnsafe(bytesAtFirst), lines = linesAtFirst) {
    this.bytes = bytes;
    this.places = new Uint32Array(2 * lines + 1);
    this.places[0] = 1;
    this.bytes[0] = lineFeed;
  }

  /** Where a line begins; of one more than there are, where the next would. */
  start(n: number): number {
    return this.places[2 * n]!;
  }

  /** Where the key of a line ends, and its positions begin. */
  keyEnd(n: number): number {
    return this.places[2 * n + 1]!;
  }

  /** Where a line ends. */
  end(n: number): number {
    return this.places[2 * n + 2]! - 1;
  }

  /** All lines. */
  get text(): Uint8Array {
    return this.bytes.subarray(0, this.start(this.count) - 1);
  }

  keyAt(n: number): IndexKey {
    return this.bytes.toString('latin1', this.start(n), this.keyEnd(n));
  }

  lineAt(n: number): string {
    return this.bytes.toString('latin1', this.start(n), this.end(n));
  }

  /** The list of the positions of a key, in brackets. */
  listAt(n: number): Uint8Array {
    return this.bytes.subarray(this.keyEnd(n), this.end(n));
  }

  /** Whether a key has more positions than a leaf lists. */
  isLong(n: number): boolean {
    const end = this.end(n);
    if (end - this.keyEnd(n) < longListBytesMin) return false;
    let positions = 1;
    for (let at = this.keyEnd(n); at < end; at++) if (this.bytes[at] === comma) positions++;
    return positions > positionsInLeafMax;
  }

  clear(): void {
    this.count = 0;
  }

  private reserve(bytes: number, lines: number): void {
    const needed = this.start(this.count) + bytes + 1;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
      larger.set(this.bytes.subarray(0, this.start(this.count)));
      this.bytes = larger;
    }
    const places = 2 * (this.count + lines) + 1;
    if (places > this.places.length) this.places = grown(this.places, places);
  }

  /** Ends the line that is being added. */
  private finish(keyEnd: number, end: number): void {
    this.bytes[end] = lineFeed;
    this.places[2 * this.count + 1] = keyEnd;
    this.places[2 * this.count + 2] = end + 1;
    this.count++;
  }

  /** Adds a line with this key and list of positions, which are ASCII. */
  add(key: IndexKey, list: string): void {
    const line = key + list;
    this.reserve(line.length, 1);
    const start = this.start(this.count);
    this.bytes.write(line, start, 'latin1');
    this.finish(start + key.length, start + line.length);
  }

  /** Adds a line whose key is `before`, the bytes of another text from one place to another, and `]`. */
  addJoined(before: Uint8Array, text: Uint8Array, from: number, to: number, list: Uint8Array): void {
    this.reserve(before.length + to - from + 1 + list.length, 1);
    const { bytes } = this;
    let at = this.start(this.count);
    for (let each = 0; each < before.length; each++) bytes[at++] = before[each]!;
    for (let each = from; each < to; each++) bytes[at++] = text[each]!;
    bytes[at++] = closing;
    const keyEnd = at;
    for (let each = 0; each < list.length; each++) bytes[at++] = list[each]!;
    this.finish(keyEnd, at);
  }

  /**
   * Touches lines that are read next and lie far apart, so that the processor fetches them from memory at once and not one
   * after another.
   */
  touch(order: Uint32Array, from: number, to: number): void {
    let touched = 0;
    for (let at = from; at < to; at++) touched += this.bytes[this.end(order[at]!)]!;
    this.touched = touched;
  }

  /** Adds a line of others. */
  copy(from: KeyLines, n: number): void {
    const [start, end] = [from.start(n), from.end(n)];
    this.reserve(end - start, 1);
    const { bytes } = this;
    const source = from.bytes;
    const to = this.start(this.count);
    for (let at = start; at < end; at++) bytes[to + at - start] = source[at]!;
    this.finish(to + from.keyEnd(n) - start, to + end - start);
  }

  /** Adds the lines of others from one up to another, which are not empty. */
  copyAll(from: KeyLines, first: number, end: number): void {
    const [start, last] = [from.start(first), from.end(end - 1)];
    this.reserve(last - start, end - first);
    const shift = this.start(this.count) - start;
    this.bytes.set(from.bytes.subarray(start, last), start + shift);
    this.bytes[last + shift] = lineFeed;
    const after = 2 * this.count + 1;
    for (let place = 2 * first + 1; place <= 2 * end; place++)
      this.places[after + place - 2 * first - 1] = from.places[place]! + shift;
    this.count += end - first;
  }

  /** Adds to the last key the positions that others have under it. A key that has its first position only keeps that. */
  extendLast(from: KeyLines, n: number): void {
    if (this.lastHasFirstOnly() || this.lastEndsWith(from, n)) return;
    const [start, end] = [from.keyEnd(n) + 1, from.end(n)];
    this.reserve(end - start, 0);
    const to = this.end(this.count - 1);
    this.bytes[to - 1] = comma;
    this.bytes.set(from.bytes.subarray(start, end), to);
    this.bytes[to + end - start] = lineFeed;
    this.places[2 * this.count] = to + end - start + 1;
  }

  private lastHasFirstOnly(): boolean {
    const start = this.start(this.count - 1);
    for (let at = 0; at < firstOnly.length; at++) if (this.bytes[start + at] !== firstOnly[at]) return false;
    return true;
  }

  /** Whether the list of the last key ends with this one: an event that has a key twice. */
  private lastEndsWith(from: KeyLines, n: number): boolean {
    const first = from.keyEnd(n) + 1;
    let at = this.end(this.count - 1);
    for (let other = from.end(n); other > first; ) if (this.bytes[--at] !== from.bytes[--other]) return false;
    return this.bytes[at - 1] === opening || this.bytes[at - 1] === comma;
  }

  /** Whether the last key is that of a line of others. Compared from the end, where keys differ. */
  lastIsKeyOf(from: KeyLines, n: number): boolean {
    let [at, other] = [this.keyEnd(this.count - 1), from.keyEnd(n)];
    const start = this.start(this.count - 1);
    if (at - start !== other - from.start(n)) return false;
    while (at > start) if (this.bytes[--at] !== from.bytes[--other]) return false;
    return true;
  }

  /** Takes the lines out of it, in memory of their size. */
  take(): KeyLines {
    const taken = new KeyLines(Buffer.allocUnsafeSlow(this.start(this.count)), this.count);
    taken.copyAll(this, 0, this.count);
    this.clear();
    return taken;
  }
}

/** Compares a key with another, by bytes. */
export const compareKeys = (one: KeyLines, n: number, other: KeyLines, m: number): number => {
  const [start, otherStart] = [one.start(n), other.start(m)];
  const length = one.keyEnd(n) - start;
  const otherLength = other.keyEnd(m) - otherStart;
  const [bytes, otherBytes] = [one.bytes, other.bytes];
  for (let at = 0; at < length && at < otherLength; at++) {
    const difference = bytes[start + at]! - otherBytes[otherStart + at]!;
    if (difference !== 0) return difference;
  }
  return length - otherLength;
};
