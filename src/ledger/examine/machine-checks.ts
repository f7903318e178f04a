/** Checks of the machine on which a ledger runs. */
import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { isSupportedSqlite } from '../../store/sqlite/file-checks.ts';
import { filesOpenToOthers } from '../files.ts';
import { type Check, failed, ok, size, warning } from './check.ts';

const nodeMajorMin = 24;
/** With less free space than this, the next events may be rejected. */
const freeBytesMin = 64 * 1_024 * 1_024;
const freeBytesComfortable = 1_024 * 1_024 * 1_024;

const ownNode = 'Run Domicile with its own Node: npm ci, then bin/domicile or an npm script';

const nodeCheck = (): Check => {
  const { node } = process.versions;
  return Number(node.split('.')[0]) >= nodeMajorMin
    ? ok('Node', node)
    : failed('Node', `${node}; ${nodeMajorMin} or later is needed`, ownNode);
};

const sqliteCheck = (): Check => {
  const version = process.versions.sqlite ?? 'none';
  return isSupportedSqlite(version)
    ? ok('SQLite', version)
    : failed('SQLite', `${version} can damage a write-ahead log`, ownNode);
};

/** The nearest existing folder, in which a new ledger would be created. */
const nearestFolder = (directory: string): string => {
  let folder = resolve(directory);
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
};

const directoryCheck = (directory: string): Check => {
  const name = 'data directory';
  const folder = nearestFolder(directory);
  const isThere = folder === resolve(directory);
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return statSync(folder).isDirectory()
      ? ok(name, isThere ? folder : `${resolve(directory)} can be created`)
      : { ...failed(name, `${folder} is not a directory`, 'Name another: --data DIR'), unreachable: true };
  } catch {
    return {
      ...failed(
        name,
        `this user cannot write to ${folder}`,
        'Change its permissions, or name another: --data DIR',
      ),
      unreachable: true,
    };
  }
};

/** Files to name; the others are counted. */
const namedMax = 3;

const privacyCheck = (directory: string): Check => {
  const name = 'file permissions';
  const open = existsSync(directory) ? filesOpenToOthers(directory) : [];
  if (open.length === 0) return ok(name, 'only their owner can read the files of the ledger');
  const named = open.slice(0, namedMax).map((file) => basename(file));
  const more = open.length > namedMax ? ` and ${open.length - namedMax} more` : '';
  return warning(
    name,
    `other users of this machine can read ${named.join(', ')}${more}`,
    `Start the server as the owner of the files, which removes these permissions; or: chmod -R go= ${resolve(directory)}`,
  );
};

const spaceCheck = (directory: string): Check => {
  const name = 'disk space';
  const { bavail, bsize } = statfsSync(nearestFolder(directory));
  const free = bavail * bsize;
  const found = `${size(free)} free`;
  if (free < freeBytesMin)
    return failed(name, found, 'Free some space: without it, the ledger refuses new events (507)');
  return free < freeBytesComfortable ? warning(name, found, 'Free some space soon') : ok(name, found);
};

/** All checks of the machine. */
export const machineChecks = (dataDirectory: string): ReadonlyArray<Check> => [
  nodeCheck(),
  sqliteCheck(),
  directoryCheck(dataDirectory),
  privacyCheck(dataDirectory),
  spaceCheck(dataDirectory),
];
