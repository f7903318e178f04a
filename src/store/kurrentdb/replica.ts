/**
 * The local replica of the log in KurrentDB: one SQLite file on this machine.
 *
 * This is where the ledger's guarantees come from. The log has one order for everyone, and each append is compared
 * with what precedes it. It counts as a whole or not at all: an event recorded before with the same bytes is
 * skipped, and one with other bytes voids its append. So an append that was written twice, by a retry or by two
 * processes at once, is recorded once, and every process that reads the log arrives at the same result. Effective
 * events are numbered 1 to n in that order, so positions are the same in every replica and in the embedded ledger.
 * Losing the file loses nothing, since it can be rebuilt from the log.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Instant } from '../../domain/time/instant.ts';
import type { AppendError, EventToAppend, Position } from '../event-store.ts';
import { beforeEverything, laterThan } from '../known-time.ts';
import { type LedgerQueries, ledgerQueries } from '../sqlite/log-reader.ts';
import { type OpenDatabase, openToWrite, transact } from '../sqlite/open-database.ts';
import { toStoreProblem } from '../sqlite/store-problems.ts';
import type { LoggedBatch, Reading } from './batch-assembly.ts';
import { type ComparedBatch, compareBatch } from './compare-batch.ts';
import { HistoryCut, type LogProblem, NewerRecord } from './log-problems.ts';
import { isAfter, isTombstone, type LogPosition, type RawRecord } from './record-format.ts';
import { type LastRecord, replicaFormat } from './replica-format.ts';
import { replicaStatements } from './replica-statements.ts';

/** The outcome of an append at its place in the log. */
export type Verdict =
  | { readonly kind: 'recorded'; readonly recorded: number; readonly position: Position }
  | { readonly kind: 'void' };

/** The changes by a page of the log. */
export interface Applied {
  /** The verdicts on the appends of the page, by their ids. */
  readonly verdicts: ReadonlyMap<string, Verdict>;
  /** The end positions of void appends in the page. */
  readonly voided: ReadonlyArray<LogPosition>;
  /** Foreign records in streams of the ledger. */
  readonly foreign: ReadonlyArray<RawRecord>;
  /** Why the page was applied only up to a record: its stream lost records, or a newer version wrote it. */
  readonly problem: LogProblem | undefined;
}

export interface Replica extends LedgerQueries {
  readonly file: string;
  /** Applies what was read from the log. Each record is applied once: records before the progress are skipped. */
  apply(readings: ReadonlyArray<Reading>): Applied;
  /** How far the log has been read. */
  progress(): LogPosition | undefined;
  lastRecord(): LastRecord | undefined;
  /** Notes whether the replica has the whole log. */
  noteWhole(isWhole: boolean): void;
  /** Whether it ever had a whole log, which was not empty. */
  wasWhole(): boolean;
  /**
   * Reads the log in one transaction: if that fails, nothing that it applied is kept. Until it ends, only `apply` and
   * the progress show what was applied; `head` does not. Nothing else may apply anything meanwhile.
   */
  tentatively(read: () => Promise<void>): Promise<void>;
  /** The revision of a stream's last record; `-1n` if it has none. */
  revisionOf(stream: string): bigint;
  /** Finds the new events of a batch, as far as the log has been read. */
  compare(batch: ReadonlyArray<EventToAppend>): E.Either<AppendError, ComparedBatch>;
  close(): void;
}

/**
 * Opens the replica in this file, or creates an empty one.
 *
 * @throws a StoreProblem when the file is in use, damaged, or not a replica.
 */
