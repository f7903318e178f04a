/** Checks the files of a ledger row by row, in parallel to the process that writes them. */
import { existsSync } from 'node:fs';
import { readLogFormat, readOf } from '../../people/access/read-log-format.ts';
import { entriesIn } from '../../people/vault/read-identifiers.ts';
import { checkProjectionsFile } from '../../projections/engine/check-projections.ts';
import type { StoredEvent } from '../../store/event-store.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { openToRead } from '../../store/sqlite/open-database.ts';
import { damaged } from '../../store/sqlite/store-problems.ts';

/** Rows to read in one statement, so that a pause can follow soon. */
const rowsAtOnceMax = 100;
/** Events to read in one statement, and about how many bytes: one event of many people may have more. */
const eventsAtOnceMax = 32;
const bytesAtOnce = 131_072;

/** The files to check; missing ones are skipped. */
export interface WatchedFiles {
  readonly log: string;
  readonly vault: string;
  readonly reads: string;
  /** The serving generation, if there is one. */
  readonly projections?: string | undefined;
}

/** Progress of the check, in rows of the file. */
export interface WatchProgress {
  readonly file: keyof WatchedFiles;
  readonly done: number;
  readonly of: number;
}

/** How many events to read next: as many as are about as large together as is to be read at once, if those before say so. */
const eventsAfter = (before: ReadonlyArray<StoredEvent>): number => {
  const bytes = before.reduce((sum, event) => sum + event.bytes.length, 0);
  return Math.max(1, Math.min(Math.floor((before.length * bytesAtOnce) / bytes), eventsAtOnceMax));
};

/** Reads every event and looks it up by source and id: a damaged index would allow it to be recorded twice. */
function* checkLog(file: string): Generator<WatchProgress> {
  const log = openLogFile(file);
  try {
    const of = log.head();
    let atOnce = 1;
    for (let done = 0; done < of; ) {
      const page = log.next(done, Math.min(atOnce, of - done));
      for (const { source, id, position } of page) {
        const found = log.positionOf(source, id);
        if (found !== position) {
          const instead = found === undefined ? 'does not lead to it' : `leads to position ${found} instead`;
          throw damaged(file, `the index of the event at position ${position} ${instead}`);
        }
      }
      if (page.length === 0) throw damaged(file, `the event at position ${done + 1} is missing`);
      done = page.at(-1)!.position;
      atOnce = eventsAfter(page);
      yield { file: 'log', done, of };
    }
  } finally {
    log.close();
  }
}

function* checkVault(file: string): Generator<WatchProgress> {
  let done = 0;
  for (const _ of entriesIn(file, rowsAtOnceMax)) {
    done++;
    if (done % rowsAtOnceMax === 0) yield { file: 'vault', done, of: done };
  }
}

function* checkReads(file: string): Generator<WatchProgress> {
  const database = openToRead(file, readLogFormat);
  try {
    const of = Number(database.prepare('SELECT coalesce(max(id), 0) AS last FROM read').get()!.last);
    const select = database.prepare(`SELECT * FROM read WHERE id > ? ORDER BY id LIMIT ${rowsAtOnceMax}`);
    for (let done = 0; done < of; ) {
      const rows = select.all(done);
      for (const row of rows)
        if (readOf(row) === undefined) throw damaged(file, `question ${row.id} is damaged`);
      if (rows.length === 0) throw damaged(file, `question ${done + 1} is missing`);
      done = Number(rows.at(-1)!.id);
      yield { file: 'reads', done, of };
    }
  } finally {
    database.close();
  }
}

function* checkProjections(file: string): Generator<WatchProgress> {
  for (const progress of checkProjectionsFile(file)) yield { file: 'projections', ...progress };
}

/**
 * Checks one file after another.
 *
 * @throws a StoreProblem that says what is damaged; errors that `isDamage` recognises for the projections.
 */
export function* checkFiles({ log, vault, reads, projections }: WatchedFiles): Generator<WatchProgress> {
  yield* checkLog(log);
  if (existsSync(vault)) yield* checkVault(vault);
  if (existsSync(reads)) yield* checkReads(reads);
  // Another generation may serve by now, and this one may be gone.
  if (projections !== undefined && existsSync(projections)) yield* checkProjections(projections);
}
