/**
 * From a request to an answer: reads the parameters, asks, and shows what was found.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import { type Answered, type Asked, wireClocks } from '../../contract/asked.ts';
import { cursorOf, encodeCursor } from '../../contract/cursor.ts';
import { commonParameters, limitOf, parametersOf } from '../../contract/parameters.ts';
import type { Problem } from '../../contract/problem.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { View } from '../../questions/view.ts';
import type { AskedWidely, FoundBy, GivenTo, WideQuestion } from '../../questions/wide/wide-questions.ts';
import { type ApiEnv, callerOf } from './caller.ts';
import { problem } from './problem.ts';

/**
 * Reads the parameters of a question, and waits for what it must know.
 *
 * @param also the question's own parameters.
 */
export const askedOf = async (
  context: Context<ApiEnv>,
  ledger: Ledger,
  also: ReadonlyArray<string>,
): Promise<E.Either<Problem, Asked>> => {
  // No question is read for a caller that nobody let in.
  callerOf(context);
  const parameters = parametersOf(new URL(context.req.url).searchParams, [...commonParameters, ...also]);
  if (E.isLeft(parameters)) return parameters;
  const limit = limitOf(parameters.right);
  if (E.isLeft(limit)) return limit;
  const cursor = cursorOf(parameters.right);
  if (E.isLeft(cursor)) return cursor;
  const clocks = await clocksOf(ledger, parameters.right, cursor.right);
  if (E.isLeft(clocks)) return clocks;
  return E.right({
    clocks: clocks.right,
    limit: limit.right,
    after: cursor.right?.after,
    parameters: parameters.right,
  });
};

/** What an answer shows as it was found. */
const asFound = (data: unknown): unknown => data;

/**
 * Answers a question that was read: asks within one snapshot, and pages.
 *
 * @param shown makes of what was found what the caller sees: the one step that may wait for the vault.
 */
export const answerTo = async <A>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  asked: Asked,
  question: (view: View) => E.Either<Problem, Answered<A>>,
  shown: (found: A) => unknown = asFound,
): Promise<Response> => {
  const { position, minAssurance } = asked.clocks;
  return respond(context, asked, ledger.ask(position, minAssurance, question), shown);
};

/** The response that tells of an answer. */
const respond = async <A>(
  context: Context<ApiEnv>,
  { clocks }: Asked,
  answered: E.Either<Problem, Answered<A>>,
  shown: (found: A) => unknown,
): Promise<Response> => {
  if (E.isLeft(answered)) return problem(context, answered.left);
  const { data: found, after = null, also: further = {} } = answered.right;
  const data = await shown(found);
  const next = after === null ? null : encodeCursor({ ...clocks, after });
  if (next !== null) {
    const url = new URL(context.req.url);
    url.searchParams.set('cursor', next);
    context.header('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return context.json({ clocks: wireClocks(clocks), data, next, ...further });
};

/** Reads and answers a question: `askedOf`, then `answerTo`. */
export const answer = async <A>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  also: ReadonlyArray<string>,
  question: (view: View, asked: Asked) => E.Either<Problem, Answered<A>>,
  shown?: (found: A) => unknown,
): Promise<Response> => {
  const asked = await askedOf(context, ledger, also);
  if (E.isLeft(asked)) return problem(context, asked.left);
  return answerTo(context, ledger, asked.right, (view) => question(view, asked.right), shown);
};

/** Reads a wide question, and has it answered. */
export const answerWide = async <Q extends WideQuestion>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  also: ReadonlyArray<string>,
  question: Q,
  given: GivenTo<Q>,
  shown: (found: FoundBy<Q>) => unknown = asFound,
): Promise<Response> => {
  const asked = await askedOf(context, ledger, also);
  if (E.isLeft(asked)) return problem(context, asked.left);
  const widely: AskedWidely<Q> = { question, asked: asked.right, given };
  return respond(context, asked.right, await ledger.askWidely(widely, context.req.raw.signal), shown);
};
