/**
 * Files without a name. What a caller reads slowly takes no memory there, and it disappears with the file's end, also when
 * the process is killed.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Characters to write at a time. */
const charactersAtOnce = 1_024 * 1_024;

/** Opens a new private file in a directory, and removes its name. */
export const openUnnamedFile = async (directory: string): Promise<FileHandle> => {
  const path = join(directory, `${randomUUID()}.draft`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
};

const isFirstOfTwo = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/** Writes a text as UTF-8 to the end of a file, piece by piece. */
export const writeText = (file: number, text: string): void => {
  for (let start = 0; start < text.length; ) {
    let end = Math.min(text.length, start + charactersAtOnce);
    if (end < text.length && isFirstOfTwo(text.charCodeAt(end - 1))) end++;
    const bytes = Buffer.from(text.slice(start, end));
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    start = end;
  }
};

/**
 * The content of a file. The file is closed once it is read, cancelled, or nobody waits any more.
 *
 * @param closed called then.
 */
export const contentOf = (
  file: FileHandle,
  signal: AbortSignal,
  closed: () => void,
): ReadableStream<Uint8Array> => {
  const content = file.createReadStream({ start: 0 });
  const abandon = (): void => void content.destroy();
  signal.addEventListener('abort', abandon, { once: true });
  content.once('close', () => {
    signal.removeEventListener('abort', abandon);
    closed();
  });
  if (signal.aborted) abandon();
  return Readable.toWeb(content) as ReadableStream<Uint8Array>;
};
