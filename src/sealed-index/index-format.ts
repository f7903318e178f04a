/**
 * The file format of the sealed index: the keys of every stretch that is not part of a larger one, 256 to a block,
 * with their hash tree. It can be rebuilt from the log.
 *
 * A block is text, compressed (zstd, RFC 8878): most keys are pseudonyms after the same beginning. Version 1 kept the text.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { FileFormat } from '../store/sqlite/file-checks.ts';
import { type KeyedPositions, keyedPositions } from './stretch-leaf.ts';

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
  schemaVersion: 2,
  schema,
  upgrades: [secondVersion],
  // What stretches let go of is given back to the disk.
  firstPragmas: 'PRAGMA auto_vacuum = INCREMENTAL;',
  contradiction: () => undefined,
};

const lineOf = ({ key, positions }: KeyedPositions): string => `${key}\t${positions.join(',')}`;
const keyedOf = (line: string): KeyedPositions => {
  const tab = line.indexOf('\t');
  return keyedPositions(
    line.slice(0, tab),
    line
      .slice(tab + 1)
      .split(',')
      .map(Number),
  );
};

/** The lines of a block. */
export const formatBlock = (keys: ReadonlyArray<KeyedPositions>): string => keys.map(lineOf).join('\n');

/** Fast, and hardly larger than with a higher level: what is left is random. */
const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** How zstd begins; a line begins with a bracket. */
const firstOfCompressed = 0x28;

/** A block as the file keeps it. */
export const packBlock = (keys: ReadonlyArray<KeyedPositions>): Uint8Array =>
  zstdCompressSync(Buffer.from(formatBlock(keys)), level);

/** @throws a RangeError or an error of zstd where it is damaged. */
export const unpackBlock = (kept: Uint8Array): ReadonlyArray<KeyedPositions> => {
  const text = kept[0] === firstOfCompressed ? zstdDecompressSync(kept) : Buffer.from(kept);
  return parseBlock(text.toString('latin1'));
};

/** Parses the lines of a block. */
export const parseBlock = (lines: string): ReadonlyArray<KeyedPositions> => lines.split('\n').map(keyedOf);
