/** Splits a stream into requests of whole lines, limited by their number and size. */

/** Lines in one request, which the ledger records as one atomic chunk. */
export const chunkLinesMax = 1_000;
/** A request ends with the line that reaches this size. */
const chunkBytesMax = 4 * 1_024 * 1_024;
/** Bytes after which a line exceeds every limit. */
const unfinishedBytesMax = 17 * 1_024 * 1_024;

/** The content of one request. */
export interface Chunk {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly lines: number;
}

const newline = 0x0a;

/** Collects lines for a chunk. */
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

  /** Returns the collected lines and starts again. */
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

/** Chunks of events, or of lines without newlines. */
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
 * Chunks of NDJSON from bytes, such as from a file or a socket. Bytes are sent unchanged, and the ledger reports
 * their faults. A line beyond every limit is sent incomplete, and refused there.
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
