/**
 * An answer, or the problem that the question is refused with.
 */
import type * as E from 'fp-ts/lib/Either.js';
import type { Answered } from '../../contract/asked.ts';
import type { Problem } from '../../contract/problem.ts';

export type Outcome<A = unknown> = E.Either<Problem, Answered<A>>;

/** The thing that a question is about. */
export interface About {
  readonly id: string;
}
