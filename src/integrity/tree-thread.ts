/**
 * The thread of the tree: hashes events as the log grows, in parallel to appends, and signs checkpoints of durable
 * events.
 *
 * Before it signs anything, it compares the whole log with the existing tree. A difference stops it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { openLogFile } from '../store/open/open-log-file.ts';
import { Waker } from '../threads/waker.ts';
import { formatCheckpoint } from './checkpoint.ts';
import { latestServed, type WitnessedCheckpoint } from './cosigned-checkpoint.ts';
import { builderOf, compareWithTree, growTree } from './follow-log.ts';
import { sameHash } from './merkle-tree.ts';
import { formatNote, isSignedByAll, parseNote, signNote } from './signed-note.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';
import { parseTlogPolicy, type TlogPolicy } from './tlog-policy.ts';
import { type Cosignature, openTreeToWrite, type TreeWriter } from './tree-file.ts';
import type {
  TreeStop,
  TreeThreadInput,
  TreeThreadMessage,
  TreeThreadReport,
  WitnessedHead,
} from './tree-messages.ts';

const lookIntervalMs = 250;
/** The minimum time between two batches of hashing while the log grows; a batch's tiles are stored together. */
const growIntervalMs = 100;
/** The minimum time between two checkpoints. */
const signIntervalMs = 1_000;

const input = workerData as TreeThreadInput;
const tell = (report: TreeThreadReport): void => parentPort?.postMessage(report);

const waker = new Waker();
/** Called when there is something to do other than hashing. */
let told: () => void = () => {};
let stopping = false;
let keysChanged = false;
let maySign = input.witnesses === undefined;
const toKeep: Cosignature[] = [];
const witnessed: WitnessedHead[] = [];
parentPort?.on('message', (message: TreeThreadMessage) => {
  if (message === 'stop') stopping = true;
  else if (message === 'keys-changed') keysChanged = true;
  else if (message !== 'grown') {
    if (message.kind === 'may-sign') maySign = message.may;
    else if (message.kind === 'cosigned') toKeep.push(...message.cosignatures);
    else witnessed.push(message.head);
  }
  if (message !== 'grown') told();
  waker.wake();
});

