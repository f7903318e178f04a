/** The options and the result of a request. */
import type * as E from 'fp-ts/lib/Either.js';
import type { Answer } from '../contract/answers.ts';
import type { ClientError } from './errors.ts';

/** The options of a request besides its question. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** The result of a request. */
export type Reply<A> = Promise<E.Either<ClientError, A>>;

/** The result of a question with a list as its answer. */
export type Rows<A> = Reply<Answer<ReadonlyArray<A>>>;
