/** The common basis of all groups of calls: the target, and decoding of answers. */
import type * as t from 'io-ts';
import { type Answer, answerOf } from '../contract/answers.ts';
import { list } from '../domain/events/codec.ts';
import type { Question } from './questions.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';
import type { RetryPolicy } from './retry.ts';
import { ask, type Query, type Target } from './transport.ts';

export type Asking = ReturnType<typeof askingOf>;

/** Calls to one ledger. */
export const askingOf = (target: Target, policy: RetryPolicy) => {
  const about =
    <A>(data: t.Type<A, unknown, unknown>) =>
    (path: ReadonlyArray<string>, query: object = {}, { signal }: RequestOptions = {}): Reply<Answer<A>> =>
      ask(target, { path: ['v1', ...path], query: query as Query, signal }, answerOf(data));

  const rows = <A>(row: t.Type<A, unknown, unknown>) => about<ReadonlyArray<A>>(list(row));

  /** A list of registered things, and one of them by its id. */
  const registry = <A>(plural: string, row: t.Type<A, unknown, unknown>) => ({
    list: (question?: Question, options?: RequestOptions): Rows<A> => rows(row)([plural], question, options),
    get: (id: string, question?: Question, options?: RequestOptions): Reply<Answer<A>> =>
      about(row)([plural, id], question, options),
  });

  /** Sends a body and decodes the response. */
  const send = <A>(
    codec: t.Type<A, unknown, unknown>,
    path: ReadonlyArray<string>,
    body: object,
    query: object = {},
    { signal }: RequestOptions = {},
  ): Reply<A> =>
    ask(
      target,
      {
        method: 'POST',
        path: ['v1', ...path],
        query: query as Query,
        contentType: 'application/json',
        body: JSON.stringify(body),
        signal,
      },
      codec,
    );

  return { target, policy, about, rows, registry, send };
};
