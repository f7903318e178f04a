/**
 * Replays. The next generation of the projections is built beside the serving one, catches up, is compared with it,
 * and replaces it atomically. Readers see no gap, writers continue, and the previous generation is kept.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import type { Generations } from './generations.ts';
import { Projector } from './projector.ts';

/** Ended replays to remember. */
const rememberedReplaysMax = 100;
/** How many events a new generation may lag behind the serving one to be compared and swapped. */
const swapLagEventsMax = 1_000;
/**
 * The pause, in milliseconds, between checks whether a generation that fell behind during the comparison has caught
 * up.
 */
const swapRetryMs = 5;
/** How long to wait, in milliseconds, between checks whether the replay was cancelled. */
const reachedWaitMs = 1_000;

/** The changed answers among those compared. An example has the question and both answers. */
export interface Difference {
  readonly compared: number;
  readonly changed: number;
  readonly examples: ReadonlyArray<{
    readonly question: string;
    readonly before: unknown;
    readonly after: unknown;
  }>;
}

export type ReplayState = 'running' | 'serving' | 'failed' | 'cancelled';

/** A replay as reported. Times are in milliseconds, the rate in events per second. */
export interface ReplayRun {
  readonly id: string;
  readonly generation: number;
  /** Whether it only returns to the previous generation. */
  readonly rollback: boolean;
  readonly state: ReplayState;
  readonly processed: number;
  readonly total: number;
  readonly rate: number;
  readonly startedAt: Instant;
  readonly endedAt: Instant | undefined;
  readonly etaMs: number | undefined;
  readonly differences: Difference | undefined;
  readonly failure: string | undefined;
}

/** What a replay needs from the ledger. */
export interface ReplayHost {
  readonly generations: Generations;
  readonly logFile: string;
  readonly now: () => Instant;
  /** The number of events in the log. */
  events(): Promise<number>;
  /** The position that the serving generation has reached. */
  servingPosition(): number;
  /** Compares a new generation with the serving one, until aborted. */
  compare(file: string, signal: AbortSignal): Promise<Difference>;
  /** Whether the generation knows everything that the serving one has used in answers. */
  coversServing(file: string): boolean;
  /** Makes a new generation the serving one. */
  serve(generation: number, projector: Projector): Promise<void>;
  /** Tells a projector of growth from now on. Call the returned function to stop. */
  follow(projector: Projector): () => void;
}

/** Runs replays and rollbacks, one at a time, and remembers them. */
export class Replays {
  private readonly host: ReplayHost;
  private replays: ReplayRun[] = [];
  private running: { projector: Projector; unfollow: () => void; ended: AbortController } | undefined;
  private readonly listeners = new Set<(replay: ReplayRun) => void>();

  constructor(host: ReplayHost) {
    this.host = host;
  }

  /** All remembered replays, the latest first. */
  all(): ReadonlyArray<ReplayRun> {
    return [...this.replays].reverse();
  }

  get(id: string): ReplayRun | undefined {
    return this.replays.find((replay) => replay.id === id);
  }

