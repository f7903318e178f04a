/** Verification of the log: C2SP tlog-checkpoint, tlog-proof. */
import {
  type CheckpointRow,
  CheckpointsAnswer,
  MerkleLogAnswer,
  type MerkleLogRow,
} from '../contract/rows/integrity.ts';
import type { Asking } from './asking.ts';
import type { EvidenceQuestion } from './questions.ts';
import type { Reply, RequestOptions } from './reply.ts';
import { ask, askText } from './transport.ts';

/** The calls about the signed log. */
export const logCalls = ({ target }: Asking) => ({
  /** The state of the Merkle log: its size, its verifier keys, the last checkpoint. */
  state: (options?: RequestOptions): Reply<{ readonly data: MerkleLogRow }> =>
    ask(target, { path: ['v1', 'log'], signal: options?.signal }, MerkleLogAnswer),
  /** The signed checkpoints, the largest first. */
  checkpoints: (
    question: { readonly upTo?: string; readonly limit?: number } = {},
    options?: RequestOptions,
  ): Reply<{ readonly data: ReadonlyArray<CheckpointRow> }> =>
    ask(
      target,
      { path: ['v1', 'log', 'checkpoints'], query: question, signal: options?.signal },
      CheckpointsAnswer,
    ),
  /** The signed checkpoint, as text. */
  checkpoint: (options?: RequestOptions): Reply<string> =>
    askText(target, { path: ['log', 'checkpoint'], signal: options?.signal }),
  /** Rotates the signing keys: new ones sign beside the old ones. Requires the scope `admin`. */
  rotateKeys: (options?: RequestOptions): Reply<{ readonly data: MerkleLogRow }> =>
    ask(target, { method: 'POST', path: ['v1', 'log', 'keys'], signal: options?.signal }, MerkleLogAnswer),
  /** Retires the keys from before the last rotation: they stop signing. Requires the scope `admin`. */
  retireEarlierKeys: (options?: RequestOptions): Reply<{ readonly data: MerkleLogRow }> =>
    ask(
      target,
      { method: 'DELETE', path: ['v1', 'log', 'keys', 'earlier'], signal: options?.signal },
      MerkleLogAnswer,
    ),
  /** An evidence bundle as the text of its file (`domicile verify`). */
  evidence: (question: EvidenceQuestion, options?: RequestOptions): Reply<string> =>
    askText(target, {
      path: ['v1', 'evidence'],
      query: question,
      accept: 'application/json',
      signal: options?.signal,
    }),
  /** The proof that an event is in the signed log, as text. */
  prove: (position: string, options?: RequestOptions): Reply<string> =>
    askText(target, { path: ['v1', 'events', position, 'proof'], signal: options?.signal }),
});
