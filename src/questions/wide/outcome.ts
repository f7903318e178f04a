/** An answer, or the problem of a refused question. */
import type * as E from 'fp-ts/lib/Either.js';
import type { Answered } from '../../contract/asked.ts';
import type { Problem } from '../../contract/problem.ts';

export type Outcome<A = unknown> = E.Either<Problem, Answered<A>>;

/** The subject matter of a question, by id. */
export interface About {
  readonly id: string;
}
