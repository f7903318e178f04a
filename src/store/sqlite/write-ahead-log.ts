/**
 * Tells a write-ahead log that a crash cut short from one that was damaged.
 *
 * SQLite reads its log up to the first frame that is not sound and ignores the rest: right after a crash, when the
 * rest was never confirmed to anyone, but after a flipped bit it would silently drop confirmed events. With
 * `synchronous=FULL` a transaction is on the disk before the next one begins, so a whole transaction behind the
 * unsound frame with yet another behind it proves damage. Damage to the last transaction cannot be told from a crash.
 * The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;
const magic = 0x377f0682;

type Checksum = readonly [number, number];

/** SQLite's checksum over words of 32 bits, of which there is an even number. */
const checksumOf = (
  bytes: DataView,
  start: number,
  end: number,
  littleEndian: boolean,
  seed: Checksum,
): Checksum => {
  let [a, b] = seed;
  for (let place = start; place < end; place += 8) {
    a = (a + bytes.getUint32(place, littleEndian) + b) >>> 0;
    b = (b + bytes.getUint32(place + 4, littleEndian) + a) >>> 0;
  }
  return [a, b];
};

const equal = (bytes: DataView, place: number, [a, b]: Checksum): boolean =>
  bytes.getUint32(place) === a && bytes.getUint32(place + 4) === b;

/** Fills the view from the file; false when the file ends before. */
const readWhole = (descriptor: number, view: DataView, position: number): boolean =>
  readSync(descriptor, view, 0, view.byteLength, position) === view.byteLength;

const damageIn = (descriptor: number): string | undefined => {
  const header = new DataView(new ArrayBuffer(headerBytes));
  if (!readWhole(descriptor, header, 0)) return undefined;
  const salts: Checksum = [header.getUint32(16), header.getUint32(20)];
  const littleEndian = header.getUint32(0) === magic;
  let checksum = checksumOf(header, 0, 24, littleEndian, [0, 0]);
  if (!equal(header, 24, checksum)) {
    const neverWritten = new Uint8Array(header.buffer).every((byte) => byte === 0);
    return neverWritten ? undefined : 'the header of its write-ahead log is not as it was written';
  }

  const frame = new DataView(new ArrayBuffer(frameHeaderBytes + header.getUint32(8)));
  let unsound: number | undefined;
  let committedBehind = false;
  for (let number = 0; readWhole(descriptor, frame, headerBytes + number * frame.byteLength); number++) {
    const ofThisLog = equal(frame, 8, salts);
    if (unsound === undefined) {
      checksum = checksumOf(frame, 0, 8, littleEndian, checksum);
      checksum = checksumOf(frame, frameHeaderBytes, frame.byteLength, littleEndian, checksum);
      if (!ofThisLog || !equal(frame, 16, checksum)) unsound = number;
    } else if (committedBehind && ofThisLog) {
      return `frame ${unsound} of its write-ahead log is not as it was written, and confirmed events follow it`;
    }
    if (unsound !== undefined && ofThisLog && frame.getUint32(4) !== 0) committedBehind = true;
  }
  return undefined;
};

/** Looks for damage in the write-ahead log that a crash left beside a database, if it left one. */
export const damageInWriteAheadLog = (file: string): string | undefined => {
  if (!existsSync(`${file}-wal`)) return undefined;
  const descriptor = openSync(`${file}-wal`, 'r');
  try {
    return damageIn(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
