/**
 * The filters of large runs. A question about a person asks each run for that person, and hardly any run has something: with
 * its filter in memory, no block of it need be read from the disk.
 *
 * A filter is stored in parts of a page each. The first lookup in a part reads it, in place of a block of the run, and keeps it.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { type BytesPerNumber, FilterInParts, partWords, RunFilter } from '../../sorted-runs/run-filter.ts';
import { fromBlob } from '../../sorted-runs/sorted-runs.ts';
import type { Topic } from '../topic-hash.ts';
import { blockEntries, damaged, isLarge, type Run } from './run-tables.ts';

/** Bytes of a filter for each entry of its run. */
const bytesPerEntry: BytesPerNumber = 1;
const partBytes = partWords * Uint32Array.BYTES_PER_ELEMENT;
/** The id of a part is this times the id of the run, and the number of the part. */
const partsRange = 2 ** 16;

const idOf = (run: number, part: number): number => run * partsRange + part;

/**
 * Whether a file has the table of filters. One of an earlier version has none, and is replaced by a replay in the background; until
 * then, its runs have no filters.
 */
export const hasFilters = (database: DatabaseSync): boolean =>
  database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'filter_part'").get() !== undefined;

/** With another id or number of parts, a hash would be sought in the wrong place and seem absent. */
const checksumOf = (id: number, parts: number, words: Uint8Array): number =>
  crc32(words, crc32(`${id} ${parts}`));

/** A part of a filter, and how many parts that has. Throws `ProjectionsDamaged` if the row is damaged. */
export const filterPartIn = (
  row: Readonly<Record<string, unknown>>,
): { readonly parts: number; readonly words: Uint32Array } => {
  const parts = Number(row.parts);
  const words = row.words as Uint8Array;
  if (words.length !== partBytes || checksumOf(Number(row.id), parts, words) !== row.checksum)
    throw damaged('a filter');
  const { buffer, byteOffset } = fromBlob(words);
  return { parts, words: new Uint32Array(buffer, byteOffset, partWords) };
};

/** Writes the filters of runs. */
export class FilterWriter {
  private readonly statements;

  constructor(database: DatabaseSync) {
    this.statements = hasFilters(database)
      ? {
          insert: database.prepare('INSERT INTO filter_part VALUES (?, ?, ?, ?)'),
          remove: database.prepare('DELETE FROM filter_part WHERE id >= ? AND id < ?'),
        }
      : undefined;
  }

  /** An empty filter for a run of up to so many blocks; undefined if it gets none. */
  filterFor(blocks: number): RunFilter | undefined {
    if (this.statements === undefined || !isLarge(blocks)) return undefined;
    const parts = Math.ceil((blocks * blockEntries * bytesPerEntry) / partBytes);
    return new RunFilter(new Uint32Array(parts * partWords), bytesPerEntry);
  }

  write(run: number, { words }: RunFilter): void {
    const parts = words.length / partWords;
    for (let part = 0; part < parts; part++) {
      const bytes = new Uint8Array(words.buffer, part * partBytes, partBytes);
      const id = idOf(run, part);
      this.statements?.insert.run(id, parts, bytes, checksumOf(id, parts, bytes));
    }
  }

  remove(run: number): void {
    this.statements?.remove.run(idOf(run, 0), idOf(run + 1, 0));
  }
}

/** Reads the parts of filters in a file. */
class PartReader {
  private readonly select: StatementSync;

  constructor(database: DatabaseSync) {
    this.select = database.prepare('SELECT * FROM filter_part WHERE id = ?');
  }

  /** How many parts the filter of a run has; 0 if it has no filter. */
  partsOf(run: number): number {
    const row = this.select.get(idOf(run, 0));
    return row === undefined ? 0 : filterPartIn(row).parts;
  }

  /** @throws ProjectionsDamaged */
  read(run: number, part: number, parts: number): Uint32Array {
    const row = this.select.get(idOf(run, part));
    const read = row === undefined ? undefined : filterPartIn(row);
    if (read?.parts !== parts) throw damaged('a filter');
    return read.words;
  }
}

/** The filter of a run, and those of its parts that are in memory. */
interface FilterOfRun {
  readonly filter: FilterInParts;
  readonly kept: Map<number, Uint32Array>;
}

/** The filters of the runs in a file, in memory as far as there is room. */
export class RunFilters {
  private readonly parts: PartReader | undefined;
  private readonly bytesMax: number;
  /** By the id of the run; undefined for a run without one. */
  private readonly filters = new Map<number, FilterOfRun | undefined>();
  private bytes = 0;

  /** @param bytesMax the memory that they may take; 0 to use none. */
  constructor(database: DatabaseSync, bytesMax: number) {
    this.bytesMax = bytesMax;
    if (bytesMax > 0 && hasFilters(database)) this.parts = new PartReader(database);
  }

  /** Forgets the filters of all but these runs. */
  keepThose(runs: ReadonlyMap<number, Run>): void {
    for (const [id, known] of this.filters) {
      if (runs.has(id)) continue;
      this.bytes -= (known?.kept.size ?? 0) * partBytes;
      this.filters.delete(id);
    }
  }

  /**
   * Whether a run may have something under a topic.
   *
   * @throws ProjectionsDamaged
   */
  mayHave(run: Run, topic: Topic): boolean {
    if (this.parts === undefined || !isLarge(run.fences.length)) return true;
    if (!this.filters.has(run.id)) this.filters.set(run.id, this.filterOf(this.parts, run.id));
    return this.filters.get(run.id)?.filter.mayHave(topic >>> 0) ?? true;
  }

  private filterOf(reader: PartReader, run: number): FilterOfRun | undefined {
    const parts = reader.partsOf(run);
    if (parts === 0) return undefined;
    const kept = new Map<number, Uint32Array>();
    const read = (part: number): Uint32Array | undefined => {
      const known = kept.get(part);
      if (known !== undefined || this.bytes + partBytes > this.bytesMax) return known;
      const words = reader.read(run, part, parts);
      kept.set(part, words);
      this.bytes += partBytes;
      return words;
    };
    return { kept, filter: new FilterInParts(parts, bytesPerEntry, read) };
  }
}

/**
 * The filter of a run, to compare it with the run's entries in order: it keeps one part.
 *
 * @returns undefined if the run has none.
 */
export const filterToCompare = (database: DatabaseSync, { id }: Run): FilterInParts | undefined => {
  if (!hasFilters(database)) return undefined;
  const reader = new PartReader(database);
  const parts = reader.partsOf(id);
  if (parts === 0) return undefined;
  let last: { readonly part: number; readonly words: Uint32Array } | undefined;
  return new FilterInParts(parts, bytesPerEntry, (part) => {
    if (last?.part !== part) last = { part, words: reader.read(id, part, parts) };
    return last.words;
  });
};
