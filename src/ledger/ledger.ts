/**
 * An open ledger: the log, the vault, and the projections that answer questions. The API and the command line work with
 * it; `open-ledger.ts` opens it.
 */
import type { Assurance } from '../domain/events/words.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { MerkleLog } from '../integrity/merkle-log.ts';
import type { Keys } from '../people/access/keys.ts';
import type { ReadLog } from '../people/access/read-log.ts';
import type { Vault } from '../people/vault/vault.ts';
import { checkpointOf, type Generations, isFilledByThisCode } from '../projections/engine/generations.ts';
import type { ProjectorState } from '../projections/engine/projector.ts';
import { Replays } from '../projections/engine/replay.ts';
import type { View } from '../questions/view.ts';
import { upTo } from '../questions/work.ts';
import type { SealedIndex } from '../sealed-index/sealed-index.ts';
import type { EventStore, Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { askAsKnown } from './ask.ts';
import { compareBeside } from './compare/compare-beside.ts';
import { EvidenceMaker } from './evidence/evidence-maker.ts';
import { LongQuestions } from './long-questions.ts';
import { type MemoryShares, memoryMebibytesDefault, memoryShares } from './memory-shares.ts';
import { NamedEntries } from './named-entries.ts';
import { ServingProjections } from './serving-projections.ts';
import type { CarriedIdentifiers } from './settings.ts';
import { Timings } from './timings.ts';
import type { FileWatch } from './watch/file-watch.ts';
import type { Witnessing } from './witnessing/witnessing.ts';

/** Steps of a question that must be answered on the main thread: far more than a reasonable one takes. */
const atOnceStepsMax = 400_000;

/** The parts of a ledger. */
export interface LedgerParts {
  readonly store: EventStore;
  readonly log: LogReader;
  /** The file of `log`, which the projector's thread opens itself. */
  readonly logFile: string;
  readonly vault: Vault;
  readonly generations: Generations;
  /** What to do with events that carry identifiers in other strings (R21); by default they are refused. */
  readonly carriedIdentifiers?: CarriedIdentifiers | undefined;
  /** An optional prefix of event types, without its dot. */
  readonly typePrefix?: string | undefined;
  /** Checks the files while the ledger serves. */
  readonly watch?: FileWatch | undefined;
  readonly keys: Keys;
  readonly reads: ReadLog;
  readonly merkle: MerkleLog;
  /** Its sealed index, if this process signs. */
  readonly sealed?: SealedIndex | undefined;
  /** Its witnesses, if it has any and this process signs. */
  readonly witnessing?: Witnessing | undefined;
  /** The same for its sealed index, which has the same witnesses. */
  readonly indexWitnessing?: Witnessing | undefined;
  readonly now: () => Instant;
  /** How much each part may keep in memory. */
  readonly memory?: MemoryShares | undefined;
  /** How long a question waits for the projections, in milliseconds. */
  readonly waitMs: number;
}

/** An open ledger: asks questions of the serving projections, and coordinates its parts. */
export class Ledger {
  readonly parts: LedgerParts;
  readonly replays: Replays;
  /** How long the parts of the ledger take. */
  readonly timings = new Timings();
  private readonly serving: ServingProjections;
  /** The entries of the people whom appended events name. */
  readonly namedEntries: NamedEntries;
  /** Makes evidence bundles. */
  readonly evidence: EvidenceMaker;
  /** Answers wide questions, and long ones about one person. */
  readonly questions: LongQuestions;

  constructor(parts: LedgerParts) {
    this.parts = parts;
    const { generations, log, logFile, now } = parts;
    const { merkle, sealed, indexWitnessing, waitMs, memory = memoryShares(memoryMebibytesDefault) } = parts;
    this.evidence = new EvidenceMaker({
      ...{ merkle, sealed, indexWitnessing, logFile, waitMs },
      heapBytesMax: memory.evidenceHeap,
      ...merkle.files,
    });
    this.serving = new ServingProjections({
      generations,
      log,
      logFile,
      memory,
      beforeRebuild: () => this.replays.cancelAll(),
    });
    this.namedEntries = new NamedEntries({
      head: () => log.head(),
      entries: () => parts.vault.entries(),
    });
    this.questions = new LongQuestions({
      serving: this.serving,
      logFile,
      memory,
      timings: this.timings,
      namedEntries: this.namedEntries,
    });
    parts.watch?.whenProjectionsAreDamaged(() => void this.serving.rebuild());
    this.replays = new Replays({
      generations,
      logFile,
      now,
      events: async () => this.serving.reader().runs.events(),
      servingPosition: () => this.state().position,
      compare: (after, signal) =>
        compareBeside({ before: this.serving.file, after, logFile, validAt: now() }, signal),
      coversServing: (file) => checkpointOf(file) >= this.serving.reader().checkpoint(),
      serve: (generation, projector) => this.serving.serve(generation, projector),
      follow: (projector) => this.serving.follow(projector),
    });
  }

  /**
   * Asks within one snapshot of the projections.
   *
   * @param position the last position to know, or `whateverIsKnown`.
   * @throws NotYetKnown if the projections have not reached the position. ProjectionsDamaged if the projections are found to be damaged; they are then rebuilt. OverBudget if the
   *   question takes more than `atOnceStepsMax`.
   */
  ask<A>(position: Position, minAssurance: Assurance, question: (view: View) => A): A {
    return this.serving.read((reader) =>
      askAsKnown(reader, position, minAssurance, question, upTo(atOnceStepsMax)),
    );
  }

  /** The last position that can be known. */
  checkpoint(): Position {
    return this.serving.read((reader) => reader.checkpoint());
  }

  /** Tells the projections that events were recorded. */
  grown(): void {
    this.serving.grown();
    this.parts.merkle.grown();
  }

  /** The number of the serving generation. */
  generation(): number {
    return this.serving.generation;
  }

  /** The state of the serving projections. */
  state(): ProjectorState {
    return this.serving.state;
  }

  /** Whether the projections are still catching up after a start or a rebuild, so that questions have to wait. */
  isBuilding(): boolean {
    return this.serving.isBuilding;
  }

  /** Calls back as the serving projections advance. Call the returned function to stop. */
  watch(listener: (state: ProjectorState) => void): () => void {
    return this.serving.watch(listener);
  }

  /** Waits for the projections to reach a position. Resolves with false if they do not within `waitMs`. */
  reached(position: Position): Promise<boolean> {
    return this.serving.reached(position, this.parts.waitMs);
  }

  /** Waits until the serving projections can be read. */
  ready(): Promise<void> {
    return this.serving.ready();
  }

  /**
   * Starts a replay in the background if another version of the code filled the serving projections. If this
   * version filled the generation before, as after a downgrade, it serves that one again.
   */
  async refill(): Promise<void> {
    const { generations } = this.parts;
    if (isFilledByThisCode(this.serving.file)) return;
    const before = generations.before();
    const isThere = before !== undefined && isFilledByThisCode(generations.file(before));
    await this.replays.start(isThere);
  }

  async close(): Promise<void> {
    this.parts.sealed?.endFollowing();
    await this.parts.watch?.close();
    await this.questions.close();
    await this.evidence.close();
    await this.replays.close();
    await this.serving.close();
    await Promise.all([this.parts.witnessing?.close(), this.parts.indexWitnessing?.close()]);
    await this.parts.sealed?.close();
    await this.parts.merkle.close();
    await this.parts.vault.close();
    // The writer closes last: the last connection to close a file checkpoints its write-ahead log.
    this.parts.log.close();
    await this.parts.store.close();
    await this.parts.reads.close();
  }
}
