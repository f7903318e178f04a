/**
 * The kept history in a file beside the projections, so that neither a restart nor a new generation counts from the
 * beginning. There is one file for each assurance.
 *
 * A file identifies its log, position and code version, and has a checksum. A file that is damaged, or of another
 * log or version, is ignored and replaced at the next count.
 */
import { hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Assurance } from '../domain/events/words.ts';
import { codeVersion, tablesVersion } from '../projections/engine/tables.ts';
import { KeptHistory } from '../questions/kept-history.ts';
import type { PlainHistory } from '../questions/plain-history.ts';
import type { View } from '../questions/view.ts';
import type { Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { makePrivateFile } from '../store/private-files.ts';

/** The file is written again once the count is this many positions ahead of it, and at the end. */
export const savedEveryPositions = 10_000;
/** The version of the counts and of their format. */
const countedVersion = 2;

const fileOf = (projectionsFile: string, assurance: Assurance): string =>
  join(dirname(projectionsFile), `counted-${assurance}.bin`);

/** Identifies the code and the log of a file: another log has another event at the position. */
const identityOf = (log: LogReader, position: Position): string | undefined => {
  const last = log.at(position);
  if (last === undefined) return undefined;
  const event = hash('sha256', last.bytes, 'hex');
  return [countedVersion, tablesVersion, codeVersion, position, last.source, last.id, event].join('\n');
};

interface Counted {
  readonly identity: string;
  readonly history: PlainHistory;
}

const checksumOf = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');
const checksumLength = 32;

/**
 * Replaces the stored history atomically.
 *
 * @returns whether it was written: a full disk must not prevent an answer.
 */
export const writeHistory = (projectionsFile: string, log: LogReader, history: KeptHistory): boolean => {
  const plain = history.toPlain();
  const identity = identityOf(log, history.position);
  if (plain === undefined || identity === undefined) return false;
  const file = fileOf(projectionsFile, plain.known.minAssurance);
  const next = `${file}.next`;
  try {
    const bytes = serialize({ identity, history: plain } satisfies Counted);
    makePrivateFile(next);
    const descriptor = openSync(next, 'w');
    try {
      for (const part of [checksumOf(bytes), bytes]) writeAll(descriptor, part);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(next, file);
    return true;
  } catch {
    rmSync(next, { force: true });
    return false;
  }
};

const writeAll = (descriptor: number, bytes: Uint8Array): void => {
  for (let written = 0; written < bytes.length; )
    written += writeSync(descriptor, bytes, written, bytes.length - written);
};

/** The stored history, if it is whole and of this log and version. */
export const readHistory = (projectionsFile: string, log: LogReader, view: View): KeptHistory | undefined => {
  try {
    const all = readFileSync(fileOf(projectionsFile, view.known.minAssurance));
    const bytes = all.subarray(checksumLength);
    if (!checksumOf(bytes).equals(all.subarray(0, checksumLength))) return undefined;
    const { identity, history } = deserialize(bytes) as Counted;
    if (identity !== identityOf(log, history.known.position)) return undefined;
    return KeptHistory.from(history, view);
  } catch {
    // Everybody is counted again, whatever is wrong with the file.
    return undefined;
  }
};
