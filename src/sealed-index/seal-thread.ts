/**
 * The sealing thread. It builds the index of each completed stretch of the log, and signs checkpoints of the second
 * log, whose leaves are the roots of these (V12). Messages say up to which size the log itself is signed.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { formatCheckpoint } from '../integrity/checkpoint.ts';
import { builderOf } from '../integrity/follow-log.ts';
import { sameHash } from '../integrity/merkle-tree.ts';
import { formatNote, isSignedByAll, parseNote, signNote } from '../integrity/signed-note.ts';
import { type SigningKeys, signingKeys } from '../integrity/signing-keys.ts';
import { openTreeToWrite, type TreeWriter } from '../integrity/tree-file.ts';
import { openLogFile } from '../store/open/open-log-file.ts';
import { openIndexToWrite, type SealedIndexWriter } from './index-writer.ts';
import { sealUpTo } from './seal-log.ts';

/** The input of the thread. */
export interface SealThreadInput {
  readonly logFile: string;
  readonly indexFile: string;
  /** The tree of the second log. */
  readonly treeFile: string;
  readonly keyFile: string;
  /** The origin of the second log. */
  readonly origin: string;
}

/** A message to the thread: the size up to which it may seal the log, or that the keys have changed. */
export type SealThreadMessage = { readonly kind: 'seal'; readonly size: number } | 'stop' | 'keys-changed';

/** A report of the thread. */
export type SealThreadReport =
  | { readonly kind: 'opened' }
  /** The number of sealed events of the log. */
  | { readonly kind: 'sealed'; readonly size: number }
  /** A checkpoint of the second log was signed and stored, or exists from before. */
  | { readonly kind: 'signed'; readonly count: number; readonly size: number; readonly note: string }
  | { readonly kind: 'stopped'; readonly reason: string };

/** The minimum time between two checkpoints. */
const signIntervalMs = 1_000;
/** While the log grows, the thread rests this many times as long as it worked: recording has priority. */
const restsPerWork = 4;
/** The maximum rest. */
const restMsMax = 1_000;
/** The log counts as growing if it grew within this time. */
const growingMs = 2_500;

const input = workerData as SealThreadInput;
const tell = (report: SealThreadReport): void => parentPort?.postMessage(report);

let wake: () => void = () => {};
let stopping = false;
let keysChanged = false;
let size = 0;
let grewAt = Number.NEGATIVE_INFINITY;
parentPort?.on('message', (message: SealThreadMessage) => {
  if (message === 'stop') stopping = true;
  else if (message === 'keys-changed') keysChanged = true;
  else {
    size = message.size;
    grewAt = performance.now();
  }
  wake();
});

/** Handles messages, and leaves the processor to others while the log grows. */
const rest = async (workedMs: number): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  if (stopping || performance.now() - grewAt > growingMs) return;
  const restMs = Math.min(workedMs * restsPerWork, restMsMax);
  const end = performance.now() + restMs;
  while (!stopping && performance.now() < end) await told(end - performance.now());
};
const told = (waitMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = Number.isFinite(waitMs) ? setTimeout(resolve, waitMs) : undefined;
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

/** Signs the second log and stores the checkpoint before it is shown. */
const sign = (index: SealedIndexWriter, tree: TreeWriter, keys: SigningKeys): void => {
  const before = tree.latest();
  const count = tree.size();
  const root = tree.rootAt(count);
  const text = formatCheckpoint({ origin: input.origin, size: count, root, extensions: [] });
  const note = formatNote(signNote(text, keys.signers));
  const contradiction = tree.keep({ size: count, root, madeAt: Date.now(), note });
  if (contradiction !== undefined)
    throw new Error(`the index does not lead to the root that was signed for ${before?.size} stretches`);
  if (before?.size === count) tree.keepNote(count, note);
  tell({ kind: 'signed', count, size: index.at(count - 1)!.size, note });
  // Answers under the previous checkpoint still find what they need.
  if (before !== undefined && before.size < count) index.forgetParts(before.size);
};

const readKeys = (): E.Either<string, SigningKeys> =>
  signingKeys(input.keyFile, input.origin, () => Math.floor(Date.now() / 1_000));

/** Whether each current signing key has signed the checkpoint of everything sealed. */
const isSigned = (tree: TreeWriter, { verifiers }: SigningKeys): boolean => {
  const latest = tree.latest();
  if (tree.size() !== (latest?.size ?? 0)) return false;
  const note = parseNote(latest?.note ?? '');
  return latest === undefined || (E.isRight(note) && isSignedByAll(note.right, verifiers));
};

const seal = async (index: SealedIndexWriter, tree: TreeWriter, keysAtStart: SigningKeys): Promise<void> => {
  let keys = keysAtStart;
  const log = openLogFile(input.logFile);
  try {
    const before = tree.latest();
    if (
      before !== undefined &&
      (before.size > tree.size() || !sameHash(tree.rootAt(before.size), before.root))
    )
      throw new Error(`the index does not lead to the root that was signed for ${before.size} stretches`);
    if (before?.note !== undefined && before.size <= index.count())
      tell({
        kind: 'signed',
        count: before.size,
        size: index.at(before.size - 1)!.size,
        note: before.note,
      });
    const builder = builderOf(tree);
    let sealed = -1;
    let signedAt = Number.NEGATIVE_INFINITY;
    const signWhenDue = (): number => {
      if (isSigned(tree, keys)) return Number.POSITIVE_INFINITY;
      const waitMs = signedAt + signIntervalMs - performance.now();
      if (waitMs > 0) return waitMs;
      sign(index, tree, keys);
      signedAt = performance.now();
      return Number.POSITIVE_INFINITY;
    };
    while (!stopping) {
      if (keysChanged) {
        keysChanged = false;
        const changed = readKeys();
        if (E.isLeft(changed)) throw new Error(changed.left);
        keys = changed.right;
      }
      const upTo = size;
      let began = performance.now();
      for (const each of upTo > sealed ? sealUpTo(log, index, tree, builder, upTo) : []) {
        tell({ kind: 'sealed', size: each });
        signWhenDue();
        await rest(performance.now() - began);
        if (stopping) return;
        began = performance.now();
      }
      sealed = upTo;
      const waitMs = signWhenDue();
      if (size === upTo && !keysChanged) await told(waitMs);
    }
  } finally {
    log.close();
  }
};

const run = async (): Promise<void> => {
  const keys = readKeys();
  if (E.isLeft(keys)) return tell({ kind: 'stopped', reason: keys.left });
  const index = openIndexToWrite(input.indexFile, Date.now());
  try {
    const tree = openTreeToWrite(input.treeFile, Date.now());
    try {
      tell({ kind: 'opened' });
      await seal(index, tree, keys.right);
    } finally {
      tree.close();
    }
  } finally {
    index.close();
  }
};

run().then(
  () => parentPort?.close(),
  (error: unknown) => {
    tell({ kind: 'stopped', reason: error instanceof Error ? error.message : String(error) });
    parentPort?.close();
  },
);
