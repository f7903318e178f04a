/**
 * What is counted of everybody in files beside the projections, so that a restart does not count from the beginning: who the
 * individuals are, and the kept history, one for each assurance, which a new generation continues too.
 *
 * A file identifies its log, position and code version, and has a checksum. A file that is damaged, or of another
 * log or version, is ignored and replaced at the next count.
 */
import { hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { Assurance } from '../domain/events/words.ts';
import type { PlainIndividuals } from '../projections/engine/individuals.ts';
import { codeVersion, tablesVersion } from '../projections/engine/tables.ts';
import { KeptHistory } from '../questions/kept-history.ts';
import type { PlainHistory } from '../questions/plain-history.ts';
import type { View } from '../questions/view.ts';
import type { Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { makePrivateFile } from '../store/private-files.ts';

/** The file is written again once the count is this many positions ahead of it, and at the end. */
export const savedEveryPositions = 10_000;
/** The versions of the histories and of the individuals, and of their formats. */
const historyVersion = 2;
const individualsVersion = 3;

const fileOf = (projectionsFile: string, what: Assurance | 'individuals'): string =>
  join(dirname(projectionsFile), `counted-${what}.bin`);

/** Identifies the code and the log of a file: another log has another event at the position. */
const identityOf = (log: LogReader, position: Position, version = historyVersion): string | undefined => {
  const last = log.at(position);
  if (last === undefined) return undefined;
  const event = hash('sha256', last.bytes, 'hex');
  return [version, tablesVersion, codeVersion, position, last.source, last.id, event].join('\n');
};

interface Counted {
  readonly identity: string;
  readonly counted: unknown;
}

const checksumOf = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');
const checksumLength = 32;

/** Replaces a file atomically. Returns whether it was written: a full disk must not prevent an answer. */
const writeCounted = (file: string, content: Counted): boolean => {
  const next = `${file}.next`;
  try {
    const bytes = serialize(content);
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

/** Reads a file with `of`, if it is whole. Whatever is wrong with it, everybody is counted again. */
const readCounted = <A>(file: string, of: (content: Counted) => A | undefined): A | undefined => {
  try {
    const all = readFileSync(file);
    const bytes = all.subarray(checksumLength);
    if (!checksumOf(bytes).equals(all.subarray(0, checksumLength))) return undefined;
    return of(deserialize(bytes) as Counted);
  } catch {
    return undefined;
  }
};

/**
 * Replaces the stored history atomically.
 *
 * @returns whether it was written.
 */
export const writeHistory = (projectionsFile: string, log: LogReader, history: KeptHistory): boolean => {
  const counted = history.toPlain();
  const identity = identityOf(log, history.position);
  if (counted === undefined || identity === undefined) return false;
  return writeCounted(fileOf(projectionsFile, counted.known.minAssurance), { identity, counted });
};

/** The stored history, if it is whole and of this log and version. */
export const readHistory = (projectionsFile: string, log: LogReader, view: View): KeptHistory | undefined =>
  readCounted(fileOf(projectionsFile, view.known.minAssurance), ({ identity, counted }) => {
    const history = counted as PlainHistory;
    if (identity !== identityOf(log, history.known.position)) return undefined;
    return KeptHistory.from(history, view);
  });

/** Individuals are known by the hashes and ids in one file of projections. */
const identityOfIndividuals = (
  projectionsFile: string,
  log: LogReader,
  upTo: Position,
): string | undefined => {
  const identity = identityOf(log, upTo, individualsVersion);
  return identity === undefined ? undefined : `${basename(projectionsFile)}\n${identity}`;
};

/**
 * Replaces the stored individuals atomically.
 *
 * @returns whether they were written.
 */
export const writeIndividuals = (
  projectionsFile: string,
  log: LogReader,
  counted: PlainIndividuals,
): boolean => {
  const identity = identityOfIndividuals(projectionsFile, log, counted.upTo);
  return (
    identity !== undefined && writeCounted(fileOf(projectionsFile, 'individuals'), { identity, counted })
  );
};

/** The stored individuals, if they are whole and of this log, version and file of projections. */
export const readIndividuals = (projectionsFile: string, log: LogReader): PlainIndividuals | undefined =>
  readCounted(fileOf(projectionsFile, 'individuals'), ({ identity, counted }) => {
    const individuals = counted as PlainIndividuals;
    return identity === identityOfIndividuals(projectionsFile, log, individuals.upTo)
      ? individuals
      : undefined;
  });