export const openReplica = (path: string, now: Instant): Replica => {
  const opened: OpenDatabase = openToWrite(path, replicaFormat, now);
  const { database, file } = opened;
  const queries = ledgerQueries(database, file);
  const statements = replicaStatements(database);

  const guard = <A>(run: () => A): A => {
    try {
      return run();
    } catch (error) {
      throw toStoreProblem(file, error);
    }
  };

  const inTransaction = <A>(run: () => A): A =>
    guard(() => {
      try {
        return database.isTransaction ? run() : transact(database, run);
      } catch (error) {
        statements.forget();
        throw error;
      }
    });

  /** The last position while a read is tentative. */
  let headBefore: Position | undefined;

  const tentatively: Replica['tentatively'] = async (read) => {
    headBefore = queries.head();
    try {
      guard(() => database.exec('BEGIN IMMEDIATE'));
      await read();
      guard(() => database.exec('COMMIT'));
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      statements.forget();
      throw error;
    } finally {
      headBefore = undefined;
    }
  };

  const applyBatch = ({ events, expected, whole }: LoggedBatch): Verdict => {
    const isExpected = expected.every(({ source, count }) => statements.countOf(source) === count);
    const compared = compareBatch(events, statements.find);
    if (!whole || !isExpected || E.isLeft(compared)) return { kind: 'void' };
    let position = compared.right.duplicatesUpTo;
    const newEvents = new Set(compared.right.newEvents);
    // Nodes have their own clocks, and after an election the time may step back; the ledger's must not. Copied
    // events keep their original times.
    const earliest = events[0]!.isCopied
      ? beforeEverything
      : laterThan(statements.lastRecordedAt(), beforeEverything);
    for (const event of events) {
      if (newEvents.has(event)) position = statements.insert(event, Math.max(earliest, event.recordedAt));
    }
    return { kind: 'recorded', recorded: newEvents.size, position };
  };

  /** Whether a stream lost records before this reading. */
  const cutBefore = (record: RawRecord, firstRevision: bigint): HistoryCut | undefined => {
    const { stream } = record;
    const expected = statements.revisionOf(stream) + 1n;
    if (isTombstone(record)) return new HistoryCut(file, stream, { kind: 'deleted' });
    return firstRevision === expected
      ? undefined
      : new HistoryCut(file, stream, { kind: 'missing', from: expected, to: firstRevision - 1n });
  };

  /** Why a reading cannot be applied. */
  const problemOf = ({ record, firstRevision, isOfNewerVersion }: Reading): LogProblem | undefined => {
    if (record === undefined) return undefined;
    return isOfNewerVersion === true
      ? new NewerRecord(file, record.stream, record.type)
      : cutBefore(record, firstRevision ?? record.revision);
  };

  const apply: Replica['apply'] = (readings) =>
    inTransaction(() => {
      let progress = statements.progress();
      let last: RawRecord | undefined;
      const verdicts = new Map<string, Verdict>();
      const voided: LogPosition[] = [];
      const foreign: RawRecord[] = [];
      let problem: LogProblem | undefined;
      for (const reading of readings) {
        const { batch, record, upTo } = reading;
        if (!isAfter(upTo, progress)) continue;
        problem = problemOf(reading);
        if (problem !== undefined) break;
        progress = upTo;
        if (record === undefined) continue;
        statements.saveRevision(record);
        last = record;
        if (batch === undefined) {
          foreign.push(record);
          continue;
        }
        const verdict = applyBatch(batch);
        if (verdict.kind === 'void') voided.push(upTo);
        // If a batch was written twice, the first effective one was recorded.
        if (verdicts.get(batch.id)?.kind !== 'recorded') verdicts.set(batch.id, verdict);
      }
      if (progress !== undefined) statements.saveProgress(progress);
      if (last !== undefined) statements.saveLast(last);
      return { verdicts, voided, foreign, problem };
    });

  return {
    ...queries,
    file,
    apply,
    progress: () => guard(statements.progress),
    lastRecord: () => guard(statements.last),
    head: () => headBefore ?? queries.head(),
    noteWhole: (isWhole) => guard(() => statements.saveReachedEnd(isWhole)),
    wasWhole: () => guard(() => statements.reachedEnd() && statements.last() !== undefined),
    tentatively,
    revisionOf: (stream) => guard(() => statements.revisionOf(stream)),
    compare: (batch) => guard(() => compareBatch(batch, statements.find)),
    close: () => opened.close(),
  };
};
