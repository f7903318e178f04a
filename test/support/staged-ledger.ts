/**
 * A ledger in memory that is recorded in stages and asked in between, like a server: what it caches between
 * questions is kept, and can be compared with a process that asks for the first time.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Assurance } from '../../src/domain/events/words.ts';
import { Applier } from '../../src/projections/engine/applier.ts';
import { IndexReader } from '../../src/projections/engine/index-reader.ts';
import { Scanner } from '../../src/projections/engine/scanner.ts';
import { createTables } from '../../src/projections/engine/tables.ts';
import { View } from '../../src/questions/view.ts';
import type { Work } from '../../src/questions/work.ts';
import type { StoredEvent } from '../../src/store/event-store.ts';
import type { LogReader } from '../../src/store/log-reader.ts';
import { logOf } from './ledger.ts';

export class StagedLedger {
  private readonly all: ReadonlyArray<StoredEvent>;
  private current: LogReader = logOf([]);
  private readonly log: LogReader;
  private readonly database = new DatabaseSync(':memory:');
  private readonly applier: Applier;
  private readonly scanner: Scanner;
  private readonly nextUpdate: ReturnType<Applier['scannerUpdates']>;
  private readonly lasting: IndexReader;

  /** @param all all events to be recorded. */
  constructor(all: ReadonlyArray<StoredEvent>) {
    this.all = all;
    this.log = {
      at: (position) => this.current.at(position),
      lend: (position, use) => this.current.lend(position, use),
      some: (positions, bytesMax) => this.current.some(positions, bytesMax),
      after: (position, limit) => this.current.after(position, limit),
      next: (position, limit) => this.current.next(position, limit),
      page: (position, upTo, limit) => this.current.page(position, upTo, limit),
      find: (source, id) => this.current.find(source, id),
      positionOf: (source, id) => this.current.positionOf(source, id),
      findSome: (source, ids) => this.current.findSome(source, ids),
      ofSource: (source, after, limit) => this.current.ofSource(source, after, limit),
      head: () => this.current.head(),
      recordedAtOf: (position) => this.current.recordedAtOf(position),
      lastKnownBy: (instant) => this.current.lastKnownBy(instant),
      close: () => {},
    };
    createTables(this.database);
    this.applier = new Applier(this.database, this.log);
    this.scanner = new Scanner(this.log);
    this.nextUpdate = this.applier.scannerUpdates();
    this.lasting = new IndexReader(this.database, this.log);
  }

  /** The last recorded position. */
  get head(): number {
    return this.current.head();
  }

  /** Records the next events. */
  record(count: number): void {
    this.current = logOf(this.all.slice(0, this.head + count));
    this.scanner.learn(this.nextUpdate());
    const batch = this.scanner.scan(this.applier.checkpoint(), Number.MAX_SAFE_INTEGER);
    if (batch !== undefined) this.applier.apply(batch);
    this.lasting.refresh();
  }

  /** The view of the continuously running server. */
  view(position: number, minAssurance: Assurance, work?: Work): View {
    return new View(this.lasting, { position, minAssurance }, [], work);
  }

  /** The view of a process that opens the same files now. */
  fresh(position: number, minAssurance: Assurance): View {
    const index = new IndexReader(this.database, this.log);
    index.refresh();
    return new View(index, { position, minAssurance });
  }

  close(): void {
    this.database.close();
  }
}
