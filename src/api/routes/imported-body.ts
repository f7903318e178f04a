/** The body of an import: a document, a list, lines, or records with a mapping; and the events in it. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Context } from 'hono';
import { ImportBody } from '../../contract/imports.ts';
import type { Problem } from '../../contract/problem.ts';
import type { Fault } from '../../domain/events/fault.ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { importKindNames } from '../../import/kind-names.ts';
import { type Import, type ImportKind, importKindOf } from '../../import/kinds.ts';
import type { GivenRecord } from '../../import/records/given-record.ts';
import type { RecordsIn } from '../../import/records/json-records.ts';
import { readJson } from '../http/bodies.ts';
import type { ApiEnv } from '../http/caller.ts';
import { type Body, decodedBody } from '../http/content-coding.ts';
import { readNdjson } from '../http/ndjson.ts';

type Records = AsyncIterable<E.Either<Problem, GivenRecord>>;

/** An import's body: its records, and how they become events. */
export interface ImportedBody {
  readonly opened: Import;
  readonly records: Records;
}

/** The records of lines, each of which is a document. */
async function* recordsOfLines(body: Body, recordsIn: RecordsIn): Records {
  let index = 0;
  for await (const chunk of readNdjson(body)) {
    if (E.isLeft(chunk)) {
      yield chunk;
      return;
    }
    for (const given of chunk.right) {
      const place = given.line === undefined ? {} : { line: given.line };
      if ('fault' in given) yield E.right({ index: index++, ...place, fault: given.fault });
      else for (const record of recordsIn(given.json)) yield E.right({ index: index++, ...place, record });
    }
  }
}

async function* eachRight(records: AsyncIterable<GivenRecord> | ReadonlyArray<GivenRecord>): Records {
  for await (const record of records) yield E.right(record);
}

const numbered = (records: ReadonlyArray<unknown>): ReadonlyArray<GivenRecord> =>
  records.map((record, index) => ({ index, record }));

const invalid = (errors: ReadonlyArray<Fault>): Problem => ({ kind: 'invalid-body', errors });

const mediaType: Problem = {
  kind: 'media-type',
  detail:
    'expected application/json with one document, a list, or { mapping, records } (for CSV { mapping, csv }); or application/x-ndjson (application/ndjson, application/jsonl)',
};

/** Opens the import with a mapping. Faults of the mapping have their places in the body. */
type Opening = (mapping: unknown) => E.Either<Problem, Import>;

const ofLines = (body: Body, kind: ImportKind, opened: E.Either<Problem, Import>) =>
  kind.format === 'csv'
    ? E.left(mediaType)
    : pipe(
        opened,
        E.map((made): ImportedBody => ({ opened: made, records: recordsOfLines(body, kind.recordsIn) })),
      );

/** A document or a list, with the server's mapping. */
const ofDocuments = (
  given: unknown,
  kind: ImportKind,
  opened: E.Either<Problem, Import>,
): E.Either<Problem, ImportedBody> =>
  kind.format === 'csv'
    ? E.left(mediaType)
    : pipe(
        opened,
        E.map((made) => ({ opened: made, records: eachRight(numbered(kind.recordsIn(given))) })),
      );

/** Records with their own mapping. */
const withMapping = (
  given: unknown,
  kindName: string,
  kind: ImportKind,
  open: Opening,
): E.Either<Problem, ImportedBody> =>
  pipe(
    ImportBody.decode(given),
    E.mapLeft((errors) => invalid(faultsOf(errors))),
    E.bindTo('asked'),
    E.bind('opened', ({ asked }) => open(asked.mapping)),
    E.filterOrElse(
      ({ asked: { csv } }) => (csv === undefined) === (kind.format !== 'csv'),
      ({ asked: { csv } }) =>
        invalid([
          {
            pointer: csv === undefined ? '/records' : '/csv',
            message: `is not a media type for ${kindName}`,
          },
        ]),
    ),
    E.map(({ asked: { csv, records = [] }, opened }) => ({
      opened,
      records: eachRight(csv === undefined ? numbered(records) : opened.records([Buffer.from(csv)])),
    })),
  );

/**
 * Reads the body of an import.
 *
 * @param mapping the server's mapping, for a body without one.
 * @param at the time of records that do not give one.
 */
export const importedBody = (
  context: Context<ApiEnv>,
  kindName: string,
  mapping: unknown,
  at: string | undefined,
): TE.TaskEither<Problem, ImportedBody> => {
  const kind = importKindOf(kindName);
  if (kind === undefined) {
    const detail = `kind: expected one of ${importKindNames.join(', ')}`;
    return TE.left({ kind: 'bad-parameter', parameter: 'kind', detail });
  }
  const open: Opening = (asked) =>
    pipe(
      kind.open({ at, mapping: asked }),
      E.mapLeft((faults) =>
        invalid(faults.map((fault) => ({ ...fault, pointer: `/mapping${fault.pointer}` }))),
      ),
    );
  const [type] = (context.req.header('content-type') ?? '').toLowerCase().split(';');
  return pipe(
    TE.fromEither(decodedBody(context)),
    TE.flatMap((body) => {
      switch (type?.trim()) {
        case 'application/x-ndjson':
        case 'application/ndjson':
        case 'application/jsonl':
          return TE.fromEither(ofLines(body, kind, open(mapping)));
        case 'application/json':
          return pipe(
            () => readJson(body),
            TE.flatMapEither((given) =>
              typeof given === 'object' && given !== null && 'mapping' in given
                ? withMapping(given, kindName, kind, open)
                : ofDocuments(given, kind, open(mapping)),
            ),
          );
        default:
          return TE.left(mediaType);
      }
    }),
  );
};
