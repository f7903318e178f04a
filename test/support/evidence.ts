/** Bundles of a log that a test creates: its tree, its sealed index, and keys that sign both. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Bundle, formatBundle, type UnsignedBundle } from '../../src/evidence/bundle.ts';
import type { Trust } from '../../src/evidence/checked.ts';
import { type EvidenceSources, makeBundle } from '../../src/evidence/make-bundle.ts';
import type { EvidenceQuestion } from '../../src/evidence/questions.ts';
import { signBundle } from '../../src/evidence/sign-bundle.ts';
import { formatCheckpoint } from '../../src/integrity/checkpoint.ts';
import { builderOf, growTree } from '../../src/integrity/follow-log.ts';
import { multiProof } from '../../src/integrity/multi-proof.ts';
import { formatNote, type NoteSigner, signNote, toBase64 } from '../../src/integrity/signed-note.ts';
import { signingKeys } from '../../src/integrity/signing-keys.ts';
import { openTreeToWrite, type TreeWriter } from '../../src/integrity/tree-file.ts';
import { indexOriginOf } from '../../src/sealed-index/index-origin.ts';
import { openIndexToWrite } from '../../src/sealed-index/index-writer.ts';
import { sealUpTo } from '../../src/sealed-index/seal-log.ts';
import type { LogReader } from '../../src/store/log-reader.ts';

const origin = 'ledger.example/evidence';

/** A log with everything for bundles. */
export interface ProvenLog {
  readonly sources: EvidenceSources;
  readonly trust: Trust;
  /** The directory of its files and keys. */
  readonly directory: string;
  /** Signs a bundle as its operator does. */
  sign(bundle: UnsignedBundle): string;
  /** The proof, in the form of a bundle, that the events at some positions are in the log of a size. */
  inclusionOf(positions: ReadonlyArray<number>, size: number): string[];
  /** The file of the bundle that answers a question. */
  bundle(asked: EvidenceQuestion): string;
  close(): void;
}

const noteOf = (name: string, tree: TreeWriter, signers: ReadonlyArray<NoteSigner>) => {
  const size = tree.size();
  const text = formatCheckpoint({ origin: name, size, root: tree.rootAt(size), extensions: [] });
  return { size, count: size, note: formatNote(signNote(text, signers)) };
};

/**
 * Hashes, seals and signs a log.
 *
 * @param keysIn the directory of another log whose keys sign this one too.
 * @param witnesses who cosign the log and its sealed index.
 */
export const provenLog = (
  log: LogReader,
  keysIn?: string,
  witnesses: ReadonlyArray<NoteSigner> = [],
): ProvenLog => {
  const directory = mkdtempSync(join(tmpdir(), 'domicile-evidence-'));
  const tree = openTreeToWrite(join(directory, 'tree.sqlite'), 0);
  const builder = builderOf(tree);
  while (growTree(log, tree, builder) > 0);
  const index = openIndexToWrite(join(directory, 'index.sqlite'), 0);
  const indexTree = openTreeToWrite(join(directory, 'index-tree.sqlite'), 0);
  for (const _ of sealUpTo(log, index, indexTree, builderOf(indexTree), log.head()));
  const keysOf = (name: string) => {
    const keys = signingKeys(join(keysIn ?? directory, 'signing-keys.json'), name, () => 1_700_000_000);
    if (E.isLeft(keys)) throw new Error(keys.left);
    return keys.right;
  };
  const keys = keysOf(origin);
  const sources: EvidenceSources = {
    log,
    tiles: tree.tiles,
    checkpoint: noteOf(origin, tree, [...keys.signers, ...witnesses]),
    sealed:
      indexTree.size() === 0
        ? undefined
        : {
            index,
            tiles: indexTree.tiles,
            checkpoint: noteOf(indexOriginOf(origin), indexTree, [
              ...keysOf(indexOriginOf(origin)).signers,
              ...witnesses,
            ]),
          },
    verifierKeys: keys.verifiers.map(({ vkey }) => vkey),
  };
  const sign = (bundle: UnsignedBundle): string =>
    formatBundle(signBundle(bundle, origin, [keys.signers[0]!]));
  return {
    sources,
    trust: { keys: keys.verifiers, policy: { logs: [], witnesses: [], quorum: undefined } },
    directory,
    sign,
    inclusionOf: (positions, size) =>
      multiProof(
        tree.tiles,
        positions.map((position) => position - 1),
        size,
      ).map(toBase64),
    bundle: (asked) => sign(makeBundle(sources, asked)),
    close: () => {
      for (const file of [tree, index, indexTree]) file.close();
      rmSync(directory, { recursive: true });
    },
  };
};

/** A bundle's file as a mutable object. */
export const opened = (file: string): { -readonly [K in keyof Bundle]: Bundle[K] } =>
  JSON.parse(file) as Bundle;
