/**
 * Who asked about whom: each question about a person is recorded, under the person's pseudonym.
 */
import { basename } from 'node:path';
import { type CountKeeper, countFileOf, countKeeper, keptCount } from '../../store/kept-count.ts';
import { type OpenDatabase, openToWrite, preparing, transact } from '../../store/sqlite/open-database.ts';
import { damaged, toStoreProblem } from '../../store/sqlite/store-problems.ts';
import { giveFirstVersion, type Read, readChecksum, readLogFormat, readOf } from './read-log-format.ts';

export type { Read } from './read-log-format.ts';

const missing = (file: string, rows: number, kept: number): string =>
  `it ends at question ${rows}, and ${kept} were recorded: the last were lost with its write-ahead log. Whoever deletes ${basename(countFileOf(file))} goes on without them`;

export class ReadLog {
  readonly file: string;
  private readonly opened: OpenDatabase;
  private readonly count: CountKeeper;
  private last: number;
  private readonly insert;
  private readonly select;

  /**
   * Opens the file, and makes it if there is none.
   *
   * @throws a StoreProblem that says what is wrong, where, and what to do.
   */
  constructor(file: string) {
    this.file = file;
    const kept = keptCount(file);
    giveFirstVersion(file);
    this.opened = openToWrite(file, readLogFormat, Date.now());
    const { database } = this.opened;
    const prepared = preparing(this.opened, () => {
      const last = Number(database.prepare('SELECT coalesce(max(id), 0) AS last FROM read').get()!.last);
      if (kept !== undefined && kept > last) throw damaged(file, missing(file, last, kept));
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
    this.insert = prepared.insert;
    this.select = prepared.select;
    this.count = prepared.count;
    this.count.keep(this.last);
  }

  /**
   * Records a question before it is answered.
   *
   * @throws a StoreProblem if it cannot: the question must then not be answered.
   */
  record(read: Omit<Read, 'id'>): void {
    this.recordAll([read]);
  }

  /**
   * Records several questions, all or none, before they are answered.
   *
   * @throws a StoreProblem if it cannot: the questions must then not be answered.
   */
  recordAll(reads: ReadonlyArray<Omit<Read, 'id'>>): void {
    try {
      const last = transact(this.opened.database, () => {
        let id = this.last;
        for (const read of reads) {
          id++;
          const { at, reader, subject, question } = read;
          this.insert.run(id, at, reader, subject, question, readChecksum({ ...read, id }));
        }
        return id;
      });
      this.last = last;
      this.count.keep(last);
    } catch (error) {
      throw toStoreProblem(this.file, error);
    }
  }

  /** Questions after one, in order; of one subject, if one is given. */
  after(id: number, subject: string | null, limit: number): ReadonlyArray<Read> {
    return this.select.all(id, subject, limit).map((row) => {
      const read = readOf(row);
      if (read === undefined) throw damaged(this.file, `question ${row.id} is not as it was written`);
      return read;
    });
  }

  close(): void {
    this.opened.close();
    this.count.close();
  }
}
