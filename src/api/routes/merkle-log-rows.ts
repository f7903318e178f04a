/** The state of the Merkle log, its checkpoints and its witnesses as rows. */
import type { CheckpointRow, MerkleLogRow, WitnessedRow, WitnessRow } from '../../contract/rows/integrity.ts';
import { formatInstant, type Instant } from '../../domain/time/instant.ts';
import { sentenceOfStop } from '../../integrity/merkle-log.ts';
import type { SignedState } from '../../integrity/signed-log.ts';
import { toBase64 } from '../../integrity/signed-note.ts';
import type { SignedCheckpoint } from '../../integrity/tree-file.ts';
import type { LedgerParts } from '../../ledger/ledger.ts';
import type { WitnessState } from '../../ledger/witnessing/witnessing.ts';

/** A signed checkpoint as a row. */
export const checkpointRow = ({ size, root, madeAt }: SignedCheckpoint): CheckpointRow => ({
  size,
  root: toBase64(root),
  madeAt: formatInstant(madeAt),
});

/** The state of a witness as a row. */
const witnessRow = ({ name, url, last, failure }: WitnessState): WitnessRow => ({
  name,
  url: url ?? null,
  size: last?.size ?? null,
  cosignedAt: last === undefined ? null : formatInstant(last.at),
  failure: failure ?? null,
});

/** The served checkpoint of a log with witnesses, as a row. */
const witnessedRow = ({ checkpoint, witnessedAt }: SignedState, now: Instant): WitnessedRow | null =>
  checkpoint === undefined || witnessedAt === undefined
    ? null
    : {
        size: checkpoint.size,
        cosignedAt: formatInstant(witnessedAt),
        ageMs: Math.max(0, now - witnessedAt),
      };

/** The state of the sealed index as a row. */
const sealedIndexRow = (
  sealed: NonNullable<LedgerParts['sealed']>,
  witnessing: LedgerParts['indexWitnessing'],
  now: Instant,
) => {
  const [latest] = sealed.tree()?.checkpoints(Number.MAX_SAFE_INTEGER, 1) ?? [];
  return {
    origin: sealed.origin,
    sealed: sealed.state.sealedSize,
    verifierKeys: sealed.verifierKeys(),
    checkpoint: latest === undefined ? null : checkpointRow(latest),
    witnesses: (witnessing?.states() ?? []).map(witnessRow),
    witnessed: witnessedRow(sealed.state, now),
    stop: sealed.state.stop ?? null,
  };
};

/** The state of the Merkle log as a row. */
export const merkleLogRow = ({
  merkle,
  sealed,
  witnessing,
  indexWitnessing,
  now,
}: LedgerParts): MerkleLogRow => {
  const { progress, stop } = merkle.state;
  const [latest] = merkle.history(Number.MAX_SAFE_INTEGER, 1);
  return {
    origin: merkle.origin,
    size: merkle.tree()?.size() ?? 0,
    verifierKeys: merkle.verifierKeys(),
    checkpoint: latest === undefined ? null : checkpointRow(latest),
    witnesses: (witnessing?.states() ?? []).map(witnessRow),
    witnessed: witnessedRow(merkle.state, now()),
    progress: progress === undefined ? null : { kind: progress.kind, done: progress.done, of: progress.of },
    stop: stop === undefined ? null : sentenceOfStop(stop),
    index: sealed === undefined ? null : sealedIndexRow(sealed, indexWitnessing, now()),
  };
};
