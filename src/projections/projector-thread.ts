/**
 * The projector's thread: reads the log from where the projections are, applies it page by page, and then waits for
 * more. It is told when the log has grown, and looks by itself now and then in case it was not.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { StoredEvent } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { openLogFile } from '../store/open-log-file.ts';
import { Applier } from './apply.ts';
import { isDamage, openProjections } from './generations.ts';

/** What the thread is given. */
export interface ProjectorThreadInput {
  readonly logFile: string;
  readonly projectionsFile: string;
}

/** What the thread tells. `position` is the checkpoint; `applied` counts events since the thread began. */
export type ProjectorThreadReport =
  | {
      readonly kind: 'applied';
      readonly position: number;
      readonly applied: number;
      readonly caughtUp: boolean;
    }
  | { readonly kind: 'unusable' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Events applied in one transaction while following the log, at the most. */
const followedPageEventsMax = 2_000;
/** And while catching up: a larger page makes a larger run at once. */
const caughtUpPageEventsMax = 65_536;
/** A page also ends once the bytes of its events are more than this: one event can name 10,000 subjects. */
const pageBytesMax = 64 * 1_024 * 1_024;
/** Events read from the log at once. */
const readEventsMax = 500;
const lookIntervalMs = 250;

const { logFile, projectionsFile } = workerData as ProjectorThreadInput;
const tell = (report: ProjectorThreadReport): void => parentPort?.postMessage(report);

let wake: () => void = () => {};
let stopping = false;
parentPort?.on('message', (message: 'grown' | 'stop') => {
  if (message === 'stop') stopping = true;
  wake();
});

const grownOrTime = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, lookIntervalMs);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

/** The events after a position that are applied together, and whether the log ends with them. */
const nextPage = (
  log: LogReader,
  after: number,
  eventsMax: number,
): { readonly page: ReadonlyArray<StoredEvent>; readonly isLast: boolean } => {
  const page: StoredEvent[] = [];
  for (let bytes = 0; page.length < eventsMax && bytes < pageBytesMax; ) {
    const asked = Math.min(readEventsMax, eventsMax - page.length);
    const read = log.after(page.at(-1)?.position ?? after, asked);
    for (const event of read) {
      page.push(event);
      bytes += event.bytes.length;
    }
    if (read.length < asked) return { page, isLast: true };
  }
  return { page, isLast: false };
};

const run = async (): Promise<void> => {
  const database = openProjections(projectionsFile);
  if (database === undefined) return tell({ kind: 'unusable' });
  const log = openLogFile(logFile);
  const applier = new Applier(database, log);
  if (!applier.isOfThisLog()) {
    database.close();
    log.close();
    return tell({ kind: 'unusable' });
  }
  let applied = 0;
  tell({ kind: 'applied', position: applier.checkpoint(), applied, caughtUp: false });
  let caughtUp = false;
  while (!stopping) {
    const pageEventsMax: number = caughtUp ? followedPageEventsMax : caughtUpPageEventsMax;
    const { page, isLast } = nextPage(log, applier.checkpoint(), pageEventsMax);
    if (page.length === 0) {
      if (!caughtUp) tell({ kind: 'applied', position: applier.checkpoint(), applied, caughtUp: true });
      caughtUp = true;
      await grownOrTime();
      continue;
    }
    applier.apply(page);
    applied += page.length;
    caughtUp = isLast;
    tell({ kind: 'applied', position: applier.checkpoint(), applied, caughtUp });
    // Let messages in between pages.
    await new Promise((resolve) => setImmediate(resolve));
  }
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
  log.close();
};

run().then(
  () => parentPort?.close(),
  (error: unknown) => {
    tell(
      isDamage(error)
        ? { kind: 'unusable' }
        : { kind: 'failed', reason: error instanceof Error ? error.message : String(error) },
    );
    parentPort?.close();
  },
);
