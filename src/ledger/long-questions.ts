/**
 * Answers wide questions, and long ones about one person: on the main thread where they take little, otherwise in two
 * threads, so that questions about people wait for none about everybody.
 */
import type * as E from 'fp-ts/lib/Either.js';
import { LRUCache } from 'lru-cache';
import type { Answered } from '../contract/asked.ts';
import type { Problem } from '../contract/problem.ts';
import { ProjectionsDamaged } from '../projections/engine/damage.ts';
import {
  type AskedWidely,
  answerWidely,
  type FoundBy,
  type WideQuestion,
} from '../questions/wide/wide-questions.ts';
import { OverBudget, upTo } from '../questions/work.ts';
import { Answering } from './answering.ts';
import type { AnsweringProgress } from './answering-signals.ts';
import { askAsKnown } from './ask.ts';
import type { MemoryShares } from './memory-shares.ts';
import type { NamedEntries } from './named-entries.ts';
import type { ServingProjections } from './serving-projections.ts';
import type { Timings } from './timings.ts';

/** Steps of a question on the main thread: some tens of milliseconds. */
const onTheSpotStepsMax = 20_000;
/** Steps of a question about everybody; reading a million events takes ten million. */
const wideStepsMax = 100_000_000;
/** Steps of a question about one person. */
const personStepsMax = 40_000_000;
/** How many questions that exceeded the limit are remembered, and for how long: they go straight to a thread. */
const longQuestionsMax = 1_000;
const longQuestionMs = 60_000;

/** What the answers are made from. */
export interface LongQuestionsParts {
  readonly serving: ServingProjections;
  /** The file of the log, which the threads open themselves. */
  readonly logFile: string;
  /** How much the threads may keep in memory. */
  readonly memory: Pick<MemoryShares, 'answering' | 'answeringAboutPeople'>;
  readonly timings: Timings;
  readonly namedEntries: NamedEntries;
}

/** Answers questions that may take long. */
export class LongQuestions {
  private readonly parts: LongQuestionsParts;
  /**
   * Up to this position, and so many entries of the index, wide questions are answered here: a thread would cost more than
   * it saves.
   */
  onTheSpotMax = 10_000;
  private readonly onTheSpotEntriesMax = 200_000;
  private readonly long = new LRUCache<string, true>({ max: longQuestionsMax, ttl: longQuestionMs });
  private readonly listeners = new Set<(asked: AskedWidely) => void>();
  private readonly answering: Answering;
  private readonly answeringAboutPeople: Answering;

  constructor(parts: LongQuestionsParts) {
    this.parts = parts;
    const { logFile, memory, namedEntries } = parts;
    this.answering = new Answering(logFile, wideStepsMax, memory.answering, namedEntries);
    this.answeringAboutPeople = new Answering(
      logFile,
      personStepsMax,
      memory.answeringAboutPeople,
      namedEntries,
    );
  }

  /**
   * Answers a wide question: on the main thread if the ledger is small and the question takes little, otherwise in
   * a separate thread.
   *
   * @param signal of the caller: once nobody waits for the question, it is skipped or abandoned.
   * @throws as `Ledger.ask` does.
   */
  askWidely<Q extends WideQuestion>(
    asked: AskedWidely<Q>,
    signal: AbortSignal,
  ): Promise<E.Either<Problem, Answered<FoundBy<Q>>>> {
    for (const listener of this.listeners) listener(asked as AskedWidely);
    return this.askBeside(this.answering, asked, signal, this.isSmall());
  }

  /** Whether wide questions are answered here. */
  isSmall(): boolean {
    return this.parts.serving.read(
      (reader) =>
        reader.checkpoint() <= this.onTheSpotMax && reader.runs.entries() <= this.onTheSpotEntriesMax,
    );
  }

  /** Calls back with each wide question that is asked, until the returned function is called. */
  watch(listener: (asked: AskedWidely) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Has a wide question answered in its thread, for what is counted on the way.
   *
   * @param signal aborted when others need the thread.
   */
  count(asked: AskedWidely, signal: AbortSignal): Promise<E.Either<Problem, Answered<unknown>>> {
    return this.answering.ask(() => this.parts.serving.file, asked, signal);
  }

  /**
   * Answers a question about one person: on the main thread if it takes little, otherwise in a separate thread. It
   * throws as `askWidely` does.
   */
  async askAbout<Q extends WideQuestion>(
    asked: AskedWidely<Q>,
    signal: AbortSignal,
  ): Promise<E.Either<Problem, Answered<FoundBy<Q>>>> {
    return this.askBeside(this.answeringAboutPeople, asked, signal, true);
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
        return this.parts.serving.read((reader) =>
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
      return await this.parts.timings.time(
        (seconds) => ({ kind: 'question-beside', question: asked.question, seconds }),
        () => answering.ask(() => this.parts.serving.file, asked, signal),
      );
    } catch (error) {
      if (error instanceof ProjectionsDamaged) void this.parts.serving.rebuild();
      throw error;
    }
  }

  /** Questions in or waiting for a separate thread. */
  waitingBeside(): number {
    return this.answering.waitingNow() + this.answeringAboutPeople.waitingNow();
  }

  /** Progress of the count for the current question about everybody; both numbers are 0 when nothing is counted. */
  counting(): AnsweringProgress {
    return this.answering.progress();
  }

  async close(): Promise<void> {
    await Promise.all([this.answering.close(), this.answeringAboutPeople.close()]);
  }
}
