/** The steps from a request to a response: read the parameters, ask, and convert the result. */
import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import { type Answered, type Asked, wireClocks } from '../../contract/asked.ts';
import { encodeCursor } from '../../contract/cursor.ts';
import type { Problem } from '../../contract/problem.ts';
import { limitDefault } from '../../contract/questions/parameter.ts';
import { type PlainQuestion, type QuestionOf, readQuestion } from '../../contract/questions/question.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import { clocksOf } from '../../ledger/clocks.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { View } from '../../questions/view.ts';
import type {
  AskedFor,
  AskedWidely,
  FoundBy,
  GivenTo,
  WideQuestion,
} from '../../questions/wide/wide-questions.ts';
import { linkTo } from './base-path.ts';
import { type ApiEnv, callerOf } from './caller.ts';
import { problem } from './problem.ts';
import { sendJson } from './send-json.ts';

/** Reads the parameters of a question, and waits until its answer can know enough. */
export const askedOf = async <Q extends PlainQuestion>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  question: QuestionOf<Q>,
): Promise<E.Either<Problem, Asked<Q>>> => {
  // An unauthorized caller's question is not even read.
  callerOf(context);
  const read = readQuestion(question, new URL(context.req.url).searchParams);
  if (E.isLeft(read)) return read;
  const parameters = read.right;
  const clocks = await clocksOf(ledger, parameters, parameters.cursor)();
  if (E.isLeft(clocks)) return clocks;
  const { limit = limitDefault, cursor } = parameters;
  return E.right({ clocks: clocks.right, limit, after: cursor?.after, parameters });
};

/** The clocks and the page of an answered question. */
type AnsweredAs = Pick<Asked, 'clocks' | 'limit'>;

/** Converts a result to what the caller sees. */
export type Shown<A> = (found: A, asked: AnsweredAs) => unknown;

/** Writes a result in a format other than JSON. */
export type Written<A> = (found: A, asked: AnsweredAs) => Response | Promise<Response>;

/** Shows a result unchanged. */
const asFound = (data: unknown): unknown => data;

/** The response with an answer. */
const respond = async <A>(
  context: Context<ApiEnv>,
  asked: AnsweredAs,
  { data: found, after = null, heardUntil, also: further = {} }: Answered<A>,
  shown: Shown<A>,
): Promise<Response> => {
  const { clocks } = asked;
  const data = await shown(found, asked);
  const next = after === null ? null : encodeCursor({ ...clocks, after });
  if (next !== null) {
    const { pathname, searchParams } = new URL(context.req.url);
    searchParams.set('cursor', next);
    const path = pathname.startsWith(`${context.get('basePath')}/`) ? pathname : linkTo(context, pathname);
    context.header('Link', `<${path}?${searchParams}>; rel="next"`);
  }
  const echoed = { ...wireClocks(clocks), ...(heardUntil === undefined ? {} : { heardUntil }) };
  return sendJson(context, { clocks: echoed, data, next, ...further });
};

/** When the ledger first knew anything. */
const firstEvent = (ledger: Ledger): string => {
  const recordedAt = ledger.parts.log.recordedAtOf(1);
  return recordedAt === undefined
    ? 'no event has been recorded yet'
    : `this ledger recorded its first event on ${formatInstant(recordedAt)}`;
};

/** Adds to an unknown-name problem that nothing was known yet, if that is the reason. */
const asNothingKnown =
  (ledger: Ledger, { clocks }: Pick<Asked, 'clocks'>) =>
  (refused: Problem): Problem =>
    refused.kind === 'unknown' && clocks.position === 0
      ? {
          ...refused,
          knownNothing: true,
          detail: `nothing was known at this moment, including this ${refused.what}: ${firstEvent(ledger)}`,
        }
      : refused;

/**
 * Reads and answers a question within one snapshot, with paging.
 *
 * @param shown converts the result to what the caller sees; it may wait for the vault.
 */
export const answer = <Q extends PlainQuestion, A>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  question: QuestionOf<Q>,
  ask: (view: View, asked: Asked<Q>) => E.Either<Problem, Answered<A>>,
  shown: Shown<A> = asFound,
): Promise<Response> => answerPrepared(context, ledger, question, async () => undefined, ask, shown);

/** The same, but `prepare` first waits for something between reading and asking the question. */
export const answerPrepared = async <Q extends PlainQuestion, B, A>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  question: QuestionOf<Q>,
  prepare: (asked: Asked<Q>) => Promise<B>,
  ask: (view: View, asked: Asked<Q>, prepared: B) => E.Either<Problem, Answered<A>>,
  shown: Shown<A> = asFound,
): Promise<Response> => {
  const read = await askedOf(context, ledger, question);
  if (E.isLeft(read)) return problem(context, read.left);
  const asked = read.right;
  const prepared = await prepare(asked);
  const { position, minAssurance } = asked.clocks;
  const found = ledger.ask(position, minAssurance, (view) => ask(view, asked, prepared));
  return E.isLeft(found)
    ? problem(context, asNothingKnown(ledger, asked)(found.left))
    : respond(context, asked, found.right, shown);
};

/**
 * Reads a question that may take long, and answers it.
 *
 * @param prepare derives the input of the question from its parameters and clocks.
 * @param ask answers it, until the signal says that the caller no longer waits.
 * @param written writes the answer if it is not JSON.
 */
export const answerLong = async <Q extends WideQuestion>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  parameters: QuestionOf<AskedFor<Q>>,
  prepare: (asked: Asked<AskedFor<Q>>) => Promise<E.Either<Problem, AskedWidely<Q>>>,
  ask: (asked: AskedWidely<Q>, signal: AbortSignal) => Promise<E.Either<Problem, Answered<FoundBy<Q>>>>,
  shown: Shown<FoundBy<Q>> = asFound,
  written?: Written<FoundBy<Q>>,
): Promise<Response> => {
  const read = await askedOf(context, ledger, parameters as QuestionOf<PlainQuestion>);
  if (E.isLeft(read)) return problem(context, read.left);
  const refusal = (refused: Problem): Response =>
    problem(context, asNothingKnown(ledger, read.right)(refused));
  const prepared = await prepare(read.right as Asked<AskedFor<Q>>);
  if (E.isLeft(prepared)) return refusal(prepared.left);
  const answered = await ask(prepared.right, context.req.raw.signal);
  if (E.isLeft(answered)) return refusal(answered.left);
  // The prepared question may have other clocks than the request.
  const { asked } = prepared.right;
  const { right: found } = answered;
  return written === undefined ? respond(context, asked, found, shown) : written(found.data, asked);
};

/** Reads and answers a wide question. */
export const answerWide = <Q extends WideQuestion>(
  context: Context<ApiEnv>,
  ledger: Ledger,
  parameters: QuestionOf<AskedFor<Q>>,
  question: Q,
  given: GivenTo<Q>,
  shown?: Shown<FoundBy<Q>>,
): Promise<Response> =>
  answerLong(
    context,
    ledger,
    parameters,
    async (asked) => E.right({ question, asked, given } as unknown as AskedWidely<Q>),
    (asked, signal) => ledger.questions.askWidely(asked, signal),
    shown,
  );
