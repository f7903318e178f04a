/**
 * The thread of the tree: hashes events as the log grows, beside the appends, and signs checkpoints of what is durable.
 *
 * Before it signs anything, it compares the whole log with the tree that was made of it before. What differs stops it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { openLogFile } from '../store/open/open-log-file.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { builderOf, compareWithTree, growTree, type LogDifference } from './follow-log.ts';
import { sameHash } from './merkle-tree.ts';
import { formatNote, signNote } from './signed-note.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';
import { openTreeToWrite, type TreeWriter } from './tree-file.ts';

/** What the thread is given. */
export interface TreeThreadInput {
  readonly logFile: string;
  readonly treeFile: string;
  readonly keyFile: string;
  readonly origin: string;
  /** Whether this process signs: of several on one log, exactly one does. The others hash, and compare. */
  readonly signs: boolean;
}

/** Why the tree was stopped, for good until a restart. */
export type TreeStop =
  | LogDifference
  /** The tree itself does not lead to a root that was signed. */
  | { readonly kind: 'other-root'; readonly size: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** What the thread reports. */
export type TreeThreadReport =
  /** It compares the log with the tree, or hashes what is new: so many of the log's events are done. */
  | { readonly kind: 'comparing' | 'hashing'; readonly done: number; readonly of: number }
  /** A checkpoint was signed and kept, or is there from before. */
  | { readonly kind: 'signed'; readonly size: number; readonly madeAt: number; readonly note: string }
  | { readonly kind: 'stopped'; readonly why: TreeStop };

const lookIntervalMs = 250;
/** Checkpoints are signed no more often than this. */
const signIntervalMs = 1_000;

const input = workerData as TreeThreadInput;
const tell = (report: TreeThreadReport): void => parentPort?.postMessage(report);

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

/** Lets messages in. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Signs the tree as it is, and keeps the checkpoint before anybody sees it. */
const signTree = (tree: TreeWriter, keys: SigningKeys): TreeStop | undefined => {
  const size = tree.size();
  const root = tree.rootAt(size);
  const text = formatCheckpoint({ origin: input.origin, size, root, extensions: [] });
  const note = formatNote(signNote(text, keys.signers));
  const madeAt = Date.now();
  const contradiction = tree.keep({ size, root, madeAt, note });
  if (contradiction !== undefined) return { kind: 'other-root', size: contradiction.signed.size };
  tell({ kind: 'signed', size, madeAt, note });
  return undefined;
};

const follow = async (tree: TreeWriter, keys: SigningKeys): Promise<TreeStop | undefined> => {
  const log = openLogFile(input.logFile);
  try {
    const before = tree.latest();
    if (before !== undefined) {
      if (before.size > tree.size() || !sameHash(tree.rootAt(before.size), before.root))
        return { kind: 'other-root', size: before.size };
      if (before.note !== undefined)
        tell({ kind: 'signed', size: before.size, madeAt: before.madeAt, note: before.note });
    }
    for (const step of compareWithTree(log, tree)) {
      if (stopping) return undefined;
      if ('kind' in step) return step;
      tell({ kind: 'comparing', done: step.agreedUpTo, of: tree.size() });
      await pause();
    }
    const builder = builderOf(tree);
    let caughtUp = false;
    let signedAt = Number.NEGATIVE_INFINITY;
    while (!stopping) {
      const added = growTree(log, tree, builder);
      if (added > 0) tell({ kind: 'hashing', done: builder.size, of: Math.max(log.head(), builder.size) });
      const isDue = performance.now() - signedAt >= signIntervalMs;
      // While a ledger is hashed for the first time, nothing is signed on the way.
      caughtUp ||= builder.size >= log.head();
      if (input.signs && isDue && caughtUp && builder.size !== tree.latest()?.size) {
        const stop = signTree(tree, keys);
        if (stop !== undefined) return stop;
        signedAt = performance.now();
      }
      if (added > 0) await pause();
      else await grownOrTime();
    }
    return undefined;
  } finally {
    log.close();
  }
};

const run = async (): Promise<void> => {
  const keys = signingKeys(input.keyFile, input.origin, () => Math.floor(Date.now() / 1_000));
  if (E.isLeft(keys)) return tell({ kind: 'stopped', why: { kind: 'failed', reason: keys.left } });
  const tree = openTreeToWrite(input.treeFile, Date.now());
  try {
    const stop = await follow(tree, keys.right);
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
