/** The file format of a log's tree: its tables, and upgrades from earlier versions. */
import type { DatabaseSync } from 'node:sqlite';
import type { FileFormat } from '../store/sqlite/file-checks.ts';

const cosignatures = `
  -- Cosignatures of checkpoints by witnesses: the line of signature, by the name and id of its key; when, in milliseconds.
  CREATE TABLE cosignature (
    size INTEGER NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (size, key)
  ) STRICT, WITHOUT ROWID;
`;

const schema = `
  -- The leaves that the tree has.
  CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL) STRICT;
  INSERT INTO head VALUES (1, 0);
  CREATE TABLE tile (id INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
  -- What was signed, and when, in milliseconds since the epoch; old notes are let go, sizes and roots never.
  CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, root BLOB NOT NULL, made_at INTEGER NOT NULL, note TEXT) STRICT;
${cosignatures}`;

const sizeOf = (database: DatabaseSync): number =>
  Number(database.prepare('SELECT size FROM head').get()?.size ?? -1);

/** The format of the file; `application_id` is `DMCT` in ASCII. */
export const treeFormat: FileFormat = {
  name: 'Merkle tree',
  applicationId: 0x444d4354,
  schemaVersion: 2,
  schema,
  upgrades: [cosignatures],
  contradiction: (database) => (sizeOf(database) < 0 ? 'the size of the tree is missing' : undefined),
};
