/**
 * The file format of the sealed index: the keys of every stretch that is not part of a larger one, 256 to a block,
 * with their hash tree. It can be rebuilt from the log.
 */
import type { FileFormat } from '../store/sqlite/file-checks.ts';
import type { KeyedPositions } from './stretch-leaf.ts';

const schema = `
  -- Every stretch that was sealed, by its place in the second log.
  CREATE TABLE seal (
    place INTEGER PRIMARY KEY, start INTEGER NOT NULL, size INTEGER NOT NULL, keys INTEGER NOT NULL, root BLOB NOT NULL
  ) STRICT;
  -- The stretches before this place have let go of the keys of their parts.
  CREATE TABLE forgotten (only INTEGER PRIMARY KEY CHECK (only = 1), place INTEGER NOT NULL) STRICT;
  INSERT INTO forgotten VALUES (1, 0);
  -- The keys of a stretch in order, each on a line with its positions; the first of each block.
  CREATE TABLE block (
    place INTEGER NOT NULL, n INTEGER NOT NULL, first TEXT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (place, n)
  ) STRICT;
  CREATE INDEX block_by_key ON block (place, first);
  CREATE TABLE tile (
    place INTEGER NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL,
    PRIMARY KEY (place, level, n)
  ) STRICT;
`;

/** The format of the file; `application_id` is `DMCI` in ASCII. */
export const indexFormat: FileFormat = {
  name: 'sealed index',
  applicationId: 0x444d4349,
  schemaVersion: 1,
  schema,
  contradiction: () => undefined,
};

const lineOf = ({ key, positions }: KeyedPositions): string => `${key}\t${positions.join(',')}`;
const keyedOf = (line: string): KeyedPositions => {
  const tab = line.indexOf('\t');
  return {
    key: line.slice(0, tab),
    positions: line
      .slice(tab + 1)
      .split(',')
      .map(Number),
  };
};

/** The lines of a block. */
export const formatBlock = (keys: ReadonlyArray<KeyedPositions>): string => keys.map(lineOf).join('\n');

/** Parses the lines of a block. */
export const parseBlock = (lines: string): ReadonlyArray<KeyedPositions> => lines.split('\n').map(keyedOf);
