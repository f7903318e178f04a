/**
 * Distinguishes a write-ahead log that a crash cut short from a damaged one.
 *
 * SQLite reads its log up to the first invalid frame and ignores the rest. After a crash that is right, since the
 * rest was never confirmed; after a flipped bit it would silently drop confirmed events. With `synchronous=FULL`, a
 * transaction is on disk before the next one begins. So if the end of a transaction and another frame of the same
 * log follow an invalid frame, confirmed events are lost, and the ledger is refused. Damage to the last transaction
 * looks like a crash; the count beside the file then shows that something is missing (`kept-count.ts`). The format:
 * https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;
const magic = 0x377f0682;

type Checksum = readonly [number, number];

/** SQLite's checksum over an even number of 32-bit words. */
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

/** Fills the view from the file; false if the file is too short. */
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
    return neverWritten ? undefined : 'the header of its write-ahead log is damaged';
  }

  const frame = new DataView(new ArrayBuffer(frameHeaderBytes + header.getUint32(8)));
  let unsound: number | undefined;
  let alteredSalts = false;
  let committedBehind = false;
  for (let number = 0; readWhole(descriptor, frame, headerBytes + number * frame.byteLength); number++) {
    const ofThisLog = equal(frame, 8, salts);
    let sound = false;
    if (unsound === undefined || alteredSalts) {
      const ofHeader = checksumOf(frame, 0, 8, littleEndian, checksum);
      const ofBoth = checksumOf(frame, frameHeaderBytes, frame.byteLength, littleEndian, ofHeader);
      sound = ofThisLog && equal(frame, 16, ofBoth);
      checksum = [frame.getUint32(16), frame.getUint32(20)];
    }
    if (unsound !== undefined && ((committedBehind && ofThisLog) || (alteredSalts && sound))) {
      return `frame ${unsound} of its write-ahead log is damaged, and confirmed events follow it`;
    }
    // A frame of an older log may end this one; then no later frame can continue its checksum.
    alteredSalts = unsound === undefined && !ofThisLog;
    if (!sound) unsound ??= number;
    if (unsound !== undefined && ofThisLog && frame.getUint32(4) !== 0) committedBehind = true;
  }
  return undefined;
};

/** Describes the damage in the write-ahead log beside a database, if there is any. */
export const damageInWriteAheadLog = (file: string): string | undefined => {
  if (!existsSync(`${file}-wal`)) return undefined;
  const descriptor = openSync(`${file}-wal`, 'r');
  try {
    return damageIn(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
