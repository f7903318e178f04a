/**
 * Who asked about whom: each question about a person is recorded, under the person's pseudonym.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../domain/time/instant.ts';
import { makePrivateFile } from '../../store/private-files.ts';
import { transact } from '../../store/sqlite/open-database.ts';
import { toStoreProblem } from '../../store/sqlite/store-problems.ts';

/** One question about a person. */
export interface Read {
  readonly id: number;
  readonly at: Instant;
  /** The name of the key, or of the holder of an OIDC token; null while no keys are set up. */
  readonly reader: string | null;
  readonly subject: string;
  /** What was asked: `residency`, `history`, … */
  readonly question: string;
}

const applicationId = 0x446f6d52;

export class ReadLog {
  readonly file: string;
  private readonly database: DatabaseSync;
  private readonly insert;
  private readonly select;

  /** Opens the file, and makes it if there is none. */
  constructor(file: string) {
    this.file = file;
    makePrivateFile(file);
    this.database = new DatabaseSync(file);
    this.database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA application_id = ${applicationId};
      CREATE TABLE IF NOT EXISTS read (
        id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reader TEXT, subject TEXT NOT NULL, question TEXT NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS read_subject ON read (subject, id);
    `);
    this.insert = this.database.prepare(
      'INSERT INTO read (at, reader, subject, question) VALUES (?, ?, ?, ?)',
    );
    this.select = this.database.prepare(
      'SELECT * FROM read WHERE id > ? AND (?2 IS NULL OR subject = ?2) ORDER BY id LIMIT ?3',
    );
  }

  /**
   * Records a question before it is answered.
   *
   * @throws a StoreProblem if it cannot: the question must then not be answered.
   */
  record({ at, reader, subject, question }: Omit<Read, 'id'>): void {
    try {
      this.insert.run(at, reader, subject, question);
    } catch (error) {
      throw toStoreProblem(this.file, error);
    }
  }

  /**
   * Records several questions, all or none, before they are answered.
   *
   * @throws a StoreProblem if it cannot: the questions must then not be answered.
   */
  recordAll(reads: ReadonlyArray<Omit<Read, 'id'>>): void {
    try {
      transact(this.database, () => {
        for (const { at, reader, subject, question } of reads) this.insert.run(at, reader, subject, question);
      });
    } catch (error) {
      throw toStoreProblem(this.file, error);
    }
  }

  /** Questions after one, in order; of one subject, if one is given. */
  after(id: number, subject: string | null, limit: number): ReadonlyArray<Read> {
    return this.select.all(id, subject, limit).map((row) => ({
      id: row.id as number,
      at: row.at as number,
      reader: row.reader as string | null,
      subject: row.subject as string,
      question: row.question as string,
    }));
  }

  close(): void {
    this.database.close();
  }
}
