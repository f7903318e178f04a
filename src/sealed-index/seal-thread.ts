/**
 * The sealing thread. It builds the index of each completed stretch of the log, and signs checkpoints of the second
 * log, whose leaves are the roots of these (V12). Messages say up to which size the log itself is signed.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { builderOf } from '../integrity/follow-log.ts';
import { readSigning, SignedTree } from '../integrity/signed-tree.ts';
import { openTreeToWrite, type TreeWriter } from '../integrity/tree-file.ts';
import type { SigningInput, SigningMessage, SigningReport, SigningStop } from '../integrity/tree-messages.ts';
import { openLogFile } from '../store/open/open-log-file.ts';
import { giveWay } from '../threads/give-way.ts';
import { openIndexToWrite, type SealedIndexWriter } from './index-writer.ts';
import { sealUpTo } from './seal-log.ts';
import { stretchesUpTo } from './stretches.ts';

/** The input of the thread; the tree and the origin are those of the second log. */
export interface SealThreadInput extends SigningInput {
  readonly logFile: string;
  readonly indexFile: string;
}

/** A further message to the thread: the size up to which it may seal the log. */
export interface SealMessage {
  readonly kind: 'seal';
  readonly size: number;
}

/** A further report of the thread. */
export type SealThreadReport =
  /** The number of sealed events of the log. */
  { readonly kind: 'sealed'; readonly size: number } | { readonly kind: 'stopped'; readonly reason: string };

/**
 * While the log grows, the thread rests this many times as long as it worked: recording has priority. So it has about a
 * third of one processor, more only after a step of over half a second, and seals some 140,000 people a second.
 */
const restsPerWork = 2;
/** The maximum rest. */
const restMsMax = 1_000;
/** The log counts as growing if it grew within this time. */
const growingMs = 2_500;

const input = workerData as SealThreadInput;
const tell = (report: SealThreadReport | SigningReport): void => parentPort?.postMessage(report);

let wake: () => void = () => {};
let stopping = false;
let signed: SignedTree | undefined;
let size = 0;
let grewAt = Number.NEGATIVE_INFINITY;
parentPort?.on('message', (message: SealMessage | SigningMessage | 'stop') => {
  if (message === 'stop') stopping = true;
  else if (message.kind === 'seal') {
    size = message.size;
    grewAt = performance.now();
  } else signed?.hear(message);
  wake();
});

/** Handles messages, and leaves the processor to others while the log grows. */
const rest = async (workedMs: number): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  if (stopping || performance.now() - grewAt > growingMs) return;
  const restMs = Math.min(workedMs * restsPerWork, restMsMax);
  const end = performance.now() + restMs;
  while (!stopping && performance.now() < end) await told(Math.max(0, end - performance.now()));
};
const told = (waitMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = Number.isFinite(waitMs) ? setTimeout(resolve, waitMs) : undefined;
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

/** Deletes the parts of stretches that answers no longer need, as checkpoints are signed and served. */
const forgetting = (index: SealedIndexWriter): ((report: SigningReport) => void) => {
  let signedBefore: number | undefined;
  let served: number | undefined;
  const forget = (count: number): void => index.forgetParts(Math.min(count, index.count()));
  return (report) => {
    if (report.kind === 'served') {
      // Answers under the previous checkpoint still need theirs.
      if (served !== undefined && served < report.checkpoint.size) forget(served);
      served = report.checkpoint.size;
    } else if (report.kind === 'signed') {
      // Until a quorum cosigns the index nothing is served, and parts must not accumulate.
      if (served === undefined && signedBefore !== undefined) forget(signedBefore);
      signedBefore = report.size;
    }
  };
};

/** Why sealing has stopped, and what to do. */
const sentenceOf = (stop: SigningStop): string => {
  switch (stop.kind) {
    case 'other-root':
      return `the index does not lead to the root that was signed for ${stop.size} stretches. Restore index-2.sqlite and index-2-tree.sqlite together with the log they belong to`;
    case 'witnessed':
      return `the witness ${stop.by} cosigned a checkpoint of ${stop.size} stretches of the index, signed by this ledger's own key, and this index ${stop.size > stop.has ? `has ${stop.has} stretches` : 'has another root at that size'}. So this is not the witnessed ledger, or it is an older copy of it. Restore the newest log`;
    case 'failed':
      return stop.reason;
  }
};
const refuse = (stop: SigningStop | undefined): void => {
  if (stop !== undefined) throw new Error(sentenceOf(stop));
};

const seal = async (index: SealedIndexWriter, tree: TreeWriter, signing: SignedTree): Promise<void> => {
  const log = openLogFile(input.logFile);
  try {
    refuse(signing.begin());
    const builder = builderOf(tree);
    let sealed = -1;
    const signWhenDue = (): number => {
      refuse(signing.takeIn(stretchesUpTo(log.head())));
      // An index without stretches is not signed.
      const waitMs = tree.size() === 0 ? Number.POSITIVE_INFINITY : signing.dueInMs();
      if (waitMs > 0) return waitMs;
      refuse(signing.sign());
      return Number.POSITIVE_INFINITY;
    };
    while (!stopping) {
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
      if (size === upTo && !signing.hasNews) await told(waitMs);
    }
  } finally {
    log.close();
  }
};

const run = async (): Promise<void> => {
  giveWay();
  const given = readSigning(input);
  if (E.isLeft(given)) return tell({ kind: 'stopped', reason: given.left });
  const index = openIndexToWrite(input.indexFile, Date.now());
  try {
    const tree = openTreeToWrite(input.treeFile, Date.now());
    try {
      const forget = forgetting(index);
      signed = new SignedTree(input, given.right, tree, (report) => {
        tell(report);
        forget(report);
      });
      tell({ kind: 'opened' });
      await seal(index, tree, signed);
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
