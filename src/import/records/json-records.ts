/**
 * Reads records of JSON: one document, which may be a list or contain one, or NDJSON with one document per line.
 */
import { objectIn } from '../imported/record-fields.ts';
import type { Bytes, GivenRecord } from './given-record.ts';

/** The maximum size of a document that is not NDJSON, which is parsed as a whole. */
const documentBytesMax = 256 * 1_024 * 1_024;
/** The maximum size of a line of NDJSON. */
const recordLineBytesMax = 16 * 1_024 * 1_024;

/** The records in a document. */
export type RecordsIn = (document: unknown) => ReadonlyArray<unknown>;

/** The items of a list, or of the first of these members in the document; otherwise the document itself. */
export const itemsOf =
  (...wrappers: ReadonlyArray<string>): RecordsIn =>
  (document) => {
    if (Array.isArray(document)) return document;
    const object = objectIn(document);
    return wrappers.map((name) => object?.[name]).find(Array.isArray) ?? [document];
  };

const utf8 = new TextDecoder('utf-8', { fatal: true });
const newline = 0x0a;

type Parsed = { readonly value: unknown } | { readonly fault: string } | 'nothing';

const parsed = (bytes: Uint8Array): Parsed => {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { fault: 'is not UTF-8' };
  }
  if (text.trim() === '') return 'nothing';
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: 'is not JSON (RFC 8259)' };
  }
};

/**
 * Lines with their numbers, including an unterminated last line. A line beyond the limit ends the sequence with a
 * fault.
 */
async function* linesOf(
  bytes: Bytes,
  bytesMax: number,
): AsyncGenerator<{ readonly line: number; readonly bytes: Buffer } | { readonly tooLong: number }> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let line = 0;
  for await (const part of bytes) {
    const here = Buffer.from(part.buffer, part.byteOffset, part.length);
    let start = 0;
    for (let end = here.indexOf(newline); end !== -1; end = here.indexOf(newline, start)) {
      line++;
      yield { line, bytes: Buffer.concat([...rest, here.subarray(start, end)]) };
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < here.length) {
      rest.push(Buffer.from(here.subarray(start)));
      restBytes += here.length - start;
    }
    if (restBytes > bytesMax) {
      yield { tooLong: line + 1 };
      return;
    }
  }
  if (restBytes > 0) yield { line: line + 1, bytes: Buffer.concat(rest) };
}

/** Whether the first non-empty line is a complete document: then each other line is one too. */
const beginsAsLines = (first: Uint8Array): boolean => {
  const result = parsed(first);
  return result !== 'nothing' && 'value' in result;
};

/**
 * The records of a file in order.
 *
 * @param recordsIn the records in a document.
 */
export async function* jsonRecords(
  bytes: Bytes,
  recordsIn: RecordsIn,
): AsyncGenerator<GivenRecord, void, undefined> {
  let index = 0;
  let whole: Buffer[] | undefined;
  let wholeBytes = 0;
  let isBegun = false;
  for await (const each of linesOf(bytes, documentBytesMax)) {
    if ('tooLong' in each) {
      const fault = `is larger than ${documentBytesMax} bytes; expected NDJSON, one record per line`;
      yield { index, line: each.tooLong, fault };
      return;
    }
    if (!isBegun && each.bytes.toString('utf8').trim() === '') continue;
    if (!isBegun) {
      isBegun = true;
      if (!beginsAsLines(each.bytes)) whole = [];
    }
    if (whole !== undefined) {
      whole.push(each.bytes, Buffer.of(newline));
      wholeBytes += each.bytes.length + 1;
      if (wholeBytes <= documentBytesMax) continue;
      yield {
        index,
        fault: `is larger than ${documentBytesMax} bytes; expected NDJSON, one record per line`,
      };
      return;
    }
    if (each.bytes.length > recordLineBytesMax) {
      yield { index: index++, line: each.line, fault: `is larger than ${recordLineBytesMax} bytes` };
      continue;
    }
    const result = parsed(each.bytes);
    if (result === 'nothing') continue;
    if ('fault' in result) yield { index: index++, line: each.line, fault: result.fault };
    else for (const record of recordsIn(result.value)) yield { index: index++, line: each.line, record };
  }
  if (whole === undefined) return;
  const result = parsed(Buffer.concat(whole));
  if (result === 'nothing') return;
  if ('fault' in result) yield { index, fault: result.fault };
  else for (const record of recordsIn(result.value)) yield { index: index++, record };
}
