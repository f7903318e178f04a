/** Reads the columns of event kinds of the runs: see `code-blocks.ts`. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LRUCache } from 'lru-cache';
import { blockEvents, type Codes, codesIn, presentIn } from './code-blocks.ts';
import { cacheOf } from './reader-caches.ts';
import { offsetAfter, positionAt } from './run-offsets.ts';
import { damaged, type Run } from './run-tables.ts';

/** Use one instance for each reading connection. */
export class KindColumns {
  private readonly statements: Readonly<Record<'present' | 'codes', StatementSync>>;
  private readonly codeBlocks: LRUCache<string, Codes>;
  private readonly present = new Map<number, ReadonlyArray<Uint32Array>>();
  private current: ReadonlyArray<Run> = [];

  /** @param bytesMax the memory that codes may take, about. */
  constructor(database: DatabaseSync, bytesMax: number) {
    this.codeBlocks = cacheOf(bytesMax);
    this.statements = {
      present: database.prepare(
        'SELECT present, present_checksum AS checksum FROM code_block WHERE run = ? ORDER BY place',
      ),
      codes: database.prepare('SELECT codes, checksum FROM code_block WHERE run = ? AND place = ?'),
    };
  }

  /** Reads these runs from now on. */
  refresh(runs: ReadonlyArray<Run>): void {
    this.current = runs;
    const ids = new Set(runs.map(({ id }) => id));
    for (const id of this.present.keys()) if (!ids.has(id)) this.present.delete(id);
  }

  /** The codes in each block of a run. */
  private presentCodes(run: Run): ReadonlyArray<Uint32Array> {
    let present = this.present.get(run.id);
    if (present === undefined) {
      present = this.statements.present.all(run.id).map((row) => presentIn(row.present, row.checksum));
      if (present.length !== Math.ceil(run.events / blockEvents)) throw damaged('kinds of events');
      this.present.set(run.id, present);
    }
    return present;
  }

  private codes(run: Run, place: number): Codes {
    const cacheKey = `${run.id} ${place}`;
    let codes = this.codeBlocks.get(cacheKey);
    if (codes === undefined) {
      const row = this.statements.codes.get(run.id, place);
      codes = codesIn(row?.codes, row?.checksum, Math.min(blockEvents, run.events - place * blockEvents));
      this.codeBlocks.set(cacheKey, codes);
    }
    return codes;
  }

  /** The positions of events whose kinds have one of the codes, after one and up to another: the first `limit`. */
  positionsOf(codes: ReadonlyArray<number>, after: number, upTo: number, limit: number): number[] {
    const out: number[] = [];
    if (codes.length === 0) return out;
    const isWanted = new Uint8Array(Math.max(...codes) + 1);
    for (const code of codes) isWanted[code] = 1;
    for (const run of this.current) {
      if (run.lastPosition <= after || run.firstPosition > upTo) continue;
      const present = this.presentCodes(run);
      for (let from = offsetAfter(run, after); from < run.events; ) {
        const place = Math.floor(from / blockEvents);
        const first = place * blockEvents;
        if (present[place]!.some((code) => isWanted[code] === 1)) {
          const block = this.codes(run, place);
          for (let at = from - first; at < block.length; at++) {
            if (isWanted[block[at]!] !== 1) continue;
            const position = positionAt(run, first + at);
            if (position > upTo) return out;
            if (out.push(position) >= limit) return out;
          }
        }
        from = first + blockEvents;
      }
    }
    return out;
  }

  /** The code of the kind of the event at a position; 0 if it is unreadable or missing. */
  codeAt(position: number): number {
    const run = this.current.find((each) => each.firstPosition <= position && position <= each.lastPosition);
    if (run === undefined) return 0;
    const offset = offsetAfter(run, position - 1);
    if (positionAt(run, offset) !== position) return 0;
    return this.codes(run, Math.floor(offset / blockEvents))[offset % blockEvents]!;
  }
}
