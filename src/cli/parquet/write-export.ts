/**
 * Writes an export into a temporary directory and then renames it, so that the target directory is always complete.
 */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { type Answer, type Client, ClientFailure, type Question } from '../../client/client.ts';
import { HeardUntil } from '../../contract/answers.ts';
import { codeUnitOrder } from '../../domain/events/code-unit-order.ts';
import { exact, list, nullable } from '../../domain/events/codec.ts';
import { looksLikePseudonym } from '../../people/vault/vault.ts';
import { type Failure, invalidUse } from '../invocation/failure.ts';
import { version } from '../invocation/package-version.ts';
import { ParquetFile } from './parquet-file.ts';
import { knownColumns, type OnAnswer, type Snapshot, tables } from './tables.ts';

/** The file that describes an export. */
const manifestFile = 'export.json';

/** The description of an export. `cut` names the tables that a limit of the ledger has cut off. */
export const Manifest = exact(
  'Export',
  {
    domicile: t.string,
    validAt: t.string,
    knownAt: t.string,
    position: t.string,
    minAssurance: t.string,
    identifiers: t.boolean,
    heardUntil: list(HeardUntil),
    cut: list(t.string),
    tables: list(exact('ExportTable', { name: t.string, rows: t.number }, {})),
    knownNothing: nullable(t.boolean),
  },
  {},
);
export type Manifest = t.TypeOf<typeof Manifest>;

/** The file of a table in an export. */
export const fileOf = (directory: string, name: string): string => join(directory, `${name}.parquet`);

/** The description of the export in a directory; undefined if there is none. */
export const manifestIn = (directory: string): Manifest | undefined => {
  try {
    const read = Manifest.decode(JSON.parse(readFileSync(join(directory, manifestFile), 'utf8')));
    return E.isRight(read) ? read.right : undefined;
  } catch {
    return undefined;
  }
};

/** Why a directory must not be written. */
export const refusalOf = (directory: string, isReplaced: boolean): Failure | undefined => {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return undefined;
  if (manifestIn(directory) === undefined)
    return invalidUse(`${directory} contains something other than an export; name another directory`);
  return isReplaced
    ? undefined
    : invalidUse(`${directory} already contains an export`, 'To replace it, give --replace.');
};

const synced = (directory: string): void => {
  const opened = openSync(directory, 'r');
  fsyncSync(opened);
  closeSync(opened);
};

/** Renames a complete export; an existing one is kept until the new one has replaced it. */
const putInPlace = (written: string, directory: string): void => {
  const earlier = `${written}.earlier`;
  const isThere = existsSync(directory);
  if (isThere) renameSync(directory, earlier);
  renameSync(written, directory);
  synced(dirname(directory));
  if (isThere) rmSync(earlier, { recursive: true });
};

/** Pseudonyms were requested, but the server shows identifiers. */
export class IdentifiersShown extends Error {
  override readonly name = 'IdentifiersShown';
}

export interface ExportOptions {
  readonly question: Question;
  /** Whether to show people's identifiers, if the caller may see them; otherwise pseudonyms. */
  readonly identify: boolean;
  readonly onRows: (table: string, rows: number) => void;
}

const snapshotOf = async (ledger: Client, asked: Question) => {
  const first = await ledger.sites.list({ ...asked, limit: 1 });
  if (E.isLeft(first)) throw new ClientFailure(first.left);
  const { validAt, knownAt, position, knownNothing } = first.right.clocks;
  const { minAssurance } = asked;
  const question: Question = { validAt, knownPosition: position, minAssurance };
  const snapshot: Snapshot = { question, knownAt, position };
  return { snapshot, validAt, minAssurance: minAssurance ?? 'claimed', knownNothing: knownNothing ?? null };
};

/** Writes all tables into an existing directory. */
const writeTables = async (
  ledger: Client,
  directory: string,
  { question, identify, onRows }: ExportOptions,
): Promise<Manifest> => {
  const { snapshot, ...of } = await snapshotOf(ledger, question);
  const heard = new Map<string, HeardUntil>();
  const cut = new Set<string>();
  let identifiers = false;
  const written: { name: string; rows: number }[] = [];
  for (const { name, columns, rows } of tables) {
    const file = new ParquetFile<never>(fileOf(directory, name), [...columns, ...knownColumns(snapshot)]);
    const onAnswer: OnAnswer = ({ clocks, limitMet, next }: Answer<unknown>) => {
      for (const each of clocks.heardUntil ?? []) heard.set(each.source, each);
      // A page that ended early leads to the next one; only the last page leaves something out.
      if (limitMet === true && next === null) cut.add(name);
    };
    for await (const row of rows(ledger, snapshot, onAnswer)) {
      const { subject } = row as { readonly subject?: string };
      if (subject !== undefined && !looksLikePseudonym(subject)) {
        if (!identify) throw new IdentifiersShown();
        identifiers = true;
      }
      file.write(row);
      onRows(name, file.rows);
    }
    file.end();
    written.push({ name, rows: file.rows });
  }
  const { knownAt, position } = snapshot;
  const heardUntil = [...heard.values()].sort((a, b) => codeUnitOrder(a.source, b.source));
  return {
    ...{ domicile: version(), knownAt, position, ...of },
    ...{ identifiers, heardUntil, cut: [...cut], tables: written },
  };
};

/**
 * Writes an export.
 *
 * @throws ClientFailure if an answer cannot be read, and errors of the file system; then nothing is left behind.
 */
export const writeExport = async (
  ledger: Client,
  directory: string,
  options: ExportOptions,
): Promise<Manifest> => {
  const place = resolve(directory);
  const written = join(dirname(place), `.${basename(place)}.${randomUUID()}`);
  mkdirSync(written, { mode: 0o700, recursive: true });
  try {
    const manifest = await writeTables(ledger, written, options);
    writeFileSync(join(written, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
    synced(written);
    putInPlace(written, place);
    return manifest;
  } catch (error) {
    rmSync(written, { recursive: true, force: true });
    throw error;
  }
};
