/**
 * The tables of the sorted runs, and how rows are decoded.
 *
 * A flipped bit is detected on reading. Each row has a checksum over its other columns, and a run lists its blocks
 * and posting lists and what precedes it, so that a missing row is detected as well.
 */
import { crc32 } from 'node:zlib';
import { fromBlob, toBlob } from '../../sorted-runs/sorted-runs.ts';
import { ProjectionsDamaged } from './damage.ts';
import { PostingColumns, PostingPlaces } from './posting-columns.ts';

/** The tables. `roll` contains posting lists, and `population` is the key of a list: see `posting-list.ts`. */
export const runTables = `
  CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    after_position INTEGER NOT NULL, -- the last one of the run before
    first_position INTEGER NOT NULL, last_position INTEGER NOT NULL, events INTEGER NOT NULL,
    first_block INTEGER NOT NULL, last_block INTEGER NOT NULL,
    fences BLOB NOT NULL, -- the first entry of each block
    populations BLOB NOT NULL, -- the keys of its posting lists
    positions BLOB, -- of each event, where they are not all the numbers from the first on
    checksum INTEGER NOT NULL
  );
  CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, entries BLOB NOT NULL, checksum INTEGER NOT NULL);
  CREATE TABLE roll (
    run INTEGER NOT NULL, population INTEGER NOT NULL,
    places BLOB NOT NULL, places_checksum INTEGER NOT NULL,
    subjects BLOB NOT NULL, checksum INTEGER NOT NULL, -- last, so that the places are read without them
    PRIMARY KEY (run, population)
  );
  -- The kinds of the events of a run, in blocks: see \`code-blocks.ts\`.
  CREATE TABLE code_block (run INTEGER NOT NULL, place INTEGER NOT NULL, present BLOB NOT NULL, present_checksum INTEGER NOT NULL, codes BLOB NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (run, place));
  -- Topics of events that an event of a later run gave them.
  CREATE TABLE late_touch (topic INTEGER NOT NULL, position INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (topic, position)) WITHOUT ROWID;
`;

/** The parts of filters of runs: see `run-filters.ts`. A file of an earlier version has no such table. */
export const filterTable =
  'CREATE TABLE filter_part (id INTEGER PRIMARY KEY, parts INTEGER NOT NULL, words BLOB NOT NULL, checksum INTEGER NOT NULL)';

/** Runs of more blocks are large: they have filters, and their blocks are not kept in memory. */
const largeRunBlocks = 64;

/** Whether a run of so many blocks is large. */
export const isLarge = (blocks: number): boolean => blocks > largeRunBlocks;

const nothing = new Uint8Array(0);
const aList = 'a posting list';

/** Entries in one block: two of them fit on a page of 16 KiB. */
export const blockEntries = 1_000;

/** The error for a damaged row. */
export const damaged = (what: string): ProjectionsDamaged =>
  new ProjectionsDamaged(`the projections hold ${what} that is damaged`);

/** The numbers in a blob. Throws `ProjectionsDamaged` if the checksum differs. */
export const checked = (what: string, blob: unknown, checksum: unknown): Float64Array => {
  const bytes = blob as Uint8Array;
  if (bytes.length % 8 !== 0 || crc32(bytes) !== checksum) throw damaged(what);
  return fromBlob(bytes);
};

/**
 * Frees numbers of a row, which SQLite made for its reader alone, once they are no longer needed. A collection of garbage would
 * come too late for many of them.
 */
export const free = ({ buffer }: Float64Array): void => void (buffer as ArrayBuffer).transfer(0);

/** The places of a posting list, in its row. Throws `ProjectionsDamaged` if the checksum differs. */
export const placesIn = (row: Readonly<Record<string, unknown>> | undefined): PostingPlaces =>
  new PostingPlaces(checked(aList, row?.places ?? nothing, row?.places_checksum));

/** A posting list, in its row. Throws `ProjectionsDamaged` if a checksum differs. */
export const postingsIn = (row: Readonly<Record<string, unknown>> | undefined): PostingColumns => {
  const list = new PostingColumns({
    places: checked(aList, row?.places ?? nothing, row?.places_checksum),
    subjects: checked(aList, row?.subjects ?? nothing, row?.checksum),
  });
  if (list.startOf(list.groups) !== list.subjects.length) throw damaged(aList);
  return list;
};

/** The decoded row of a run. */
export interface Run {
  readonly id: number;
  readonly afterPosition: number;
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly events: number;
  readonly firstBlock: number;
  readonly lastBlock: number;
  /** The first entry of each block. */
  readonly fences: Float64Array;
  /** The keys of its posting lists. */
  readonly listKeys: Float64Array;
  /** Undefined if they are consecutive from the first one on. */
  readonly positions: Float64Array | undefined;
}

/** The checksum of the row of a run. */
export const checksumOfRun = (run: Omit<Run, 'id'>): number => {
  const { afterPosition, firstPosition, lastPosition, events, firstBlock, lastBlock } = run;
  const numbers = [afterPosition, firstPosition, lastPosition, events, firstBlock, lastBlock];
  const parts = [Float64Array.from(numbers), run.fences, run.listKeys, run.positions ?? new Float64Array(0)];
  return parts.reduce((checksum, part) => crc32(toBlob(part), checksum), 0);
};

/** Decodes the row of a run. Throws `ProjectionsDamaged` if it is damaged. */
export const runOf = (row: Record<string, unknown>): Run => {
  const run = {
    id: row.id as number,
    afterPosition: row.after_position as number,
    firstPosition: row.first_position as number,
    lastPosition: row.last_position as number,
    events: row.events as number,
    firstBlock: row.first_block as number,
    lastBlock: row.last_block as number,
    fences: fromBlob(row.fences),
    listKeys: fromBlob(row.populations),
    positions: row.positions === null ? undefined : fromBlob(row.positions),
  };
  if (checksumOfRun(run) !== row.checksum) throw damaged('a run');
  return run;
};
