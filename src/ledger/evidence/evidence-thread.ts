/** The thread that makes bundles, so that they delay nothing else. */
import { parentPort, workerData } from 'node:worker_threads';
import * as E from 'fp-ts/lib/Either.js';
import { bundleCharactersMax, formatBundle, type UnsignedBundle } from '../../evidence/bundle.ts';
import { insteadOf } from '../../evidence/instead.ts';
import { type EvidenceSources, makeBundle } from '../../evidence/make-bundle.ts';
import { NoEvidence } from '../../evidence/noted-reads.ts';
import { evidencePage } from '../../evidence/page.ts';
import { type EvidenceQuestion, NothingKnown } from '../../evidence/questions.ts';
import { signBundle } from '../../evidence/sign-bundle.ts';
import type { NoteSigner } from '../../integrity/signed-note.ts';
import { type SigningKeys, signingKeys } from '../../integrity/signing-keys.ts';
import { openTreeToRead } from '../../integrity/tree-file.ts';
import { OverBudget } from '../../questions/work.ts';
import { openIndexToRead } from '../../sealed-index/index-reader.ts';
import { openLogFile } from '../../store/open/open-log-file.ts';
import { writeText } from './unnamed-file.ts';

/** The files from which bundles are made. */
export interface EvidenceThreadInput {
  readonly logFile: string;
  readonly treeFile: string;
  readonly indexFile: string;
  readonly indexTreeFile: string;
  readonly keyFile: string;
}

/** The verifiable file, or the page for human readers. */
export type EvidenceForm = 'file' | 'page';

/** A request to the thread: a question, and the checkpoints that its proofs use. */
export interface EvidenceRequest extends Pick<EvidenceSources, 'checkpoint' | 'isIndexUnwitnessed'> {
  readonly asked: EvidenceQuestion;
  readonly form: EvidenceForm;
  /** Identifiers by pseudonym, for a caller that may see them. */
  readonly identifiers: Readonly<Record<string, string>>;
  readonly origin: string;
  /** The open file into which to write the result. */
  readonly file: number;
  /** The checkpoint of the second log; undefined before one is served. */
  readonly indexCheckpoint: { readonly count: number; readonly note: string } | undefined;
}

/** The result of a request. */
export type EvidenceReport =
  | { readonly kind: 'made' }
  | { readonly kind: 'nothing-known' }
  | { readonly kind: 'none'; readonly message: string; readonly later: boolean }
  | { readonly kind: 'out-of-memory' }
  | { readonly kind: 'failed'; readonly message: string };

const files = workerData as EvidenceThreadInput;

/** The signers whose signatures are deterministic. */
const ed25519Signers = ({ signers, verifiers }: SigningKeys): ReadonlyArray<NoteSigner> =>
  signers.filter((_, at) => verifiers[at]!.type === 'ed25519');

const unsignedBundle = (
  { asked, checkpoint, indexCheckpoint, isIndexUnwitnessed }: EvidenceRequest,
  verifierKeys: ReadonlyArray<string>,
): UnsignedBundle => {
  const log = openLogFile(files.logFile);
  const tree = openTreeToRead(files.treeFile);
  const index = indexCheckpoint === undefined ? undefined : openIndexToRead(files.indexFile);
  const indexTree = indexCheckpoint === undefined ? undefined : openTreeToRead(files.indexTreeFile);
  try {
    const sealed =
      index === undefined || indexTree === undefined || indexCheckpoint === undefined
        ? undefined
        : { index, tiles: indexTree.tiles, checkpoint: indexCheckpoint };
    const bundle = (): UnsignedBundle =>
      makeBundle({ log, tiles: tree.tiles, checkpoint, sealed, isIndexUnwitnessed, verifierKeys }, asked);
    return index === undefined ? bundle() : index.snapshot(bundle);
  } finally {
    for (const file of [indexTree, index, tree, log]) file?.close();
  }
};

const make = (request: EvidenceRequest): string => {
  const { origin, identifiers, form } = request;
  const keys = signingKeys(files.keyFile, origin, () => 0);
  if (E.isLeft(keys)) throw new NoEvidence('the signing keys of the ledger cannot be read', true);
  const bundle = unsignedBundle(
    request,
    keys.right.verifiers.map(({ vkey }) => vkey),
  );
  const whole = Object.keys(identifiers).length === 0 ? bundle : { ...bundle, identifiers };
  const signed = signBundle(whole, origin, ed25519Signers(keys.right));
  const text = form === 'page' ? evidencePage(signed) : formatBundle(signed);
  if (text.length > bundleCharactersMax)
    throw new NoEvidence(
      `the ${form} would have more than ${bundleCharactersMax} characters: ${insteadOf(request.asked)}`,
    );
  return text;
};

const report = (request: EvidenceRequest): EvidenceReport => {
  try {
    writeText(request.file, make(request));
    return { kind: 'made' };
  } catch (error) {
    if (error instanceof NothingKnown) return { kind: 'nothing-known' };
    if (error instanceof OverBudget)
      return {
        kind: 'none',
        message: `deriving the answers takes too much work: ${insteadOf(request.asked)}`,
        later: false,
      };
    if (error instanceof NoEvidence) return { kind: 'none', message: error.message, later: error.later };
    return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
};

parentPort?.on('message', (request: EvidenceRequest) => parentPort?.postMessage(report(request)));
