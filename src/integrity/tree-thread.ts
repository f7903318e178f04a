/**
 * The thread of the tree: hashes events as the log grows, in parallel to appends, and signs checkpoints of durable
 * events.
 *
 * Before it signs anything, it compares the whole log with the existing tree. A difference stops it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { openLogFile } from '../store/open/open-log-file.ts';
import { Waker } from '../threads/waker.ts';
import { builderOf, compareWithTree, growTree } from './follow-log.ts';
import { readSigning, SignedTree } from './signed-tree.ts';
import { openTreeToWrite, type TreeWriter } from './tree-file.ts';
import type {
  SigningReport,
  TreeStop,
  TreeThreadInput,
  TreeThreadMessage,
  TreeThreadReport,
} from './tree-messages.ts';

const lookIntervalMs = 250;
/**
 * The time between two batches of hashing while the log grows: until a checkpoint is due, nobody sees what is hashed. The
 * tiles of a batch are stored together, so fewer batches take less time, and appends go first meanwhile.
 */
const growIntervalMs = 1_000;
/** It does not wait if at least so many events are left, and as many as it has just hashed. */
const manyEvents = 100;

const input = workerData as TreeThreadInput;
const tell = (report: TreeThreadReport | SigningReport): void => parentPort?.postMessage(report);

const waker = new Waker();
/** Called when there is something to do other than hashing. */
let told: () => void = () => {};
let stopping = false;
let signed: SignedTree | undefined;
parentPort?.on('message', (message: TreeThreadMessage) => {
  if (message === 'stop') stopping = true;
  else if (message !== 'grown') signed?.hear(message);
  if (message !== 'grown') told();
  waker.wake();
});

/** Lets messages in. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until new events are worth hashing, a checkpoint is due, or there is something else to do. */
const untilWorthHashing = async (hashedAt: number): Promise<void> => {
  await pause();
  while (!stopping && signed?.hasNews !== true) {
    const toSignMs = (input.signs ? signed?.dueInMs() : undefined) ?? growIntervalMs;
    const left = Math.min(hashedAt + growIntervalMs - performance.now(), toSignMs);
    if (left <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, left);
      told = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
};

const follow = async (tree: TreeWriter, signing: SignedTree): Promise<TreeStop | undefined> => {
  const log = openLogFile(input.logFile);
  try {
    const contradiction = signing.begin();
    if (contradiction !== undefined) return contradiction;
    for (const step of compareWithTree(log, tree)) {
      if (stopping) return undefined;
      if ('kind' in step) return step;
      tell({ kind: 'comparing', done: step.agreedUpTo, of: tree.size() });
      await pause();
    }
    tell({ kind: 'agreed' });
    const builder = builderOf(tree);
    let caughtUp = false;
    while (!stopping) {
      const hashedAt = performance.now();
      const added = growTree(log, tree, builder);
      const head = Math.max(log.head(), builder.size);
      if (added > 0) tell({ kind: 'hashing', done: builder.size, of: head });
      // During the first hashing of a ledger, no intermediate checkpoint is signed.
      caughtUp ||= builder.size >= head;
      // It signs what it has hashed. Where more events arrive than are hashed at a time, some that are durable already have to wait
      // for the next checkpoint, up to a second. A checkpoint covers durable events alone, but V3 does not say that it covers all
      // of them; and hashing those first would let it wait for ever while as many arrive.
      const stop =
        signing.takeIn(head) ??
        (input.signs && caughtUp && signing.dueInMs() === 0 ? signing.sign() : undefined);
      if (stop !== undefined) return stop;
      if (added === 0) await waker.wait(lookIntervalMs);
      else if (head - builder.size >= Math.max(added, manyEvents)) await pause();
      else await untilWorthHashing(hashedAt);
    }
    return undefined;
  } finally {
    log.close();
  }
};

const run = async (): Promise<void> => {
  const given = readSigning(input);
  if (E.isLeft(given)) return tell({ kind: 'stopped', why: { kind: 'failed', reason: given.left } });
  const tree = openTreeToWrite(input.treeFile, Date.now());
  try {
    signed = new SignedTree(input, given.right, tree, tell);
    tell({ kind: 'opened' });
    const stop = await follow(tree, signed);
    if (stop !== undefined) tell({ kind: 'stopped', why: stop });
  } finally {
    tree.close();
  }
};

run().then(
  () => parentPort?.close(),
  (error: unknown) => {
    tell({
      kind: 'stopped',
      why: { kind: 'failed', reason: error instanceof Error ? error.message : String(error) },
    });
    parentPort?.close();
  },
);
