/**
 * A ledger, opened: the log, the vault, and the projections that serve questions. The API and the command line work
 * with this; `src/main` opens it.
 */
import type { DatabaseSync } from 'node:sqlite';
import type * as E from 'fp-ts/lib/Either.js';
import type { Answered } from '../contract/asked.ts';
import type { Problem } from '../contract/problem.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { Keys } from '../people/access/keys.ts';
import type { ReadLog } from '../people/access/read-log.ts';
import type { Vault } from '../people/vault/vault.ts';
import { isDamage, ProjectionsDamaged } from '../projections/engine/damage.ts';
import {
  checkpointOf,
  type Generations,
  isFilledByThisCode,
  openProjectionsToRead,
} from '../projections/engine/generations.ts';
import { IndexReader } from '../projections/engine/index-reader.ts';
import { Projector, type ProjectorState } from '../projections/engine/projector.ts';
import { Replays } from '../projections/engine/replay.ts';
import type { View } from '../questions/view.ts';
import {
  type AskedWidely,
  answerWidely,
  type FoundBy,
  type WideQuestion,
} from '../questions/wide/wide-questions.ts';
import type { EventStore, Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { Answering } from './answering.ts';
import { askAsKnown } from './ask.ts';
import { compareBeside } from './compare/compare-beside.ts';

/** What a ledger is made of. */
export interface LedgerParts {
  readonly store: EventStore;
  readonly log: LogReader;
  /** The file that `log` reads: a projector's thread opens it for itself. */
  readonly logFile: string;
  readonly vault: Vault;
  readonly generations: Generations;
  readonly keys: Keys;
  readonly reads: ReadLog;
  readonly now: () => Instant;
  /** How long a question waits for the projections, in milliseconds. */
  readonly waitMs: number;
}

/** One generation of the projections, being kept at the head of the log. */
interface Serving {
  readonly generation: number;
  readonly projector: Projector;
}

export class Ledger {
  readonly parts: LedgerParts;
  readonly replays: Replays;
  private readonly answering: Answering;
  /** Up to this position wide questions are answered on the spot: a thread would cost more than it is worth. */
  onTheSpotMax = 10_000;
  private serving: Serving;
  /**
   * Whether the projections have yet to catch up with the log, after a start or because they are built anew: an answer
   * now could know less than one before.
   */
  private building = true;
  private readonly followers = new Set<Projector>();
  private readonly listeners = new Set<(state: ProjectorState) => void>();
  private index: { readonly reader: IndexReader; readonly database: DatabaseSync } | undefined;

  constructor(parts: LedgerParts) {
    this.parts = parts;
    const { generations, logFile, now } = parts;
    this.answering = new Answering(logFile);
    generations.removeOthers();
    const generation = generations.serving() ?? generations.next();
    generations.serve(generation);
    this.serving = { generation, projector: this.projectorOf(generation) };
    this.attend(this.serving.projector);
    this.replays = new Replays({
      generations,
      logFile,
      now,
      events: async () => this.reader().runs.events(),
      servingPosition: () => this.state().position,
      compare: (after, signal) => {
        const before = generations.file(this.serving.generation);
        return compareBeside({ before, after, logFile, validAt: now() }, signal);
      },
      coversServing: (file) => checkpointOf(file) >= this.reader().checkpoint(),
      serve: (next, projector) => this.serve({ generation: next, projector }),
      follow: (projector) => {
        this.followers.add(projector);
        return () => this.followers.delete(projector);
      },
    });
  }

  private projectorOf(generation: number): Projector {
    const { generations, logFile } = this.parts;
    return new Projector({ logFile, projectionsFile: generations.file(generation) }, () => {
      // A file that is damaged, of another version or of another log is rebuilt from the log.
      void this.rebuild(generation);
    });
  }

  private readonly unusable = new Set<number>();

  /** Builds the projections anew in place of a generation that cannot be used. */
  private async rebuild(unusable: number): Promise<void> {
    const { generations } = this.parts;
    if (unusable !== this.serving.generation || this.unusable.has(unusable)) return;
    this.unusable.add(unusable);
    this.building = true;
    await this.replays.cancelAll();
    const generation = generations.next();
    generations.serve(generation);
    await this.serve({ generation, projector: this.projectorOf(generation) });
    generations.remove(unusable);
    generations.removeOthers();
  }

  private attend(projector: Projector): void {
    this.followers.add(projector);
    projector.watch((state) => {
      if (this.serving.projector !== projector) return;
      if (state.caughtUp) this.building = false;
      for (const listener of this.listeners) listener(state);
    });
  }

  /** Serves another generation from now on. Questions under way end on the one they began with. */
  private async serve(next: Serving): Promise<void> {
    const before = this.serving;
    this.serving = next;
    this.attend(next.projector);
    // It may have caught up already, and would not say so again.
    if (next.projector.state.caughtUp) this.building = false;
    this.index?.database.close();
    this.index = undefined;
    for (const listener of this.listeners) listener(this.state());
    this.followers.delete(before.projector);
    await before.projector.stop();
  }

  /** The number of the serving generation. */
  generation(): number {
    return this.serving.generation;
  }

  /** How far the serving projections are. */
  state(): ProjectorState {
    return this.serving.projector.state;
  }

  /** Whether the projections have yet to catch up with the log, so that questions have to wait. */
  isBuilding(): boolean {
    return this.building;
  }

  /**
   * Replays in the background where the serving projections were filled by other code; where the ones before were
   * filled by this code, as when an older version of it is put back, these are brought back.
   */
  async refill(): Promise<void> {
    const { generations } = this.parts;
    if (isFilledByThisCode(generations.file(this.serving.generation))) return;
    const before = generations.before();
    const isThere = before !== undefined && isFilledByThisCode(generations.file(before));
    await this.replays.start(isThere);
  }

  /** Says that something was recorded. */
  grown(): void {
    for (const projector of this.followers) projector.grown();
  }

  /** Calls back as the serving projections go on, until the returned function is called. */
  watch(listener: (state: ProjectorState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits for the projections to reach a position: false if they do not within the time. */
  async reached(position: Position): Promise<boolean> {
    const until = this.parts.now() + this.parts.waitMs;
    for (;;) {
      const { projector } = this.serving;
      if (await projector.reached(position, Math.max(0, until - this.parts.now()))) return true;
      // Another generation may have taken over meanwhile.
      if (projector === this.serving.projector) return false;
    }
  }

  /** Waits until the serving projections can be asked at all. */
  async ready(): Promise<void> {
    for (;;) {
      const { projector } = this.serving;
      await projector.opened();
      if (projector === this.serving.projector && projector.state.failure === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  reader(): IndexReader {
    if (this.index === undefined) {
      const database = openProjectionsToRead(this.parts.generations.file(this.serving.generation));
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
    return this.reading((reader) => askAsKnown(reader, position, minAssurance, question));
  }

  /**
   * Answers a wide question: on the spot where the ledger is small, beside everything else where it is not.
   *
   * @param signal of whoever asks: a question that nobody waits for any more is passed over.
   */
  async askWidely<Q extends WideQuestion>(
    asked: AskedWidely<Q>,
    signal: AbortSignal,
  ): Promise<E.Either<Problem, Answered<FoundBy<Q>>>> {
    const { position, minAssurance } = asked.asked.clocks;
    if (this.checkpoint() <= this.onTheSpotMax)
      return this.ask(position, minAssurance, (view) => answerWidely(view, asked));
    const { generations } = this.parts;
    try {
      return await this.answering.ask(() => generations.file(this.serving.generation), asked, signal);
    } catch (error) {
      if (error instanceof ProjectionsDamaged) void this.rebuild(this.serving.generation);
      throw error;
    }
  }

  /** The last position that can be known. */
  checkpoint(): Position {
    return this.reading((reader) => reader.checkpoint());
  }

  /** @throws ProjectionsDamaged where the file is found damaged; it is then rebuilt. */
  private reading<A>(read: (reader: IndexReader) => A): A {
    try {
      return read(this.reader());
    } catch (error) {
      if (!isDamage(error)) throw error;
      void this.rebuild(this.serving.generation);
      throw new ProjectionsDamaged('the projections are damaged', { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.answering.close();
    await this.replays.close();
    await this.serving.projector.stop();
    this.index?.database.close();
    // The writer goes last: whoever closes a file last writes its log back into it.
    this.parts.log.close();
    await this.parts.store.close();
    this.parts.vault.close();
    this.parts.reads.close();
  }
}
