/**
 * Checkpoints (C2SP tlog-checkpoint): the head of a log's tree, as the text of a signed note.
 */
import * as E from 'fp-ts/lib/Either.js';
import { hashBytes, type TreeHead } from './merkle-tree.ts';
import { fromBase64, toBase64 } from './signed-note.ts';

/** The origin of a log, its size in leaves, and its root. */
export interface Checkpoint extends TreeHead {
  readonly origin: string;
  /** Further lines, which Domicile never writes. */
  readonly extensions: ReadonlyArray<string>;
}

/** The text of a checkpoint's note. */
export const formatCheckpoint = ({ origin, size, root, extensions }: Checkpoint): string =>
  `${[origin, size, toBase64(root), ...extensions].join('\n')}\n`;

/** Parses the text of a note as a checkpoint. */
export const parseCheckpoint = (text: string): E.Either<string, Checkpoint> => {
  if (!text.endsWith('\n')) return E.left('the last line of the checkpoint is not terminated');
  const [origin, size, encoded, ...extensions] = text.slice(0, -1).split('\n');
  if (origin === undefined || origin === '')
    return E.left('line 1 of the checkpoint: expected the origin of the log');
  if (size === undefined || !/^(0|[1-9]\d*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    return E.left('line 2 of the checkpoint: expected the number of leaves, without leading zeroes');
  const root = encoded === undefined ? undefined : fromBase64(encoded);
  if (root?.length !== hashBytes)
    return E.left(`line 3 of the checkpoint: expected a root of ${hashBytes} bytes in Base 64`);
  if (extensions.includes('')) return E.left('the checkpoint has an empty line');
  return E.right({ origin, size: Number(size), root, extensions });
};