  /** Calls back with each change of any replay. Call the returned function to stop. */
  watch(listener: (replay: ReplayRun) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private lastId = 0;

  /** An id unique among the replays of this process, and of earlier ones as long as the clock moves forward. */
  private nextId(): string {
    this.lastId = Math.max(this.lastId + 1, this.host.now());
    return String(this.lastId);
  }

  /**
   * Starts a replay, or a rollback to the previous generation.
   *
   * @returns the reason if it cannot start: another one runs, or there is no previous generation.
   */
  async start(rollback = false): Promise<E.Either<'busy' | 'no-generation-before', ReplayRun>> {
    const total = await this.host.events();
    const { generations } = this.host;
    if (this.replays.some((replay) => replay.state === 'running')) return E.left('busy');
    const generation = rollback ? generations.before() : generations.next();
    if (generation === undefined) return E.left('no-generation-before');
    const replay: ReplayRun = {
      id: this.nextId(),
      generation,
      rollback,
      state: 'running',
      processed: 0,
      // A rollback learns how far it has to catch up when it starts to.
      total: rollback ? 0 : total,
      rate: 0,
      startedAt: this.host.now(),
      endedAt: undefined,
      etaMs: undefined,
      differences: undefined,
      failure: undefined,
    };
    this.replays = [...this.replays.slice(1 - rememberedReplaysMax), replay];
    const projector = new Projector({
      logFile: this.host.logFile,
      projectionsFile: generations.file(generation),
    });
    const unfollow = this.host.follow(projector);
    this.running = { projector, unfollow, ended: new AbortController() };
    projector.watch((state) => {
      const current = this.get(replay.id);
      if (current?.state !== 'running') return;
      if (state.failure !== undefined) return void this.fail(replay.id, state.failure);
      const seconds = Math.max(1, this.host.now() - replay.startedAt) / 1_000;
      const rate = state.applied / seconds;
      const left = Math.max(0, Math.max(current.total, state.applied) - state.applied);
      this.update(replay.id, {
        processed: state.applied,
        total: Math.max(current.total, state.applied),
        rate: Math.round(rate),
        etaMs: rate > 0 ? Math.round((left / rate) * 1_000) : undefined,
      });
      if (
        state.position >= this.host.servingPosition() - swapLagEventsMax &&
        (state.caughtUp || state.position > 0)
      ) {
        void this.finish(replay.id, projector);
      }
    });
    return E.right(this.get(replay.id)!);
  }

  /** The replay that catches up, compares and swaps. It may be cancelled and not have noticed yet. */
  private finishing: string | undefined;
  private closed = false;

  /** Catches up with the serving generation, compares, and swaps. */
  private async finish(id: string, projector: Projector): Promise<void> {
    if (this.finishing === id) return;
    this.finishing = id;
    try {
      const replay = this.get(id)!;
      const file = this.host.generations.file(replay.generation);
      if (!(await this.caughtUp(id, projector))) return;
      const { signal } = this.running!.ended;
      const differences = await this.host.compare(file, signal);
      // Both advanced meanwhile: an answer after the swap must know no less than one before it.
      while (!this.host.coversServing(file)) {
        await new Promise((resolve) => setTimeout(resolve, swapRetryMs));
        if (!(await this.caughtUp(id, projector))) return;
      }
      if (!this.isRunning(id)) return;
      this.host.generations.serve(replay.generation);
      this.running?.unfollow();
      this.running = undefined;
      await this.host.serve(replay.generation, projector);
      this.host.generations.removeOthers();
      this.update(id, { state: 'serving', differences, endedAt: this.host.now(), etaMs: 0 });
    } catch (error) {
      await this.fail(id, error instanceof Error ? error.message : String(error));
    } finally {
      if (this.finishing === id) this.finishing = undefined;
    }
  }

  private isRunning(id: string): boolean {
    return !this.closed && this.get(id)?.state === 'running';
  }

  /**
   * Waits until the projector has caught up with the serving generation. Resolves with false if the replay no
   * longer runs.
   */
  private async caughtUp(id: string, projector: Projector): Promise<boolean> {
    while (this.isRunning(id)) {
      if (await projector.reached(this.host.servingPosition(), reachedWaitMs)) return this.isRunning(id);
    }
    return false;
  }

  private async fail(id: string, failure: string): Promise<void> {
    if (!this.isRunning(id)) return;
    this.update(id, { state: 'failed', failure, endedAt: this.host.now(), etaMs: undefined });
    await this.discard(id);
  }

  /** Cancels the current replay. */
  async cancelAll(): Promise<void> {
    for (const { id } of this.replays) await this.cancel(id);
  }

  /** Cancels a running replay. Resolves with false if it does not run. */
  async cancel(id: string): Promise<boolean> {
    if (this.get(id)?.state !== 'running' || this.running === undefined) return false;
    this.update(id, { state: 'cancelled', endedAt: this.host.now(), etaMs: undefined });
    await this.discard(id);
    return true;
  }

  private async discard(id: string): Promise<void> {
    const running = this.running;
    this.running = undefined;
    running?.unfollow();
    running?.ended.abort();
    await running?.projector.stop();
    const { generations } = this.host;
    const generation = this.get(id)?.generation;
    const kept = [generations.serving(), generations.before()];
    if (generation !== undefined && !kept.includes(generation)) generations.remove(generation);
  }

  /** Stops the current replay; the next start discards its half-built generation. */
  async close(): Promise<void> {
    this.closed = true;
    const running = this.running;
    this.running = undefined;
    running?.unfollow();
    running?.ended.abort();
    await running?.projector.stop();
  }

  private update(id: string, change: Partial<ReplayRun>): void {
    this.replays = this.replays.map((replay) => (replay.id === id ? { ...replay, ...change } : replay));
    const replay = this.get(id);
    if (replay !== undefined) for (const listener of this.listeners) listener(replay);
  }
}
