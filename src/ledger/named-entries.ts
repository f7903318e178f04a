/**
 * The numbers of the vault's entries of the people whom appended events name: between which they are. Threads that count
 * are told, and find in them who is new: see `../projections/engine/newcomers.ts`.
 *
 * They are kept in memory alone, since this process started, and say nothing about the events of other processes.
 */
import {
  type EntriesTold,
  type HeadWithEntries,
  rangesToldMax,
  rangeWidth,
} from '../projections/engine/newcomers.ts';
import type { Position } from '../store/event-store.ts';

/** Between which numbers the entries are of the people whom an event names; undefined if it is unknown. */
export interface Entries {
  readonly least: number;
  readonly greatest: number;
}
export type EntriesOfEvent = Entries | undefined;

/** The entries of nobody. */
export const nobodysEntries: Entries = { least: Number.POSITIVE_INFINITY, greatest: 0 };

/** The numbers of all these. */
export const allOf = (a: Entries, b: Entries): Entries => {
  if (a === b || b === nobodysEntries) return a;
  if (a === nobodysEntries) return b;
  return { least: Math.min(a.least, b.least), greatest: Math.max(a.greatest, b.greatest) };
};

/** Where the numbers come from. */
export interface EntriesOfVault {
  /** The last position of the log. */
  head(): Position;
  /** How many entries the vault has; undefined if another process keeps it. */
  entries(): number | undefined;
}

/** What threads are told of appended events. */
export class NamedEntries {
  private readonly of: EntriesOfVault;
  /** What the log and the vault had at the start: nobody else is named by what was recorded before. */
  private readonly atStart: HeadWithEntries | undefined;
  /** Rows of `rangeWidth`, in the order of the appends. */
  private readonly ranges: number[] = [];
  /** How many rows were dropped. */
  private dropped = 0;

  /** Create it before anything is appended. */
  constructor(of: EntriesOfVault) {
    this.of = of;
    this.atStart = this.now();
  }

  private now(): HeadWithEntries | undefined {
    // In this order: nobody with a later entry is named up to the head.
    const head = this.of.head();
    const entries = this.of.entries();
    return entries === undefined ? undefined : { head, entries };
  }

  /** Events were appended one after the other, the first at this position. */
  appended(first: Position, entriesOf: ReadonlyArray<EntriesOfEvent>): void {
    const all = this.of.entries();
    if (all === undefined) return;
    const unknown: Entries = { least: 0, greatest: all };
    for (let start = 0; start < entriesOf.length; ) {
      const entries = entriesOf[start];
      let end = start + 1;
      while (end < entriesOf.length && entriesOf[end] === entries) end++;
      const { least, greatest } = entries ?? unknown;
      this.ranges.push(first + start, first + end - 1, least, greatest);
      start = end;
    }
    // Dropped a tenth at a time: each time, the others are moved.
    const rows = this.ranges.length / rangeWidth;
    if (rows <= rangesToldMax * 1.1) return;
    this.dropped += rows - rangesToldMax;
    this.ranges.splice(0, (rows - rangesToldMax) * rangeWidth);
  }

  /**
   * What a thread is to be told that was told so many rows before, and how many it knows then; undefined if another process
   * keeps the vault.
   */
  since(told: number): { readonly entries: EntriesTold; readonly told: number } | undefined {
    const now = this.now();
    if (now === undefined) return undefined;
    const from = Math.max(0, told - this.dropped) * rangeWidth;
    return {
      entries: {
        ranges: Float64Array.from(this.ranges.slice(from)),
        heads: told === 0 && this.atStart !== undefined ? [this.atStart, now] : [now],
      },
      told: this.dropped + this.ranges.length / rangeWidth,
    };
  }
}
