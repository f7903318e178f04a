/**
 * The log of reads: each question about a person is recorded under the person's pseudonym.
 *
 * The disk is synced in parallel to the answering thread, once for all questions that arrived meanwhile. One
 * transaction writes them, and the next one begins only after the sync.
 */
import { closeSync, fdatasync, openSync } from 'node:fs';
import { type CountKeeper, countKeeper, keptCount, lostRows } from '../../store/kept-count.ts';
import { CheckpointsBeside } from '../../store/sqlite/checkpoints-beside.ts';
import { type OpenDatabase, openToWrite, preparing, transact } from '../../store/sqlite/open-database.ts';
import { damaged, toStoreProblem } from '../../store/sqlite/store-problems.ts';
import { giveFirstVersion, type Read, readChecksum, readLogFormat, readOf } from './read-log-format.ts';

export type { Read } from './read-log-format.ts';

/** After so many questions the write-ahead log is checkpointed: each takes two or three pages of it. */
const checkpointedEveryQuestions = 1_500;

/** Questions to record, and callbacks to call when they are durable. */
interface Waiting {
  readonly reads: ReadonlyArray<Omit<Read, 'id'>>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Records questions about people, durably, before they are answered. */
export class ReadLog {
  readonly file: string;
  private readonly opened: OpenDatabase;
  private readonly count: CountKeeper;
  private last: number;
  /**
   * The descriptor of the write-ahead log. SQLite keeps that file while its connection is open, and holds no locks
   * on it.
   */
  private writeAheadLog: number | undefined;
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  private isWriting = false;
  private failure: unknown;
  private readonly checkpoints: Pick<CheckpointsBeside, 'request' | 'close'>;
  /** The last question when a checkpoint was last requested. */
  private checkpointed: number;
  private readonly insert;
  private readonly select;

  /**
   * Opens the file, and creates it if there is none.
   *
   * @param checkpoints what copies the write-ahead log into the file, so that whoever asks does not wait for that.
   * @throws a StoreProblem that says what is wrong, where, and what to do.
   */
  constructor(file: string, checkpoints: ReadLog['checkpoints'] = new CheckpointsBeside(file)) {
    this.file = file;
    this.checkpoints = checkpoints;
    const kept = keptCount(file);
    giveFirstVersion(file);
    this.opened = openToWrite(file, readLogFormat, Date.now());
    const { database } = this.opened;
    const prepared = preparing(this.opened, () => {
      const last = Number(database.prepare('SELECT coalesce(max(id), 0) AS last FROM read').get()!.last);
      const lost = lostRows(file, last, kept, 'question');
      if (lost !== undefined) throw damaged(file, lost);
      return {
        last,
        insert: database.prepare(
          'INSERT INTO read (id, at, reader, subject, question, checksum) VALUES (?, ?, ?, ?, ?, ?)',
        ),
        select: database.prepare(
          'SELECT * FROM read WHERE id > ? AND (?2 IS NULL OR subject = ?2) ORDER BY id LIMIT ?3',
        ),
        count: countKeeper(file),
      };
    });
    this.last = prepared.last;
    this.checkpointed = prepared.last;
    this.insert = prepared.insert;
    this.select = prepared.select;
    this.count = prepared.count;
    this.count.keep(this.last);
  }

  /**
   * Records a question. Resolves once it is durable; only then may the question be answered.
   *
   * @throws a StoreProblem if that fails; the question must then not be answered.
   */
  record(read: Omit<Read, 'id'>): Promise<void> {
    return this.recordAll([read]);
  }

  /**
   * Records several questions atomically, as `record` does.
   *
   * @throws a StoreProblem if that fails; the questions must then not be answered.
   */
  recordAll(reads: ReadonlyArray<Omit<Read, 'id'>>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ reads, resolve, reject });
      if (!this.isWriting) this.writing = this.writeAll();
    });
  }

  /** Writes groups until nothing waits. */
  private async writeAll(): Promise<void> {
    // Not whether there is a promise: if the first group fails, this function ends before it has returned one.
    this.isWriting = true;
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        // After one failed sync, data may be lost, whatever a later sync reports.
        if (this.failure !== undefined) throw this.failure;
        const last = this.insertAll(group);
        await this.sync();
        this.last = last;
        this.count.keep(last);
        for (const { resolve } of group) resolve();
        if (last < this.checkpointed + checkpointedEveryQuestions) continue;
        this.checkpointed = last;
        this.checkpoints.request();
      } catch (error) {
        for (const { reject } of group) reject(toStoreProblem(this.file, error));
      }
    }
    this.isWriting = false;
  }

  /** @returns the number of the last question. */
  private insertAll(group: ReadonlyArray<Waiting>): number {
    return transact(this.opened.database, () => {
      let id = this.last;
      for (const read of group.flatMap(({ reads }) => reads)) {
        id++;
        const { at, reader, subject, question } = read;
        this.insert.run(id, at, reader, subject, question, readChecksum({ ...read, id }));
      }
      return id;
    });
  }

  private sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.writeAheadLog ??= openSync(`${this.opened.file}-wal`, 'r+');
      fdatasync(this.writeAheadLog, (error) => {
        if (error === null) return resolve();
        this.failure = error;
        reject(error);
      });
    });
  }

  /** Questions after a number, in order; only those about `subject`, if given. */
  after(id: number, subject: string | null, limit: number): ReadonlyArray<Read> {
    return this.select.all(id, subject, limit).map((row) => {
      const read = readOf(row);
      if (read === undefined) throw damaged(this.file, `question ${row.id} is damaged`);
      return read;
    });
  }

  /** Closes the file once everything recorded is durable. */
  async close(): Promise<void> {
    await this.writing;
    await this.checkpoints.close();
    if (this.writeAheadLog !== undefined) closeSync(this.writeAheadLog);
    this.writeAheadLog = undefined;
    if (this.opened.database.isOpen) this.count.close();
    this.opened.close();
  }
}
