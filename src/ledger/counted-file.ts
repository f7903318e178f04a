/**
 * What is counted of everybody, in a file beside the projections: neither a restart nor another generation counts from the
 * beginning. There is one for each assurance.
 *
 * A file says of which log it is, how far that was counted, by which code, and has a checksum. One that is damaged, of
 * another log or of other code is passed over, and replaced when everybody is counted again.
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

/** A file is written again once what is counted is so many positions from what it holds, and at the end. */
export const savedEveryPositions = 10_000;
/** The version of what is counted, and of how it is written. */
const countedVersion = 1;

const fileOf = (projectionsFile: string, assurance: Assurance): string =>
  join(dirname(projectionsFile), `counted-${assurance}.bin`);

/** By which code a file was written, and of which log: another log has another event at the position. */
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
 * Writes a history in place of the one before, in one step.
 *
 * @returns whether it was written: a full disk keeps nobody from an answer.
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

/** The history that a file holds, if it is whole, of this log and of this code. */
export const readHistory = (projectionsFile: string, log: LogReader, view: View): KeptHistory | undefined => {
  try {
    const all = readFileSync(fileOf(projectionsFile, view.known.minAssurance));
    const bytes = all.subarray(checksumLength);
    if (!checksumOf(bytes).equals(all.subarray(0, checksumLength))) return undefined;
    const { identity, history } = deserialize(bytes) as Counted;
    if (identity !== identityOf(log, history.known.position)) return undefined;
    return KeptHistory.from(history, view);
  } catch {
    // Whatever is wrong with it, everybody is counted again.
    return undefined;
  }
};
