/** What a request is given besides its question, and what comes of it. */
import type * as E from 'fp-ts/lib/Either.js';
import type { Answer } from '../contract/answers.ts';
import type { ClientError } from './errors.ts';

/** What a request can be given besides its question. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What comes of a request. */
export type Reply<A> = Promise<E.Either<ClientError, A>>;

/** What comes of a question with a list for an answer. */
export type Rows<A> = Reply<Answer<ReadonlyArray<A>>>;
