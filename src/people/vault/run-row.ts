/** The row of a run of the vault's index: where its parts are stored. */
import { crc32 } from 'node:zlib';
import { RunFilter } from '../../sorted-runs/run-filter.ts';
import { slotsFor } from './slots.ts';

/** The row of a run. */
export interface RunRow {
  /** The first entry of the vault in the run, and the number of entries. */
  readonly first: number;
  readonly entries: number;
  /** The number of numbers in the run. */
  readonly size: number;
  /** The slots of its blocks, of its fences and of its filter. */
  readonly slots: Uint32Array;
  /** The version of its filter. */
  readonly filter: number;
}

/** The version of filters. Filters of version 1 had smaller blocks, and the earliest runs have neither filter nor fences. */
export const filterVersion = 2;
/** In version 1: words of 32 bits, of 12 bits for each number. */
const firstFilterWords = (numbers: number): number => Math.ceil((numbers * 12) / 32);

const bytesOf = (slots: Uint32Array): Uint8Array =>
  new Uint8Array(slots.buffer, slots.byteOffset, slots.byteLength);

/** The row of a run as stored, with a checksum. */
export const storedRun = ({ first, entries, size, slots, filter }: RunRow) => {
  const bytes = bytesOf(slots);
  const numbers = `${first} ${entries} ${size}${filter === 1 ? '' : ` ${filter}`}`;
  return { first, entries, size, bytes, filter, checksum: crc32(bytes, crc32(numbers)) };
};

/** Decodes a row; undefined if it is damaged. */
export const runRowIn = (row: Readonly<Record<string, unknown>>): RunRow | undefined => {
  const slots = new Uint32Array(Uint8Array.from(row.slots as Uint8Array).buffer);
  const run = {
    first: Number(row.first_entry),
    entries: Number(row.entries),
    size: Number(row.size),
    slots,
    filter: Number(row.filter),
  };
  return storedRun(run).checksum === row.checksum ? run : undefined;
};

/** Whether it has the right number of slots. */
export const isWhole = ({ size, slots, filter }: RunRow): boolean => {
  const blocks = slotsFor(size);
  const withFilter = (words: number): number => blocks + slotsFor(blocks) + slotsFor(Math.ceil(words / 2));
  if (filter === filterVersion) return slots.length === withFilter(RunFilter.wordsFor(size));
  return filter === 1 && (slots.length === blocks || slots.length === withFilter(firstFilterWords(size)));
};
