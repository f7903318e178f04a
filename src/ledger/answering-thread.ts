/**
 * The thread that answers wide questions, so that they delay neither appends nor questions about a person.
 *
 * It reads the log and the projections over its own connections, and gets one question at a time.
 */
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import type { Answered } from '../contract/asked.ts';
import type { Problem } from '../contract/problem.ts';
import type { Assurance } from '../domain/events/words.ts';
import { isDamage } from '../projections/engine/damage.ts';
import { openProjectionsToRead } from '../projections/engine/generations.ts';
import { IndexReader } from '../projections/engine/index-reader.ts';
import { type EntriesTold, Newcomers } from '../projections/engine/newcomers.ts';
import { View } from '../questions/view.ts';
import {
  adoptHistories,
  lookForHistories,
  wholeHistories,
  wholeHistoryOf,
} from '../questions/whole-history.ts';
import { type AskedWidely, answerWidely } from '../questions/wide/wide-questions.ts';
import { Abandoned, OverBudget, unattended } from '../questions/work.ts';
import { openLogFile } from '../store/open/open-log-file.ts';
import { type PlainProblem, StoreProblem, toPlain } from '../store/sqlite/store-problems.ts';
import { AnsweringSignals } from './answering-signals.ts';
import { askAsKnown, NotYetKnown } from './ask.ts';
import {
  readHistory,
  readIndividuals,
  savedEveryPositions,
  writeHistory,
  writeIndividuals,
} from './counted-file.ts';
import type { ReaderShares } from './memory-shares.ts';

/** What the thread is started with. */
export interface AnsweringThreadInput {
  readonly logFile: string;
  /** The memory of `AnsweringSignals`. */
  readonly signals: SharedArrayBuffer;
  /** How many steps one question may take. */
  readonly stepsMax: number;
  /** What it may keep in memory. */
  readonly memory: ReaderShares;
}

/**
 * A request to the thread: a question about the projections in a file; or the end, before which it may count for
 * `lastCountMsMax` what was recorded last.
 */
export type AnsweringRequest = { readonly named: EntriesTold | undefined } & (
  | { readonly kind: 'ask'; readonly projectionsFile: string; readonly asked: AskedWidely }
  | { readonly kind: 'close'; readonly lastCountMsMax: number }
);

/**
 * The result of a question. Errors of the store and of damaged projections have their own kinds, since an error
 * loses its class between threads.
 */
export type AnsweringReport =
  | { readonly kind: 'answered'; readonly answer: E.Either<Problem, Answered> }
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'over-budget' }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'store-problem'; readonly problem: PlainProblem }
  | { readonly kind: 'failed'; readonly error: unknown };

const { logFile, signals, stepsMax, memory } = workerData as AnsweringThreadInput;
const log = openLogFile(logFile, memory.logPages);
const shared = new AnsweringSignals(signals);
const newcomers = new Newcomers();
let open:
  | { readonly file: string; readonly database: DatabaseSync; readonly reader: IndexReader }
  | undefined;

/**
 * The reader of a projections file. It closes the file of an earlier generation, and keeps the counts made from it.
 */
const readerOf = (file: string): IndexReader => {
  if (open?.file === file) return open.reader;
  const database = openProjectionsToRead(file, memory.projectionsPages);
  const reader = new IndexReader(database, log, memory.caches);
  lookForHistories(reader, (view) => readHistory(file, log, view));
  reader.individuals.newcomers = newcomers;
  reader.individuals.lookFor(() => readIndividuals(file, log));
  if (open !== undefined) {
    adoptHistories(open.reader, reader);
    open.database.close();
  }
  open = { file, database, reader };
  savedEntries = 0;
  savedUpTo = 0;
  return reader;
};

/** Forgets a damaged file and the counts made from it. */
const forget = (): void => {
  open?.database.close();
  open = undefined;
};

const answer = (file: string, asked: AskedWidely): AnsweringReport => {
  const work = shared.work(stepsMax);
  try {
    const { position, minAssurance } = asked.asked.clocks;
    const answered = askAsKnown(
      readerOf(file),
      position,
      minAssurance,
      (view) => answerWidely(view, asked),
      work,
    );
    return { kind: 'answered', answer: answered };
  } catch (error) {
    if (error instanceof Abandoned) return { kind: 'abandoned' };
    if (error instanceof OverBudget) return { kind: 'over-budget' };
    if (error instanceof NotYetKnown) return { kind: 'answered', answer: E.left(error.problem) };
    if (isDamage(error)) {
      forget();
      return { kind: 'damaged' };
    }
    if (error instanceof StoreProblem) return { kind: 'store-problem', problem: toPlain(error) };
    return { kind: 'failed', error };
  } finally {
    work.tell(0, 0);
  }
};

/** The position up to which the history of each assurance is written. */
const saved = new Map<Assurance, number>();

/** Writes the counts that have moved far enough since they were last written. */
const save = (everyPositions: number): void => {
  if (open === undefined) return;
  for (const [assurance, history] of wholeHistories(open.reader)) {
    const before = saved.get(assurance);
    if (before !== undefined && Math.abs(history.position - before) < everyPositions) continue;
    if (writeHistory(open.file, log, history)) saved.set(assurance, history.position);
  }
};

/** The individuals are written again once the index has grown by this share. */
const savedEveryGrowth = 0.01;
/** How many entries the index had when the individuals were last written, and up to which position they were known. */
let savedEntries = 0;
let savedUpTo = 0;

const saveIndividuals = (growth: number): void => {
  if (open === undefined) return;
  const { file, reader } = open;
  const entries = reader.runs.entries();
  if (entries < savedEntries * (1 + growth)) return;
  const individuals = reader.individuals.toPlain();
  if (individuals === undefined || individuals.upTo === savedUpTo) return;
  if (!writeIndividuals(file, log, individuals)) return;
  savedEntries = entries;
  savedUpTo = individuals.upTo;
};

/**
 * Counts what was recorded since, so that the first question after a restart need not. Save first: if it takes longer than
 * `lastCountMsMax`, a count may be left half done, and is not saved again.
 */
const bringUpToDate = (lastCountMsMax: number): void => {
  if (open === undefined) return;
  const { reader } = open;
  const end = performance.now() + lastCountMsMax;
  const goOn = (): void => {
    if (performance.now() > end) throw new Abandoned();
  };
  try {
    reader.snapshot((position) => {
      reader.individuals.bring(goOn);
      for (const [minAssurance] of wholeHistories(reader))
        wholeHistoryOf(new View(reader, { position, minAssurance }, [], { ...unattended, goOn }));
    });
  } catch {
    // The next start counts it.
  }
};

/** Saving only helps after a restart: the next question says what is wrong, if anything. */
const saveCounts = (everyPositions: number, growth: number): void => {
  try {
    save(everyPositions);
    saveIndividuals(growth);
  } catch {
    // It is tried again after the next question.
  }
};

parentPort!.on('message', (request: AnsweringRequest) => {
  if (request.named !== undefined) newcomers.told(request.named);
  if (request.kind === 'ask') {
    parentPort!.postMessage(answer(request.projectionsFile, request.asked));
    return saveCounts(savedEveryPositions, savedEveryGrowth);
  }
  saveCounts(1, 0);
  bringUpToDate(request.lastCountMsMax);
  saveCounts(1, 0);
  open?.database.close();
  log.close();
  parentPort!.close();
});
