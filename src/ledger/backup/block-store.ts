/** Parts of files, each stored once under its SHA-256: a later backup does not write unchanged parts again. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as afterOthers } from 'node:timers/promises';
import { makePrivateDirectory, makePrivateFile } from '../../store/private-files.ts';
import { syncFolder } from '../../store/sync-folder.ts';
import type { BackedUpFile } from './backup-format.ts';

/** The length of a block; the last one of a file may be shorter. A change of one page rewrites one block. */
const blockBytes = 262_144;

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const fileOf = (directory: string, hash: string): string => join(directory, hash.slice(0, 2), hash);

/** Writes a private file atomically and durably. */
export const writeWhole = (file: string, parts: Iterable<Uint8Array>): void => {
  const draft = `${file}.draft`;
  rmSync(draft, { force: true });
  makePrivateFile(draft);
  const descriptor = openSync(draft, 'r+');
  try {
    for (const part of parts)
      for (let written = 0; written < part.length; ) written += writeSync(descriptor, part, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
  syncFolder(dirname(file));
};

const isIntact = (file: string, hash: string): boolean =>
  existsSync(file) && hashOf(readFileSync(file)) === hash;

/** Stores a block unless it is there; replaces a damaged one. @returns the bytes written. */
const keep = (directory: string, hash: string, bytes: Uint8Array): number => {
  const file = fileOf(directory, hash);
  if (isIntact(file, hash)) return 0;
  makePrivateDirectory(dirname(file));
  writeWhole(file, [bytes]);
  return bytes.length;
};

/** Stores a file in blocks. */
export const keepFile = async (
  directory: string,
  name: string,
  file: string,
  onBytes: (bytes: number) => void,
): Promise<{ readonly kept: BackedUpFile; readonly written: number }> => {
  const descriptor = openSync(file, 'r');
  const whole = createHash('sha256');
  const blocks: string[] = [];
  const buffer = Buffer.alloc(blockBytes);
  let bytes = 0;
  let written = 0;
  try {
    for (;;) {
      const length = readSync(descriptor, buffer, 0, blockBytes, bytes);
      if (length === 0) break;
      const block = buffer.subarray(0, length);
      whole.update(block);
      const hash = hashOf(block);
      written += keep(directory, hash, block);
      blocks.push(hash);
      bytes += length;
      onBytes(length);
      await afterOthers();
    }
  } finally {
    closeSync(descriptor);
  }
  return { kept: { name, bytes, sha256: whole.digest('hex'), blocks }, written };
};

/**
 * The blocks of a file, in order.
 *
 * @throws if a block is missing or does not match its hash.
 */
export function* blocksOf(directory: string, { name, blocks }: BackedUpFile): Generator<Uint8Array> {
  for (const hash of blocks) {
    const file = fileOf(directory, hash);
    if (!existsSync(file)) throw new Error(`${name}: the block ${file} is missing`);
    const bytes = readFileSync(file);
    if (hashOf(bytes) !== hash) throw new Error(`${name}: the block ${file} is damaged`);
    yield bytes;
  }
}

/** Why a file cannot be restored from its blocks; undefined if it can. */
export const faultOf = async (directory: string, file: BackedUpFile): Promise<string | undefined> => {
  const whole = createHash('sha256');
  let bytes = 0;
  try {
    for (const block of blocksOf(directory, file)) {
      whole.update(block);
      bytes += block.length;
      await afterOthers();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return bytes === file.bytes && whole.digest('hex') === file.sha256
    ? undefined
    : `${file.name}: its blocks do not make up the file`;
};

/** Deletes blocks that no backup names. @returns the bytes freed. */
export const dropOthers = (directory: string, named: ReadonlySet<string>): number => {
  let freed = 0;
  if (!existsSync(directory)) return freed;
  for (const folder of readdirSync(directory)) {
    for (const name of readdirSync(join(directory, folder))) {
      if (named.has(name)) continue;
      const file = join(directory, folder, name);
      freed += statSync(file).size;
      rmSync(file);
    }
  }
  return freed;
};
