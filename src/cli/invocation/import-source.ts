/** The input of `import` and `sync`: a file or standard input, and a mapping file. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { Fault } from '../../domain/events/fault.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { importKindNames } from '../../import/kind-names.ts';
import type { Import } from '../../import/kinds.ts';
import { instantOf } from './command-options.ts';
import { invalidUsage } from './exit-codes.ts';
import type { Failure } from './failure.ts';

/** An open input and its progress. */
export interface ReadFile {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Its length in bytes, if known. */
  readonly size: number | undefined;
  /** How many bytes are read so far. */
  readonly read: () => number;
  /** Stops reading: standard input may never end. */
  readonly close: () => void;
}

const failure = (message: string, details: ReadonlyArray<string> = []): Failure => ({
  exitCode: invalidUsage,
  message,
  details,
});

const wrong = (message: string): E.Either<Failure, never> => E.left(failure(message));

/** The faults of a mapping with their places. */
const wrongMapping =
  (message: string) =>
  (faults: ReadonlyArray<Fault>): Failure =>
    failure(
      message,
      faults.map(({ pointer, message: what }) => `${pointer} ${what}`.trim()),
    );

/** Opens a file, or standard input (`-`). A file whose name ends in `.gz` is decompressed. */
export const openFile = (file: string): E.Either<Failure, ReadFile> => {
  const opened = (stream: Readable, size: number | undefined, name: string): ReadFile => {
    let read = 0;
    stream.on('data', (part: Buffer) => {
      read += part.length;
    });
    stream.pause();
    const bytes: Readable = name.endsWith('.gz') ? stream.pipe(createGunzip()) : stream;
    return { name, bytes, size, read: () => read, close: () => void stream.destroy() };
  };
  if (file === '-') return E.right(opened(process.stdin, undefined, 'standard input'));
  try {
    const stats = statSync(file);
    if (stats.isDirectory()) return wrong(`${file} is a directory; expected a file, or - for standard input`);
    return E.right(opened(createReadStream(file), stats.isFile() ? stats.size : undefined, file));
  } catch {
    return wrong(`${file} cannot be read; expected a file, or - for standard input`);
  }
};

/** The options of an import. */
export interface ImportSourceOptions {
  readonly map?: string;
  /** An alias of `map`. */
  readonly mapping?: string;
  readonly at?: string;
  readonly source?: string;
}

const anyMapping = t.UnknownRecord;

const mappingOf = async ({
  mapping,
  map = mapping,
  source,
}: ImportSourceOptions): Promise<E.Either<Failure, unknown>> => {
  const withSource = (mapping: object | undefined): unknown =>
    source === undefined ? mapping : { ...mapping, source };
  if (map === undefined) return E.right(withSource(undefined));
  let text: string;
  try {
    text = readFileSync(map, 'utf8');
  } catch {
    return wrong(`--map: ${map} cannot be read; expected a mapping file in YAML`);
  }
  const { readMapping } = await import('../../import/mapping/read-mapping.ts');
  return pipe(
    readMapping(text, anyMapping),
    E.bimap(wrongMapping(`--map: ${map} is not a valid mapping`), withSource),
  );
};

/** The import of a kind with the given options. Importers are loaded here, since no other command needs them. */
export const importOf = async (
  kindName: string,
  options: ImportSourceOptions,
): Promise<E.Either<Failure, Import>> => {
  const { importKindOf } = await import('../../import/kinds.ts');
  const kind = importKindOf(kindName);
  if (kind === undefined)
    return wrong(`${kindName} is not a known kind; expected one of ${importKindNames.join(', ')}`);
  const mapping = await mappingOf(options);
  return pipe(
    E.Do,
    E.bind('at', () =>
      options.at === undefined ? E.right(undefined) : E.map(formatInstant)(instantOf('--at', options.at)),
    ),
    E.bind('mapping', () => mapping),
    E.flatMap((opened) =>
      pipe(kind.open(opened), E.mapLeft(wrongMapping('--map: the mapping is not valid'))),
    ),
  );
};
