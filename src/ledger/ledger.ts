/**
 * An open ledger: the log, the vault, and the projections that answer questions. The API and the command line work with
 * it; `open-ledger.ts` opens it.
 */
import type * as E from 'fp-ts/lib/Either.js';
import { LRUCache } from 'lru-cache';
import type { Answered } from '../contract/asked.ts';
import type { Problem } from '../contract/problem.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { MerkleLog } from '../integrity/merkle-log.ts';
import type { Keys } from '../people/access/keys.ts';
import type { ReadLog } from '../people/access/read-log.ts';
import type { Vault } from '../people/vault/vault.ts';
import { ProjectionsDamaged } from '../projections/engine/damage.ts';
import { checkpointOf, type Generations, isFilledByThisCode } from '../projections/engine/generations.ts';
import type { ProjectorState } from '../projections/engine/projector.ts';
import { Replays } from '../projections/engine/replay.ts';
import type { View } from '../questions/view.ts';
import {
  type AskedWidely,
  answerWidely,
  type FoundBy,
  type WideQuestion,
} from '../questions/wide/wide-questions.ts';
import { OverBudget, upTo } from '../questions/work.ts';
import type { SealedIndex } from '../sealed-index/sealed-index.ts';
import type { EventStore, Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { Answering } from './answering.ts';
import type { AnsweringProgress } from './answering-signals.ts';
import { askAsKnown } from './ask.ts';
import { compareBeside } from './compare/compare-beside.ts';
import { EvidenceMaker } from './evidence/evidence-maker.ts';
import { type MemoryShares, memoryMebibytesDefault, memoryShares } from './memory-shares.ts';
import { ServingProjections } from './serving-projections.ts';
import type { CarriedIdentifiers } from './settings.ts';
import { Timings } from './timings.ts';
import type { FileWatch } from './watch/file-watch.ts';
import type { Witnessing } from './witnessing/witnessing.ts';

/** Steps of a question on the main thread: some tens of milliseconds. */
const onTheSpotStepsMax = 20_000;
/** Steps of a question about everybody; reading a million events takes ten million. */
const wideStepsMax = 100_000_000;
/** Steps of a question about one person. */
const personStepsMax = 40_000_000;
/** Steps of a question that must be answered on the main thread: far more than a reasonable one takes. */
const atOnceStepsMax = 400_000;
/** How many questions that exceeded the limit are remembered, and for how long: they go straight to a thread. */
const longQuestionsMax = 1_000;
const longQuestionMs = 60_000;

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
  /**
   * Up to this position, and so many entries of the index, wide questions are answered here: a thread would cost more than
   * it saves.
   */
  onTheSpotMax = 10_000;
  private readonly onTheSpotEntriesMax = 200_000;
  private readonly long = new LRUCache<string, true>({ max: longQuestionsMax, ttl: longQuestionMs });
  private readonly questionListeners = new Set<(asked: AskedWidely) => void>();
  private readonly serving: ServingProjections;
  private readonly answering: Answering;
  /** Makes evidence bundles. */
  readonly evidence: EvidenceMaker;
  /** Long questions about one person, which wait for no question about everybody. */
  private readonly answeringOfPeople: Answering;

  constructor(parts: LedgerParts) {
    this.parts = parts;
    const { generations, log, logFile, now } = parts;
    const { merkle, sealed, indexWitnessing, waitMs, memory = memoryShares(memoryMebibytesDefault) } = parts;
    const { answering, answeringAboutPeople, evidenceHeap } = memory;
    this.answering = new Answering(logFile, wideStepsMax, answering);
    this.answeringOfPeople = new Answering(logFile, personStepsMax, answeringAboutPeople);
    this.evidence = new EvidenceMaker({
      ...{ merkle, sealed, indexWitnessing, logFile, waitMs },
      heapBytesMax: evidenceHeap,
      ...merkle.files,
    });
    this.serving = new ServingProjections({
      generations,
      log,
      logFile,
      memory,
      beforeRebuild: () => this.replays.cancelAll(),
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
   * @param position the last position to know, or the checkpoint if that is less.
   * @throws ProjectionsDamaged if the projections are found to be damaged; they are then rebuilt. OverBudget if the
   *   question takes more than `atOnceStepsMax`.
   */
  ask<A>(position: Position, minAssurance: Assurance, question: (view: View) => A): A {
    return this.serving.read((reader) =>
      askAsKnown(reader, position, minAssurance, question, upTo(atOnceStepsMax)),
    );
  }

  /**
   * Answers a wide question: on the main thread if the ledger is small and the question takes little, otherwise in
   * a separate thread.
   *
   * @param signal of the caller: once nobody waits for the question, it is skipped or abandoned.
   * @throws as `ask` does.
   */
  askWidely<Q extends WideQuestion>(
    asked: AskedWidely<Q>,
    signal: AbortSignal,
  ): Promise<E.Either<Problem, Answered<FoundBy<Q>>>> {
    for (const listener of this.questionListeners) listener(asked as AskedWidely);
    return this.askBeside(this.answering, asked, signal, this.isSmall());
  }

  /** Whether wide questions are answered here. */
  isSmall(): boolean {
    return this.serving.read(
      (reader) =>
        reader.checkpoint() <= this.onTheSpotMax && reader.runs.entries() <= this.onTheSpotEntriesMax,
    );
  }

  /** Calls back with each wide question that is asked, until the returned function is called. */
  watchQuestions(listener: (asked: AskedWidely) => void): () => void {
    this.questionListeners.add(listener);
    return () => this.questionListeners.delete(listener);
  }

  /** Has a wide question answered in the thread beside, for what is counted on the way. */
  async count(asked: AskedWidely): Promise<void> {
    await this.answering.ask(() => this.serving.file, asked, new AbortController().signal);
  }

  /**
   * Answers a question about one person: on the main thread if it takes little, otherwise in a separate thread. It
   * throws as `askWidely` does.
   */
  async askAbout<Q extends WideQuestion>(
    asked: AskedWidely<Q>,
    signal: AbortSignal,
  ): Promise<E.Either<Problem, Answered<FoundBy<Q>>>> {
    return this.askBeside(this.answeringOfPeople, asked, signal, true);
  }

  /** @param tryHere whether to try on the main thread first. */
  private async askBeside<Q extends WideQuestion>(
    answering: Answering,
    asked: AskedWidely<Q>,
    signal: AbortSignal,
    tryHere: boolean,
  ): Promise<E.Either<Problem, Answered<FoundBy<Q>>>> {
    const { position, minAssurance } = asked.asked.clocks;
    const key = JSON.stringify([asked.question, asked.given]);
    if (tryHere && !this.long.has(key)) {
      try {
        return this.serving.read((reader) =>
          askAsKnown(
            reader,
            position,
            minAssurance,
            (view) => answerWidely(view, asked),
            upTo(onTheSpotStepsMax),
          ),
        );
      } catch (error) {
        if (!(error instanceof OverBudget)) throw error;
        this.long.set(key, true);
      }
    }
    try {
      return await this.timings.time(
        (seconds) => ({ kind: 'question-beside', question: asked.question, seconds }),
        () => answering.ask(() => this.serving.file, asked, signal),
      );
    } catch (error) {
      if (error instanceof ProjectionsDamaged) void this.serving.rebuild();
      throw error;
    }
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

  /** Questions in or waiting for a separate thread. */
  waitingBeside(): number {
    return this.answering.waitingNow() + this.answeringOfPeople.waitingNow();
  }

  /** Progress of the count for the current question about everybody; both numbers are 0 when nothing is counted. */
  counting(): AnsweringProgress {
    return this.answering.progress();
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
    await this.parts.watch?.close();
    await Promise.all([this.answering.close(), this.answeringOfPeople.close()]);
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
