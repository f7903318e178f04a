/**
 * A ledger, opened: the log, the vault, and the projections that serve questions. The API and the command line work
 * with this; `src/main` opens it.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Assurance } from '../domain/events/words.ts';
import type { Instant } from '../domain/time.ts';
import { openProjectionsToRead } from '../projections/generations.ts';
import type { Projector, ProjectorState } from '../projections/projector.ts';
import { IndexReader, View } from '../projections/view.ts';
import type { EventStore, Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import type { Vault } from '../vault/vault.ts';

/** What a ledger is made of. */
export interface LedgerParts {
  readonly store: EventStore;
  readonly log: LogReader;
  readonly vault: Vault;
  readonly now: () => Instant;
  /** How long a question waits for the projections, in milliseconds. */
  readonly waitMs: number;
}

/** One generation of the projections, being kept at the head of the log. */
export interface Serving {
  readonly generation: number;
  readonly projector: Projector;
  readonly file: string;
}

export class Ledger {
  readonly parts: LedgerParts;
  private serving: Serving;
  private index: { readonly reader: IndexReader; readonly database: DatabaseSync } | undefined;

  constructor(parts: LedgerParts, serving: Serving) {
    this.parts = parts;
    this.serving = serving;
  }

  /** Serves another generation from now on. Questions under way end on the one they began with. */
  serve(serving: Serving): void {
    this.index?.database.close();
    this.index = undefined;
    this.serving = serving;
  }

  current(): Serving {
    return this.serving;
  }

  /** How far the serving projections are. */
  state(): ProjectorState {
    return this.serving.projector.state;
  }

  /** Says that something was recorded. */
  grown(): void {
    this.serving.projector.grown();
  }

  /** Waits for the projections to reach a position: false if they do not within the time. */
  reached(position: Position): Promise<boolean> {
    return this.serving.projector.reached(position, this.parts.waitMs);
  }

  /** Waits until the serving projections can be asked at all. */
  async ready(): Promise<void> {
    await this.serving.projector.opened();
  }

  reader(): IndexReader {
    if (this.index === undefined) {
      const database = openProjectionsToRead(this.serving.file);
      this.index = { database, reader: new IndexReader(database, this.parts.log) };
    }
    return this.index.reader;
  }

  /**
   * Asks within one snapshot of the projections.
   *
   * @param position the last position to know, or the checkpoint if that is less.
   */
  ask<A>(position: Position, minAssurance: Assurance, question: (view: View) => A): A {
    const reader = this.reader();
    reader.database.exec('BEGIN');
    try {
      reader.refresh();
      const known = Math.min(position, reader.checkpoint());
      return question(new View(reader, { position: known, minAssurance }));
    } finally {
      reader.database.exec('COMMIT');
    }
  }

  async close(): Promise<void> {
    await this.serving.projector.stop();
    this.index?.database.close();
    await this.parts.store.close();
    this.parts.log.close();
    this.parts.vault.close();
  }
}
