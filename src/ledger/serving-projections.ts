/**
 * The generation of the projections that serves questions. It follows the log, a replay replaces it, and it is
 * rebuilt from the log if it cannot be used.
 */
import type { DatabaseSync } from 'node:sqlite';
import { isDamage, ProjectionsDamaged } from '../projections/engine/damage.ts';
import { type Generations, openProjectionsToRead } from '../projections/engine/generations.ts';
import { IndexReader } from '../projections/engine/index-reader.ts';
import { Projector, type ProjectorState } from '../projections/engine/projector.ts';
import type { Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { NotYetKnown } from './ask.ts';
import type { MemoryShares } from './memory-shares.ts';

/** One generation, and the projector that keeps it up to date. */
interface Serving {
  readonly generation: number;
  readonly projector: Projector;
}

/** How often to check whether a generation can be read, in milliseconds. */
const readyPollMs = 10;

export interface ServingOptions {
  readonly generations: Generations;
  readonly log: LogReader;
  /** The file of `log`, which the projector's thread opens itself. */
  readonly logFile: string;
  /** How much each part may keep in memory. */
  readonly memory: Pick<MemoryShares, 'serving' | 'eventFilters' | 'projectionsWriterPages'>;
  /** Called and awaited before the serving generation is rebuilt. */
  readonly beforeRebuild: () => Promise<void>;
}

/** The serving generation and the projectors that follow the log. */
export class ServingProjections {
  private readonly options: ServingOptions;
  private serving: Serving;
  /** True until they have caught up after a start or a rebuild: an answer could know less than an earlier one. */
  private building = true;
  /** Generations that were found unusable, so that each is rebuilt once. */
  private readonly unusable = new Set<number>();
  /** All projectors that follow new events: the serving one and those of replays. */
  private readonly projectors = new Set<Projector>();
  private readonly listeners = new Set<(state: ProjectorState) => void>();
  private index: { readonly reader: IndexReader; readonly database: DatabaseSync } | undefined;

  /** Serves the generation that served last, or a new one. */
  constructor(options: ServingOptions) {
    this.options = options;
    const { generations } = options;
    generations.removeOthers();
    const generation = generations.serving() ?? generations.next();
    generations.serve(generation);
    this.serving = { generation, projector: this.projectorOf(generation) };
    this.attend(this.serving.projector);
  }

  /** The number of the serving generation. */
  get generation(): number {
    return this.serving.generation;
  }

  /** The file of the serving generation. */
  get file(): string {
    return this.options.generations.file(this.serving.generation);
  }

  /** The state of the serving projections. */
  get state(): ProjectorState {
    return this.serving.projector.state;
  }

  /** Whether the projections are still catching up after a start or a rebuild, so that questions have to wait. */
  get isBuilding(): boolean {
    return this.building;
  }

  /** Tells every projector that events were recorded. */
  grown(): void {
    for (const projector of this.projectors) projector.grown();
  }

  /** Makes another projector follow new events. Call the returned function to stop. */
  follow(projector: Projector): () => void {
    this.projectors.add(projector);
    return () => this.projectors.delete(projector);
  }

  /** Calls back as the serving projections advance. Call the returned function to stop. */
  watch(listener: (state: ProjectorState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Waits for the projections to reach a position. Resolves with false if they do not in time. */
  async reached(position: Position, waitMs: number): Promise<boolean> {
    const until = performance.now() + waitMs;
    for (;;) {
      const { projector } = this.serving;
      if (await projector.reached(position, Math.max(0, until - performance.now()))) return true;
      // Another generation may have taken over meanwhile.
      if (projector === this.serving.projector) return false;
    }
  }

  /** Waits until the serving projections can be read. */
  async ready(): Promise<void> {
    for (;;) {
      const { projector } = this.serving;
      await projector.opened();
      if (projector === this.serving.projector && projector.state.failure === undefined) return;
      await new Promise((resolve) => setTimeout(resolve, readyPollMs));
    }
  }

  /** @throws NotYetKnown if the file may not exist yet; or if it cannot be opened. */
  reader(): IndexReader {
    if (this.index === undefined) {
      const { log, memory } = this.options;
      if (!this.serving.projector.hasOpened) throw new NotYetKnown(0, log.head());
      const { projectionsPages, caches } = memory.serving;
      const database = openProjectionsToRead(this.file, projectionsPages);
      this.index = { database, reader: new IndexReader(database, log, caches, memory.eventFilters) };
    }
    return this.index.reader;
  }

  /** @throws ProjectionsDamaged if the file is damaged; it is then rebuilt. */
  read<A>(act: (reader: IndexReader) => A): A {
    try {
      return act(this.reader());
    } catch (error) {
      if (!isDamage(error)) throw error;
      void this.rebuild();
      throw new ProjectionsDamaged('the projections are damaged', { cause: error });
    }
  }

  /** Serves another generation from now on. Current questions end on the one they began with. */
  async serve(generation: number, projector: Projector): Promise<void> {
    const before = this.serving;
    this.serving = { generation, projector };
    this.attend(projector);
    // A projector that has already caught up does not report it again.
    if (projector.state.caughtUp) this.building = false;
    this.index?.database.close();
    this.index = undefined;
    for (const listener of this.listeners) listener(this.state);
    this.projectors.delete(before.projector);
    await before.projector.stop();
  }

  /** Rebuilds the projections from the log, in place of a generation that cannot be used. */
  async rebuild(unusable = this.serving.generation): Promise<void> {
    const { generations, beforeRebuild } = this.options;
    if (unusable !== this.serving.generation || this.unusable.has(unusable)) return;
    this.unusable.add(unusable);
    this.building = true;
    await beforeRebuild();
    const generation = generations.next();
    generations.serve(generation);
    await this.serve(generation, this.projectorOf(generation));
    generations.remove(unusable);
    generations.removeOthers();
  }

  async close(): Promise<void> {
    await this.serving.projector.stop();
    this.index?.database.close();
  }

  private projectorOf(generation: number): Projector {
    const { generations, logFile, memory } = this.options;
    const cacheBytes = memory.projectionsWriterPages;
    // A file that is damaged, or of another version or log, is rebuilt from the log.
    return new Projector(
      { logFile, projectionsFile: generations.file(generation), cacheBytes },
      () => void this.rebuild(generation),
    );
  }

  private attend(projector: Projector): void {
    this.projectors.add(projector);
    projector.watch((state) => {
      if (this.serving.projector !== projector) return;
      if (state.caughtUp) this.building = false;
      for (const listener of this.listeners) listener(state);
    });
  }
}
