/**
 * Cutting a stream into requests: whole lines, up to a number of them and up to a size.
 */

/** Lines that are sent in one request: what the ledger records as one atomic chunk. */
export const chunkLinesMax = 1_000;
/** A request ends with the line that reaches this size. */
const chunkBytesMax = 4 * 1_024 * 1_024;
/** Bytes after which a line is beyond every limit. */
const unfinishedBytesMax = 17 * 1_024 * 1_024;

/** What goes into one request. */
export interface Chunk {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly lines: number;
}

const newline = 0x0a;

/** What is gathered until it is a chunk. */
class Gathered {
  private parts: Uint8Array[] = [];
  private size = 0;
  private lines = 0;

  add(part: Uint8Array, lines: number): void {
    this.parts.push(part);
    this.size += part.length;
    this.lines += lines;
  }

  isFull(): boolean {
    return this.lines >= chunkLinesMax || this.size >= chunkBytesMax;
  }

  isEmpty(): boolean {
    return this.size === 0;
  }

  /** Returns all of it, and starts again. */
  take(): Chunk {
    const body = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.parts) {
      body.set(part, at);
      at += part.length;
    }
    const chunk = { body, lines: this.lines };
    this.parts = [];
    this.size = 0;
    this.lines = 0;
    return chunk;
  }
}

const encoder = new TextEncoder();

/** Chunks of events, or of lines without their newlines. */
export async function* chunksOfLines(
  lines: AsyncIterable<unknown> | Iterable<unknown>,
): AsyncGenerator<Chunk, void, undefined> {
  const gathered = new Gathered();
  for await (const line of lines) {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    gathered.add(encoder.encode(`${text}\n`), 1);
    if (gathered.isFull()) yield gathered.take();
  }
  if (!gathered.isEmpty()) yield gathered.take();
}

/**
 * Chunks of NDJSON as it comes from a file or a socket. The bytes are sent as they are; what is wrong with them is for
 * the ledger to say. A line beyond every limit is sent unfinished, and refused there.
 */
export async function* chunksOfBytes(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Chunk, void, undefined> {
  const gathered = new Gathered();
  let unfinished: Uint8Array[] = [];
  let unfinishedBytes = 0;
  for await (const part of bytes) {
    let start = 0;
    for (;;) {
      const end = part.indexOf(newline, start);
      if (end === -1) break;
      for (const before of unfinished) gathered.add(before, 0);
      unfinished = [];
      unfinishedBytes = 0;
      gathered.add(part.subarray(start, end + 1), 1);
      start = end + 1;
      if (gathered.isFull()) yield gathered.take();
    }
    if (start < part.length) {
      unfinished.push(part.subarray(start));
      unfinishedBytes += part.length - start;
    }
    if (unfinishedBytes > unfinishedBytesMax) break;
  }
  for (const before of unfinished) gathered.add(before, 0);
  if (gathered.isEmpty()) return;
  const last = gathered.take();
  yield unfinishedBytes > 0 ? { ...last, lines: last.lines + 1 } : last;
}
