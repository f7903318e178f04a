/**
 * Tells which events name newcomers alone: people whom no event up to an earlier position names. Nobody has to look for what
 * was recorded of them before, which takes seconds among a hundred million people.
 *
 * The vault numbers its entries, and each new person gets a random pseudonym under the next number. This process is told,
 * for the events that it appends, between which numbers the entries of their people are; and now and then how many entries
 * there are (`NamedEntries` in the ledger). So the numbers of the people whom all events up to a position name are known,
 * or more of them:
 *
 * - those of an event that was told are between the two numbers;
 * - those of any other enrolment are no greater than the number of entries after it was appended: an enrolment gets the
 *   pseudonyms that `Vault.admit` returned before. So nobody has a greater number whom an enrolment at the head of the log or
 *   before names, if the head was read first and the number of entries then.
 *
 * An event names newcomers alone if none of its numbers is among these. This holds whoever recorded the events, in whatever
 * order, and however often: if a request names a person whom another one admitted and comes first in the log, its event
 * is in the second group, and the person's number is no greater than that of the entries then. What was not told, such as
 * the events of other processes, only makes newcomers look like others.
 *
 * Two people whose topics have the same hash may both be newcomers. Each has one enrolment then, and is counted once.
 */
import { NumberRanges } from './number-ranges.ts';

/** The ranges that are kept, and the numbers of entries: the oldest are dropped. */
export const rangesToldMax = 100_000;
const countsMax = 1_000;

/** In columns: the first and last position of events in a row, and the least and greatest number of their people. */
export const rangeWidth = 4;

/** A position that the log had reached, and the number of entries, read after that. */
export interface HeadWithEntries {
  readonly head: number;
  readonly entries: number;
}

/** What a process knows of the entries of people whom events name. */
export interface EntriesTold {
  /** The events that were appended since it was told last, in rows of `rangeWidth`. The least number is 0 if it is unknown. */
  readonly ranges: Float64Array;
  /** Heads of the log, in order. */
  readonly heads: ReadonlyArray<HeadWithEntries>;
}

/** Whether an event names newcomers alone, by its position. */
export type NamesNewcomers = (position: number) => boolean;

const nobodyIsNew: NamesNewcomers = () => false;

export class Newcomers {
  /** Rows of `rangeWidth`, in the order of their positions. */
  private readonly ranges: number[] = [];
  /** Heads of the log, each with a number of entries, in order. */
  private readonly counts: HeadWithEntries[] = [];
  /** The numbers of all people whom events up to `upTo` name, and possibly others. */
  private readonly named = new NumberRanges();
  private upTo = 0;

  /** Takes in what a process tells. */
  told({ ranges, heads }: EntriesTold): void {
    for (let row = 0; row < ranges.length; row += rangeWidth)
      this.put(ranges.subarray(row, row + rangeWidth));
    this.ranges.splice(0, this.ranges.length - rangesToldMax * rangeWidth);
    for (const each of heads)
      if (each.head > (this.counts.at(-1)?.head ?? Number.NEGATIVE_INFINITY)) this.counts.push(each);
    this.counts.splice(0, this.counts.length - countsMax);
  }

  private put(row: Float64Array): void {
    // Nearly always it is the last one.
    let place = this.ranges.length;
    while (place > 0 && this.ranges[place - rangeWidth]! > row[0]!) place -= rangeWidth;
    this.ranges.splice(place, 0, ...row);
  }

  /** Which events after a position name nobody whom an event up to that position names. */
  after(position: number): NamesNewcomers {
    if (!this.reach(position)) return nobodyIsNew;
    const fresh: number[] = [];
    for (let row = 0; row < this.ranges.length; row += rangeWidth) {
      const [first, last, least, greatest] = this.row(row);
      if (least > 0 && !this.named.hasAny(least, greatest)) fresh.push(first, last);
    }
    return (sought) => {
      let [low, high] = [0, fresh.length / 2];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (fresh[2 * middle + 1]! < sought) low = middle + 1;
        else high = middle;
      }
      return sought > position && sought >= (fresh[2 * low] ?? Number.POSITIVE_INFINITY);
    };
  }

  private row(at: number): readonly [first: number, last: number, least: number, greatest: number] {
    const { ranges } = this;
    return [ranges[at]!, ranges[at + 1]!, ranges[at + 2]!, ranges[at + 3]!];
  }

  /** Adds the numbers of everybody whom events up to a position name. Returns false if they are not known yet. */
  private reach(position: number): boolean {
    let row = 0;
    while (this.upTo < position) {
      while (row < this.ranges.length && this.ranges[row + 1]! <= this.upTo) row += rangeWidth;
      const [first, last, least, greatest] = this.row(row);
      if (first <= this.upTo + 1) {
        this.named.add(least, greatest);
        this.upTo = Math.min(last, position);
        continue;
      }
      const end = Math.min(position, first === undefined ? position : first - 1);
      const count = this.counts.find(({ head }) => head >= end);
      if (count === undefined) return false;
      this.named.add(0, count.entries);
      this.upTo = end;
    }
    while (row < this.ranges.length && this.ranges[row + 1]! <= position) row += rangeWidth;
    this.ranges.splice(0, row);
    while (this.counts.length > 0 && this.counts[0]!.head < position) this.counts.shift();
    return true;
  }
}
