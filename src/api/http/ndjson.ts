/**
 * Bodies of any length with one event or record per line (NDJSON), read in chunks. Nothing is buffered without a
 * limit.
 */
import { isUtf8 } from 'node:buffer';
import * as E from 'fp-ts/lib/Either.js';
import type { Problem } from '../../contract/problem.ts';
import type { Fault } from '../../domain/events/fault.ts';
import type { Given } from '../../ledger/recording/decode-batch.ts';
import { Turns } from '../../threads/turns.ts';
import { batchEventsMax, eventValuesMax, notUtf8, parseJson, stoppedBy, tooLarge } from './bodies.ts';
import type { Body } from './content-coding.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { examine, examinedBytesMin } from './json-shape.ts';

/** The maximum size of a line: room for SubjectsEnrolled with 10,000 subjects of 512 characters of three bytes. */
const lineBytesMax = 16 * 1_024 * 1_024;
/**
 * The maximum size of one atomic chunk of lines; a longer line is a chunk by itself. With larger chunks, a body of a few
 * events of many people would be a single one, and its steps would not overlap (`ledger/recording/chunks-under-way.ts`).
 */
const chunkBytesMax = 1_024 * 1_024;

/** Empty lines to pass over before looking at the time: a small compressed body may have millions. */
const emptyLinesAtOnce = 1_024;

const newline = 0x0a;
const byteOrderMark = '\ufeff';

/**
 * Reads `application/x-ndjson` in chunks of up to `batchEventsMax` lines and `chunkBytesMax` bytes, in order. Empty lines are
 * skipped, and do not count. Each line is parsed as it arrives, since large buffers and strings for whole chunks would take
 * longer to allocate than to parse.
 */
export async function* readNdjson(
  body: Body,
): AsyncGenerator<E.Either<Problem, ReadonlyArray<Given>>, void, undefined> {
  /** The beginning of a line whose end has not arrived. */
  const rest = new GrowingBytes();
  let chunk: Given[] = [];
  let chunkBytes = 0;
  let line = 0;
  let index = 0;

  const taken = (): E.Either<Problem, ReadonlyArray<Given>> => {
    const whole = chunk;
    chunk = [];
    chunkBytes = 0;
    return E.right(whole);
  };

  /** Whether a line no longer fits into the chunk. */
  const isFullWith = (bytes: Buffer): boolean =>
    chunk.length > 0 && chunkBytes + bytes.length > chunkBytesMax;

  /** What is wrong with the shape of a long line; then it is not parsed. */
  const misshapenLine = async (bytes: Buffer): Promise<Fault | undefined> => {
    const shape = await examine(bytes, eventValuesMax);
    return E.isLeft(shape) ? shape.left : undefined;
  };

  const take = (given: Given, bytes: number): void => {
    chunk.push(given);
    chunkBytes += bytes + 1;
  };

  const add = (bytes: Buffer, areUtf8: boolean, misshapen: Fault | undefined): void => {
    line++;
    if (misshapen !== undefined) {
      const { pointer, message } = misshapen;
      return take({ index: index++, line, fault: message, pointer }, bytes.length);
    }
    if (!areUtf8 && !isUtf8(bytes)) return take({ index: index++, line, fault: notUtf8 }, bytes.length);
    const text = bytes.toString('utf8');
    if (text.trim() === '') return;
    const json = parseJson(line === 1 && text.startsWith(byteOrderMark) ? text.slice(1) : text);
    take(
      E.isLeft(json)
        ? { index: index++, line, fault: json.left }
        : { index: index++, line, json: json.right },
      bytes.length,
    );
  };

  const turns = new Turns();
  try {
    for await (const part of body ?? []) {
      const bytes = Buffer.from(part.buffer, part.byteOffset, part.length);
      const last = bytes.lastIndexOf(newline);
      const areUtf8 = rest.length === 0 && last > 0 && isUtf8(bytes.subarray(0, last));
      let start = 0;
      for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
        const isContinued = rest.length > 0;
        if (end === start && !isContinued) {
          line++;
          start = end + 1;
          if (line % emptyLinesAtOnce === 0 && turns.isOver()) await turns.next();
          continue;
        }
        if (isContinued) rest.append(bytes.subarray(start, end));
        const whole = isContinued ? rest.bytes() : bytes.subarray(start, end);
        if (whole.length > lineBytesMax) {
          yield tooLarge(`line ${line + 1}`, lineBytesMax);
          return;
        }
        if (isFullWith(whole)) yield taken();
        add(whole, areUtf8, whole.length < examinedBytesMin ? undefined : await misshapenLine(whole));
        if (isContinued) rest.clear();
        if (chunk.length === batchEventsMax) yield taken();
        start = end + 1;
        if (turns.isOver()) await turns.next();
      }
      rest.append(bytes.subarray(start));
      if (rest.length > lineBytesMax) {
        yield tooLarge(`line ${line + 1}`, lineBytesMax);
        return;
      }
    }
  } catch (error) {
    yield stoppedBy(error);
    return;
  }
  if (rest.length > 0) {
    const whole = rest.bytes();
    if (isFullWith(whole)) yield taken();
    add(whole, false, whole.length < examinedBytesMin ? undefined : await misshapenLine(whole));
  }
  if (chunk.length > 0) yield taken();
}
