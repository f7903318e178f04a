/** The file of a witness: the latest cosigned checkpoint of each log, which never goes back. */
import type { DatabaseSync } from 'node:sqlite';
import type { Hash, TreeHead } from '../integrity/merkle-tree.ts';
import type { FileFormat } from '../store/sqlite/file-checks.ts';
import { type OpenDatabase, openToRead, openToWrite, transact } from '../store/sqlite/open-database.ts';

const schema = `
  -- The name under which the witness cosigns.
  CREATE TABLE witness (only INTEGER PRIMARY KEY CHECK (only = 1), name TEXT NOT NULL) STRICT;
  -- The latest checkpoint of each log: the note with the log's signatures and the cosignatures; when, in milliseconds.
  CREATE TABLE cosigned (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL
  ) STRICT;
`;

/** The format of the file; `application_id` is `DMCW` in ASCII. */
const witnessFormat: FileFormat = {
  name: 'record of a witness',
  applicationId: 0x444d4357,
  schemaVersion: 1,
  schema,
  contradiction: () => undefined,
};

/** The latest cosigned checkpoint of a log. */
export interface Cosigned extends TreeHead {
  readonly origin: string;
  /** The checkpoint with the verified signatures of the log and the cosignatures. */
  readonly note: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

const cosignedIn = (row: Record<string, unknown> | undefined): Cosigned | undefined =>
  row === undefined
    ? undefined
    : {
        origin: String(row.origin),
        size: Number(row.size),
        root: row.root as Hash,
        note: String(row.note),
        at: Number(row.at),
      };

const nameIn = (database: DatabaseSync): string | undefined =>
  database.prepare('SELECT name FROM witness').get()?.name as string | undefined;

/** Writes the file of a witness; one process at a time. */
export class WitnessFile {
  private readonly opened: OpenDatabase;
  private readonly statements;

  constructor(opened: OpenDatabase) {
    this.opened = opened;
    const { database } = opened;
    this.statements = {
      latest: database.prepare('SELECT * FROM cosigned WHERE origin = ?'),
      all: database.prepare('SELECT * FROM cosigned ORDER BY origin'),
      keep: database.prepare('INSERT OR REPLACE INTO cosigned VALUES (?, ?, ?, ?, ?)'),
      name: database.prepare('INSERT INTO witness VALUES (1, ?)'),
    };
  }

  /** The name under which the witness cosigns; undefined before its first start. */
  name(): string | undefined {
    return nameIn(this.opened.database);
  }

  /** Gives the witness its name, once. */
  keepName(name: string): void {
    this.statements.name.run(name);
  }

  /** Runs `act`, which reads and stores a checkpoint, in one transaction. */
  atomically<A>(act: () => A): A {
    return transact(this.opened.database, act);
  }

  latestOf(origin: string): Cosigned | undefined {
    return cosignedIn(this.statements.latest.get(origin));
  }

  all(): ReadonlyArray<Cosigned> {
    return this.statements.all.all().map((row) => cosignedIn(row)!);
  }

  /** Replaces a log's checkpoint; durable once the transaction has ended. */
  keep({ origin, size, root, note, at }: Cosigned): void {
    this.statements.keep.run(origin, size, root, note, at);
  }

  close(): void {
    this.opened.close();
  }
}

/**
 * Opens the file of a witness, and creates it if there is none.
 *
 * @throws a StoreProblem that says what is wrong, where, and what to do.
 */
export const openWitnessFile = (file: string, now: number): WitnessFile =>
  new WitnessFile(openToWrite(file, witnessFormat, now));

/** The name of a witness, from its file, which another process may have open. Throws as `openWitnessFile` does. */
export const readWitnessName = (file: string): string | undefined => {
  const database = openToRead(file, witnessFormat);
  try {
    return nameIn(database);
  } finally {
    database.close();
  }
};
