/**
 * The check of every stored event against the tree (V13).
 */
import { availableParallelism } from 'node:os';
import { compareWithTree, type LogDifference } from '../../integrity/follow-log.ts';
import { sentenceOfStop } from '../../integrity/merkle-log.ts';
import { tileWidth } from '../../integrity/tiles.ts';
import type { TreeReader } from '../../integrity/tree-file.ts';
import type { LogReader } from '../../store/log-reader.ts';
import { fromPlain } from '../../store/sqlite/store-problems.ts';
import { startThread } from '../../threads/start-thread.ts';
import { type Check, count, failed, ok, warning } from '../examine/check.ts';
import type { LogPart, LogPartReport } from './verify-log-thread.ts';

const name = 'log';

/** Threads that compare parts of a log. */
const threadsMax = 4;
/** The minimum number of events in a part: starting a thread takes as long as comparing some thousands. */
const partEventsMin = 50_000;

const differs = (difference: LogDifference): Check =>
  failed(name, sentenceOfStop(difference), `All events before position ${difference.position} are intact`);

const agrees = (log: LogReader, tree: TreeReader): Check => {
  const [hashed, head] = [tree.size(), log.head()];
  return head > hashed
    ? warning(
        name,
        `${count.format(hashed)} events match their hashes, and ${count.format(head - hashed)} are not hashed yet`,
        'Start the server, which hashes them',
      )
    : ok(name, `${count.format(hashed)} events match their hashes`);
};

/** The parts of a log of a size, each of whole tiles except the last. */
const partsOf = (size: number, threads: number): ReadonlyArray<Pick<LogPart, 'after' | 'upTo'>> => {
  const parts = Math.max(1, Math.min(threads, Math.floor(size / partEventsMin)));
  const ends = Array.from({ length: parts }, (_, part) =>
    part === parts - 1 ? size : Math.floor((size * (part + 1)) / parts / tileWidth) * tileWidth,
  );
  return ends.map((upTo, part) => ({ after: ends[part - 1] ?? 0, upTo }));
};

/** Compares one part in a thread. Resolves with its first difference, or with none once `ended`. */
const compareBeside = (
  part: LogPart,
  onStep: (agreed: number) => void,
  ended: AbortSignal,
): Promise<LogDifference | undefined> =>
  new Promise((resolve, reject) => {
    const worker = startThread(new URL('./verify-log-thread.ts', import.meta.url), part);
    let agreedUpTo = part.after;
    ended.addEventListener('abort', () => {
      resolve(undefined);
      void worker.terminate();
    });
    worker.on('message', (report: LogPartReport) => {
      if ('problem' in report) return reject(fromPlain(report.problem));
      if ('kind' in report) return resolve(report);
      onStep(report.agreedUpTo - agreedUpTo);
      agreedUpTo = report.agreedUpTo;
    });
    worker.once('error', reject);
    // Has no effect if the part differs or was ended.
    worker.once('exit', () =>
      agreedUpTo === part.upTo
        ? resolve(undefined)
        : reject(new Error(`the thread that compares it ended at position ${agreedUpTo}`)),
    );
  });

/** Compares parts side by side. Once one differs, the later ones cannot have the first difference, and are ended. */
const firstDifference = async (
  parts: ReadonlyArray<LogPart>,
  onStep: (agreed: number) => void,
): Promise<LogDifference | undefined> => {
  const ends = parts.map(() => new AbortController());
  const endFrom = (first: number): void => {
    for (const end of ends.slice(first)) end.abort();
  };
  try {
    const found = await Promise.all(
      parts.map(async (part, place) => {
        const difference = await compareBeside(part, onStep, ends[place]!.signal);
        if (difference !== undefined) endFrom(place + 1);
        return difference;
      }),
    );
    return found.find((difference) => difference !== undefined);
  } finally {
    endFrom(0);
  }
};

/**
 * Checks each event of the log against its leaf, in several threads if there are many events.
 *
 * @param onStep called with the number of events that agree so far.
 * @param threads the maximum; the number of cores, up to four, by default.
 * @throws a StoreProblem if the log or the tree cannot be read.
 */
export const checkLog = async (
  { log, tree, files }: { log: LogReader; tree: TreeReader; files: Pick<LogPart, 'logFile' | 'treeFile'> },
  onStep: (agreed: number) => void = () => {},
  threads = Math.min(threadsMax, availableParallelism()),
): Promise<Check> => {
  const parts = partsOf(tree.size(), threads);
  if (parts.length === 1) {
    for (const step of compareWithTree(log, tree)) {
      if ('kind' in step) return differs(step);
      onStep(step.agreedUpTo);
    }
    return agrees(log, tree);
  }
  let agreed = 0;
  const first = await firstDifference(
    parts.map((part) => ({ ...files, ...part })),
    (more) => {
      agreed += more;
      onStep(agreed);
    },
  );
  return first === undefined ? agrees(log, tree) : differs(first);
};
