/**
 * The thread that checkpoints the write-ahead log of one file; see `checkpoints-beside.ts`. It does not give way to others: whoever
 * writes the log waits for the locks that it holds.
 */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread is told. */
export type CheckpointMessage = 'checkpoint' | 'close';

const database = new DatabaseSync(workerData as string);
database.exec('PRAGMA checkpoint_fullfsync = ON');
// A connection that has read nothing does not know that there is a write-ahead log.
database.prepare('SELECT count(*) FROM sqlite_schema').get();
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

parentPort!.on('message', (message: CheckpointMessage) => {
  if (message === 'close') {
    database.close();
    return parentPort!.close();
  }
  // What is written meanwhile is copied the next time. While questions come without a pause, something always is, and the log
  // grows until the writing connection checkpoints it itself.
  checkpoint.get();
});