/** Lets messages in. */
const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Waits until new events are worth hashing, or there is something else to do. */
const untilWorthHashing = async (hashedAt: number): Promise<void> => {
  await pause();
  while (!stopping && toKeep.length === 0 && witnessed.length === 0) {
    const left = hashedAt + growIntervalMs - performance.now();
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

const readKeys = (): E.Either<string, SigningKeys> =>
  signingKeys(input.keyFile, input.origin, () => Math.floor(Date.now() / 1_000));

/** Whether each signing key has signed the last checkpoint; after a rotation, the new keys have not. */
const isSignedByNow = (tree: TreeWriter, { verifiers }: SigningKeys): boolean => {
  const note = parseNote(tree.latest()?.note ?? '');
  return E.isRight(note) && isSignedByAll(note.right, verifiers);
};

/** Signs the tree and stores the checkpoint before it is shown. */
const signTree = (tree: TreeWriter, keys: SigningKeys): TreeStop | undefined => {
  const size = tree.size();
  const root = tree.rootAt(size);
  const signedBefore = tree.latest();
  const text = formatCheckpoint({ origin: input.origin, size, root, extensions: [] });
  const note = formatNote(signNote(text, keys.signers));
  const madeAt = Date.now();
  const contradiction = tree.keep({ size, root, madeAt, note });
  if (contradiction !== undefined) return { kind: 'other-root', size: contradiction.signed.size };
  const isAgain = signedBefore?.size === size;
  if (isAgain) tree.keepNote(size, note);
  tell({ kind: 'signed', size, madeAt: isAgain ? signedBefore.madeAt : madeAt, note });
  return undefined;
};

/** Compares a checkpoint shown by a witness with the tree, once the whole log is hashed. */
const answerToWitness = (tree: TreeWriter, { size, root, note, by }: WitnessedHead): TreeStop | undefined => {
  const has = tree.size();
  if (size > has || !sameHash(tree.rootAt(size), root)) return { kind: 'witnessed', by, size, has };
  // It was signed here and forgotten, so nothing smaller may be signed.
  if (size > (tree.latest()?.size ?? -1)) {
    const madeAt = Date.now();
    tree.keep({ size, root, madeAt, note });
    tell({ kind: 'signed', size, madeAt, note });
  }
  return undefined;
};

const follow = async (
  tree: TreeWriter,
  keysAtStart: SigningKeys,
  policy: TlogPolicy | undefined,
): Promise<TreeStop | undefined> => {
  const log = openLogFile(input.logFile);
  let keys = keysAtStart;
  try {
    let served: WitnessedCheckpoint | undefined;
    const serve = (): void => {
      if (policy === undefined) return;
      const next = latestServed(tree, policy, keys.verifiers);
      if (next === undefined || (next.note === served?.note && next.size === served.size)) return;
      served = next;
      tell({ kind: 'served', checkpoint: next });
    };
    const before = tree.latest();
    if (before !== undefined) {
      if (before.size > tree.size() || !sameHash(tree.rootAt(before.size), before.root))
        return { kind: 'other-root', size: before.size };
      if (before.note !== undefined)
        tell({ kind: 'signed', size: before.size, madeAt: before.madeAt, note: before.note });
    }
    tell({ kind: 'following' });
    serve();
    for (const step of compareWithTree(log, tree)) {
      if (stopping) return undefined;
      if ('kind' in step) return step;
      tell({ kind: 'comparing', done: step.agreedUpTo, of: tree.size() });
      await pause();
    }
    tell({ kind: 'agreed' });
    const builder = builderOf(tree);
    let caughtUp = false;
    let signedAt = Number.NEGATIVE_INFINITY;
    let isSignedByAllKeys = isSignedByNow(tree, keys);
    while (!stopping) {
      if (keysChanged) {
        keysChanged = false;
        const changed = readKeys();
        if (E.isLeft(changed)) return { kind: 'failed', reason: changed.left };
        keys = changed.right;
        isSignedByAllKeys = isSignedByNow(tree, keys);
      }
      const hashedAt = performance.now();
      const added = growTree(log, tree, builder);
      if (added > 0) tell({ kind: 'hashing', done: builder.size, of: Math.max(log.head(), builder.size) });
      const isDue = performance.now() - signedAt >= signIntervalMs;
      // During the first hashing of a ledger, no intermediate checkpoint is signed.
      caughtUp ||= builder.size >= log.head();
      for (const head of caughtUp ? witnessed.splice(0) : []) {
        const stop = answerToWitness(tree, head);
        if (stop !== undefined) return stop;
      }
      if (toKeep.length > 0) {
        tree.keepCosignatures(toKeep.splice(0));
        serve();
      }
      const isNew = builder.size !== tree.latest()?.size || !isSignedByAllKeys;
      if (input.signs && maySign && isDue && caughtUp && isNew) {
        const stop = signTree(tree, keys);
        if (stop !== undefined) return stop;
        signedAt = performance.now();
        if (policy?.quorum === undefined || !isSignedByAllKeys) serve();
        isSignedByAllKeys = true;
      }
      if (added > 0) await untilWorthHashing(hashedAt);
      else await waker.wait(lookIntervalMs);
    }
    return undefined;
  } finally {
    log.close();
  }
};

const run = async (): Promise<void> => {
  const given = pipe(
    E.Do,
    E.bind('keys', readKeys),
    E.bind('policy', () =>
      input.witnesses === undefined ? E.right(undefined) : parseTlogPolicy(input.witnesses),
    ),
  );
  if (E.isLeft(given)) return tell({ kind: 'stopped', why: { kind: 'failed', reason: given.left } });
  const { keys, policy } = given.right;
  const tree = openTreeToWrite(input.treeFile, Date.now());
  try {
    tell({ kind: 'opened' });
    const stop = await follow(tree, keys, policy);
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
