/**
 * The file that `LEDGER_WITNESSES` names: the witnesses of a log and their quorum, as a tlog-policy.
 */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { parseTlogPolicy, type TlogPolicy } from '../../integrity/tlog-policy.ts';
import { StoreUnusable } from '../../store/sqlite/store-problems.ts';

/** A policy and its text. */
export interface WitnessesFile {
  readonly text: string;
  readonly policy: TlogPolicy;
}

const remedy =
  'Write lines "witness NAME VKEY URL", "group NAME NUMBER NAME…" and "quorum NAME" (C2SP tlog-policy), or unset LEDGER_WITNESSES';

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StoreUnusable(
      file,
      `LEDGER_WITNESSES: it cannot be read (${error instanceof Error ? error.message : String(error)})`,
      remedy,
    );
  }
};

/**
 * Reads the file.
 *
 * @throws StoreUnusable, which says what is wrong and what to do.
 */
export const readWitnesses = (file: string): WitnessesFile => {
  const text = textOf(file);
  const policy = parseTlogPolicy(text);
  if (E.isLeft(policy)) throw new StoreUnusable(file, `LEDGER_WITNESSES: ${policy.left}`, remedy);
  const unusable = policy.right.witnesses.find(
    ({ url }) => url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''),
  );
  if (unusable !== undefined)
    throw new StoreUnusable(
      file,
      `LEDGER_WITNESSES: ${unusable.url} is not a valid address of a witness`,
      remedy,
    );
  return { text, policy: policy.right };
};
