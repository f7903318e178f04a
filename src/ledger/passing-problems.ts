/** Temporary failures of a disk or of another program: the API answers 503 or 507, and nothing is lost. */
import type { Problem } from '../contract/problem.ts';
import { NotYetKnown } from './ask.ts';

/** The disk of the ledger is full. */
export const diskFull: Problem = {
  kind: 'full',
  detail: 'the disk of the ledger is full; nothing is lost, and recording resumes when there is space',
};

/** When a caller may try again after a temporary failure. */
const passingRetryMs = 1_000;

/** A question takes more work than allowed. */
export const tooMuchWork: Problem = {
  kind: 'unavailable',
  detail: 'the question takes too much work; ask about fewer things or a shorter period',
  retryAfterMs: passingRetryMs,
};

/** The problem for a temporary error of a store or vault; undefined for any other error. */
export const passingProblem = (error: unknown): Problem | undefined => {
  const tag = error instanceof Error && '_tag' in error ? error._tag : undefined;
  if (tag === 'StoreFull') return diskFull;
  if (tag === 'ProjectionsDamaged') {
    const detail = 'the projections are damaged and are being rebuilt from the log; try again later';
    return { kind: 'unavailable', detail, retryAfterMs: passingRetryMs };
  }
  if (tag === 'OverBudget') return tooMuchWork;
  if (error instanceof NotYetKnown) return error.problem;
  if (tag === 'VaultUnavailable') {
    const detail =
      'the vault, which knows people’s identifiers, is unavailable at the moment; sending the same request again is safe';
    return { kind: 'unavailable', detail, retryAfterMs: passingRetryMs };
  }
  return tag === 'StoreLocked' || tag === 'StoreUnusable'
    ? {
        kind: 'unavailable',
        detail:
          'the files of the ledger are unavailable at the moment; sending the same request again is safe',
        retryAfterMs: passingRetryMs,
      }
    : undefined;
};
