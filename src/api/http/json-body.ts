/** JSON bodies of questions asked by POST, decoded by their codecs. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Context } from 'hono';
import type * as t from 'io-ts';
import type { Problem } from '../../contract/problem.ts';
import { faultsOf } from '../../domain/events/fault.ts';
import { readJson } from './bodies.ts';
import { decodedBody } from './content-coding.ts';

/** JSON values (members, items and their contents) in the body of a question. */
const questionValuesMax = 50_000;

/** The decoded body, or all its faults. */
export const jsonBody = async <A>(
  context: Context,
  codec: t.Type<A, unknown, unknown>,
): Promise<E.Either<Problem, A>> => {
  const [mediaType] = (context.req.header('content-type') ?? '').toLowerCase().split(';');
  if (mediaType?.trim() !== 'application/json') {
    return E.left({ kind: 'media-type', detail: 'expected the Content-Type application/json' });
  }
  return pipe(
    TE.fromEither(decodedBody(context)),
    TE.flatMap((body) => () => readJson(body, questionValuesMax)),
    TE.flatMapEither((json) =>
      pipe(
        codec.decode(json),
        E.mapLeft((errors): Problem => ({ kind: 'invalid-body', errors: faultsOf(errors) })),
      ),
    ),
  )();
};
