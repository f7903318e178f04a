/**
 * The file format of the sealed index: the keys of every stretch that is not part of a larger one, 256 to a block,
 * with their hash tree. It can be rebuilt from the log.
 *
 * A block is text, compressed (zstd, RFC 8878): most keys are pseudonyms after the same beginning. Version 1 kept the text.
 * Versions 1 and 2 had a tab between a key and its positions where the line of a leaf has a bracket.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { FileFormat } from '../store/sqlite/file-checks.ts';
import type { KeyLines } from './key-lines.ts';
import { parseLines } from './read-lines.ts';

/** The table of blocks, after the others: an upgrade makes it again. */
const blockTable = `
  -- The keys of a stretch in order, each on a line with its positions; the first of each block.
  CREATE TABLE block (
    place INTEGER NOT NULL, n INTEGER NOT NULL, first TEXT NOT NULL, lines BLOB NOT NULL, PRIMARY KEY (place, n)
  ) STRICT;
  CREATE INDEX block_by_key ON block (place, first);
`;

/** Version 2 keeps blocks as bytes. Those of version 1 stay as they are, and are read as text. */
const secondVersion = `
  DROP INDEX block_by_key;
  ALTER TABLE block RENAME TO block_of_text;
  ${blockTable}
  INSERT INTO block SELECT place, n, first, CAST(lines AS BLOB) FROM block_of_text;
  DROP TABLE block_of_text;
`;

/** Version 3 has other lines. The blocks stay as they are, and both kinds are read. */
const thirdVersion = '';

const schema = `
  -- Every stretch that was sealed, by its place in the second log.
  CREATE TABLE seal (
    place INTEGER PRIMARY KEY, start INTEGER NOT NULL, size INTEGER NOT NULL, keys INTEGER NOT NULL, root BLOB NOT NULL
  ) STRICT;
  -- The stretches before this place have let go of the keys of their parts.
  CREATE TABLE forgotten (only INTEGER PRIMARY KEY CHECK (only = 1), place INTEGER NOT NULL) STRICT;
  INSERT INTO forgotten VALUES (1, 0);
  CREATE TABLE tile (
    place INTEGER NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (place, level, n)
  ) STRICT;
${blockTable}`;

/** The format of the file; `application_id` is `DMCI` in ASCII. */
export const indexFormat: FileFormat = {
  name: 'sealed index',
  applicationId: 0x444d4349,
  schemaVersion: 3,
  schema,
  upgrades: [secondVersion, thirdVersion],
  // What stretches let go of is given back to the disk.
  firstPragmas: 'PRAGMA auto_vacuum = INCREMENTAL;',
  contradiction: () => undefined,
};

/** Fast, and hardly larger than with a higher level: what is left is random. With a checksum of the text. */
const settings = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};
/** How zstd begins; a line begins with a bracket, and before it stands a line feed. */
const firstOfCompressed = 0x28;
const lineFeed = 0x0a;

/** Where a frame of zstd says what it has (RFC 8878, 3.1.1.1.1), and the bit for a checksum. */
const descriptor = 4;
const checksumBit = 0x04;

/** Whether a block has a checksum. Those of versions 1 and 2 have none. */
export const hasChecksum = (kept: Uint8Array): boolean =>
  kept[0] === firstOfCompressed && (kept[descriptor]! & checksumBit) !== 0;

/** A block as the file keeps it. */
export const packBlock = (lines: KeyLines): Uint8Array => zstdCompressSync(lines.text, settings);

/** @throws a RangeError or an error of zstd where it is damaged. */
export const unpackBlock = (kept: Uint8Array): KeyLines => {
  const text = kept[0] === firstOfCompressed ? zstdDecompressSync(kept) : Buffer.from(kept);
  return parseLines(text[0] === lineFeed ? text : ofEarlierVersion(text));
};

/** The text of a block of version 1 or 2, which has a tab between a key and its positions, as it is written now. */
const ofEarlierVersion = (text: Buffer): Buffer =>
  Buffer.from(`\n${text.toString('latin1').replaceAll(/\t([\d,]*)$/gm, '[$1]')}`, 'latin1');
