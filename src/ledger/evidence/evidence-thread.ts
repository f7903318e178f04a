/**
 * The thread that makes bundles, so that nobody else waits for them.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { canonicalJson, type Json } from '../../evidence/canonical-json.ts';
import { type EvidenceSources, makeBundle } from '../../evidence/make-bundle.ts';
import { NoEvidence } from '../../evidence/noted-reads.ts';
import { type EvidenceQuestion, NothingKnown } from '../../evidence/questions.ts';
import { openTreeToRead } from '../../integrity/tree-file.ts';
import { OverBudget } from '../../questions/work.ts';
import { openIndexToRead } from '../../sealed-index/index-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';

/** The files that bundles are made from. */
export interface EvidenceThreadInput {
  readonly logFile: string;
  readonly treeFile: string;
  readonly indexFile: string;
  readonly indexTreeFile: string;
}

/** What the thread is asked: a question, and under which checkpoints it is proved. */
export interface EvidenceRequest extends Pick<EvidenceSources, 'checkpoint' | 'verifierKeys'> {
  readonly asked: EvidenceQuestion;
  /** Of the second log; none before the first stretch is sealed. */
  readonly indexCheckpoint: { readonly count: number; readonly note: string } | undefined;
}

/** What comes of it. */
export type EvidenceReport =
  /** The bundle without its signature, as JSON. */
  | { readonly kind: 'made'; readonly text: string }
  | { readonly kind: 'nothing-known' }
  | { readonly kind: 'over-budget' }
  | { readonly kind: 'none'; readonly message: string; readonly later: boolean }
  | { readonly kind: 'failed'; readonly message: string };

const files = workerData as EvidenceThreadInput;

const make = ({ asked, checkpoint, indexCheckpoint, verifierKeys }: EvidenceRequest): string => {
  const log = openLogFile(files.logFile);
  const tree = openTreeToRead(files.treeFile);
  const index = indexCheckpoint === undefined ? undefined : openIndexToRead(files.indexFile);
  const indexTree = indexCheckpoint === undefined ? undefined : openTreeToRead(files.indexTreeFile);
  try {
    const sealed =
      index === undefined || indexTree === undefined || indexCheckpoint === undefined
        ? undefined
        : { index, tiles: indexTree.tiles, checkpoint: indexCheckpoint };
    const bundle = (): string =>
      canonicalJson(
        makeBundle({ log, tiles: tree.tiles, checkpoint, sealed, verifierKeys }, asked) as unknown as Json,
      );
    return index === undefined ? bundle() : index.snapshot(bundle);
  } finally {
    for (const file of [indexTree, index, tree, log]) file?.close();
  }
};

const report = (request: EvidenceRequest): EvidenceReport => {
  try {
    return { kind: 'made', text: make(request) };
  } catch (error) {
    if (error instanceof NothingKnown) return { kind: 'nothing-known' };
    if (error instanceof OverBudget) return { kind: 'over-budget' };
    if (error instanceof NoEvidence) return { kind: 'none', message: error.message, later: error.later };
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
};

parentPort?.on('message', (request: EvidenceRequest) => parentPort?.postMessage(report(request)));
