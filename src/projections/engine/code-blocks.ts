/**
 * The column of event kinds: a code for each event of a run, in log order. A kind is a source and a type.
 *
 * A column is split into blocks. Each block lists its codes, so that a block without the requested kinds is not
 * read. A code takes one byte while there are few kinds; an unreadable event has the code 0.
 */
import { crc32 } from 'node:zlib';
import { ProjectionsDamaged } from './damage.ts';

/** Events of one block. */
export const blockEvents = 65_536;

/** Codes of events, in the smallest width that fits the largest. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

const bytesOf = (numbers: Codes): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** A block as stored. */
export interface WrittenBlock {
  /** The distinct codes in the block. */
  readonly present: Uint8Array;
  readonly presentChecksum: number;
  readonly codes: Uint8Array;
  readonly checksum: number;
}

/** The blocks of a column, in order. */
export const blocksOf = (column: Uint32Array): ReadonlyArray<WrittenBlock> => {
  let most = 0;
  for (const code of column) if (code > most) most = code;
  const seenIn = new Uint32Array(most + 1);
  return Array.from({ length: Math.ceil(column.length / blockEvents) }, (_, place) => {
    const part = column.subarray(place * blockEvents, (place + 1) * blockEvents);
    const distinct: number[] = [];
    let largest = 0;
    for (const code of part) {
      if (seenIn[code] === place + 1) continue;
      seenIn[code] = place + 1;
      distinct.push(code);
      if (code > largest) largest = code;
    }
    const present = bytesOf(Uint32Array.from(distinct));
    const codes = bytesOf(
      largest < 256
        ? Uint8Array.from(part)
        : largest < 65_536
          ? Uint16Array.from(part)
          : Uint32Array.from(part),
    );
    return { present, presentChecksum: crc32(present), codes, checksum: crc32(codes) };
  });
};

const damaged = (): ProjectionsDamaged =>
  new ProjectionsDamaged('the kinds of events in the projections are damaged');

/** The stored bytes of a column. Throws `ProjectionsDamaged` if they do not match their checksum. */
const checkedBytes = (blob: unknown, checksum: unknown): Uint8Array => {
  const bytes = blob as Uint8Array | undefined;
  if (bytes === undefined || crc32(bytes) !== checksum) throw damaged();
  return bytes.slice();
};

/** The distinct codes in a block. */
export const presentIn = (blob: unknown, checksum: unknown): Uint32Array => {
  const bytes = checkedBytes(blob, checksum);
  if (bytes.length % 4 !== 0) throw damaged();
  return new Uint32Array(bytes.buffer);
};

/** The codes in a block of `events` events. */
export const codesIn = (blob: unknown, checksum: unknown, events: number): Codes => {
  const bytes = checkedBytes(blob, checksum);
  switch (bytes.length / events) {
    case 1:
      return bytes;
    case 2:
      return new Uint16Array(bytes.buffer);
    case 4:
      return new Uint32Array(bytes.buffer);
    default:
      throw damaged();
  }
};
