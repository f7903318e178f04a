/**
 * The column of the kinds of events: a code for each event of a run, in log order. A kind is a source and a type.
 *
 * A column is cut into blocks. Each block says which codes it has, so that one without the kinds that are asked for is
 * not read. Codes take one byte each as long as there are few kinds; an event that cannot be read has the code 0.
 */
import { crc32 } from 'node:zlib';
import { ProjectionsDamaged } from './damage.ts';

/** Events of one block. */
export const blockEvents = 65_536;

/** Codes of events, as many bytes for each as the largest needs. */
export type Codes = Uint8Array | Uint16Array | Uint32Array;

const bytesOf = (numbers: Codes): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);

/** A block as it is written. */
export interface WrittenBlock {
  /** The codes that the block has, each once. */
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

/** The bytes of a column as they were written; throws `ProjectionsDamaged` if they are not. */
const checkedBytes = (blob: unknown, checksum: unknown): Uint8Array => {
  const bytes = blob as Uint8Array | undefined;
  if (bytes === undefined || crc32(bytes) !== checksum) throw damaged();
  return bytes.slice();
};

/** Which codes a block has. */
export const presentIn = (blob: unknown, checksum: unknown): Uint32Array => {
  const bytes = checkedBytes(blob, checksum);
  if (bytes.length % 4 !== 0) throw damaged();
  return new Uint32Array(bytes.buffer);
};

/** The codes of a block of so many events. */
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
