/**
 * A thread that follows a ledger until it has so many events, and then posts their ids.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { origin } from '../../src/store/event-store.ts';
import { openLogReader } from '../../src/store/sqlite/log-reader.ts';

const { file, count } = workerData as { file: string; count: number };
const reader = openLogReader(file);
const stop = new AbortController();
const ids: string[] = [];
for await (const page of reader.follow(origin, stop.signal)) {
  ids.push(...page.map(({ id }) => id));
  if (ids.length >= count) stop.abort();
}
reader.close();
parentPort!.postMessage(ids);
