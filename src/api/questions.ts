/**
 * What every question takes and answers: two clocks, assurance, pages. The clocks of an answer say what it is about.
 */

import * as E from 'fp-ts/lib/Either.js';
import type { Context } from 'hono';
import { closest } from '../domain/events/codec.ts';
import { Assurance } from '../domain/events/words.ts';
import { beginning, formatInstant, type Instant, never, parseInstant } from '../domain/time/instant.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { AskedWidely, FoundBy, GivenTo, WideQuestion } from '../ledger/wide/questions.ts';
import type { NameKind } from '../projections/topics.ts';
import type { View } from '../projections/view.ts';
import type { Position } from '../store/event-store.ts';
import { type Problem, problem } from './problem.ts';

/** The clocks of a question, resolved. */
export interface Clocks {
  readonly validAt: Instant;
  readonly knownAt: Instant;
  readonly position: Position;
  readonly minAssurance: Assurance;
}

export const limitDefault = 100;
export const limitMax = 1_000;

/** Parameters about the clocks, the attestation and the freshness of an answer. */
export const clockParameters = ['validAt', 'knownAt', 'knownPosition', 'minAssurance', 'atLeast'];
/** Parameters that every question takes. */
export const commonParameters = [...clockParameters, 'limit', 'cursor'];

const bad = (parameter: string, detail: string): E.Either<Problem, never> =>
  E.left({ kind: 'bad-parameter', parameter, detail: `${parameter}: ${detail}` });

/** Characters of an unknown parameter's name that are said back. */
const parameterNameMax = 64;

/** The query parameters of a request: each once, none but these. */
export const parametersOf = (
  context: Context,
  known: ReadonlyArray<string>,
): E.Either<Problem, ReadonlyMap<string, string>> => {
  const out = new Map<string, string>();
  for (const [name, value] of new URL(context.req.url).searchParams) {
    if (!known.includes(name)) {
      const best = closest(name, known);
      const hint = best === undefined ? '.' : `; did you mean ${best}?`;
      const detail = `is not a parameter of this question${hint} It takes ${known.join(', ')}`;
      return bad(name.slice(0, parameterNameMax), detail);
    }
    if (out.has(name)) return bad(name, 'is given more than once');
    out.set(name, value);
  }
  return E.right(out);
};

/** How many rows the page of a list has. */
const limitOf = (parameters: ReadonlyMap<string, string>): E.Either<Problem, number> => {
  const text = parameters.get('limit');
  if (text === undefined) return E.right(limitDefault);
  const limit = Number(text);
  return /^\d{1,4}$/.test(text) && limit >= 1 && limit <= limitMax
    ? E.right(limit)
    : bad('limit', `expected a whole number from 1 to ${limitMax}`);
};

/** An instant parameter, or what stands for it. */
export const instantParameter = (
  parameters: ReadonlyMap<string, string>,
  name: string,
  otherwise: Instant,
): E.Either<Problem, Instant> => {
  const text = parameters.get(name);
  if (text === undefined) return E.right(otherwise);
  const parsed = parseInstant(text);
  return E.isLeft(parsed) ? bad(name, `expected ${parsed.left}`) : parsed;
};

/** `from` and `to` of a question over time: everything by default. */
export const periodParameters = (
  parameters: ReadonlyMap<string, string>,
): E.Either<Problem, { readonly from: Instant; readonly to: Instant }> => {
  const from = instantParameter(parameters, 'from', beginning);
  if (E.isLeft(from)) return from;
  const to = instantParameter(parameters, 'to', never);
  if (E.isLeft(to)) return to;
  if (from.right >= to.right) return bad('to', 'is not after from; expected a later instant');
  return E.right({ from: from.right, to: to.right });
};

/** One of some words, if given. */
export const wordParameter = <A extends string>(
  parameters: ReadonlyMap<string, string>,
  name: string,
  words: ReadonlyArray<A>,
): E.Either<Problem, A | undefined> => {
  const text = parameters.get(name);
  if (text === undefined) return E.right(undefined);
  const word = words.find((each) => each === text);
  const best = closest(text, words);
  const hint = best === undefined ? '' : `; did you mean ${best}?`;
  return word === undefined ? bad(name, `expected one of ${words.join(', ')}${hint}`) : E.right(word);
};

const positionPattern = /^\d{1,16}$/;

/** A position parameter, if given. */
export const positionParameter = (
  parameters: ReadonlyMap<string, string>,
  name: string,
): E.Either<Problem, Position | undefined> => {
  const text = parameters.get(name);
  if (text === undefined) return E.right(undefined);
  const position = Number(text);
  return positionPattern.test(text) && Number.isSafeInteger(position)
    ? E.right(position)
    : bad(name, 'expected a position in the log, a whole number such as 1234');
};

/** The name, if some known event mentions it. */
export const knownName = (view: View, kind: NameKind, name: string): E.Either<Problem, string> =>
  view.mentions(kind, name)
    ? E.right(name)
    : E.left({
        kind: 'unknown',
        what: kind,
        detail: `no event known at this moment mentions a ${kind} of this id`,
      });

/** Where a page begins, and under which clocks all pages of a list are read. */
interface Cursor {
  readonly validAt: Instant;
  readonly knownAt: Instant;
  readonly position: Position;
  readonly after: string | number;
}

const encodeCursor = ({ validAt, knownAt, position, after }: Cursor): string =>
  Buffer.from(JSON.stringify([validAt, knownAt, position, after])).toString('base64url');

/** ECMAScript knows no instants further from the epoch, in milliseconds. */
const instantMax = 8.64e15;
const isInstant = (value: unknown): boolean =>
  Number.isInteger(value) && Math.abs(value as number) <= instantMax;
const isPosition = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const decodeCursor = (text: string): Cursor | undefined => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed) || parsed.length !== 4) return undefined;
    const [validAt, knownAt, position, after] = parsed as unknown[];
    if (!isInstant(validAt) || !isInstant(knownAt) || !isPosition(position)) return undefined;
    return typeof after === 'string' || isPosition(after)
      ? ({ validAt, knownAt, position, after } as Cursor)
      : undefined;
  } catch {
    return undefined;
  }
};

const cursorOf = (parameters: ReadonlyMap<string, string>): E.Either<Problem, Cursor | undefined> => {
  const text = parameters.get('cursor');
  if (text === undefined) return E.right(undefined);
  const cursor = decodeCursor(text);
  return cursor === undefined
    ? bad('cursor', 'expected the `next` of an answer, as it was given')
    : E.right(cursor);
};

/** A question as it was put: its clocks, its page, and its own parameters. */
export interface Asked {
  readonly clocks: Clocks;
  readonly limit: number;
  /** Where the page begins: what the page before ended with. */
  readonly after: string | number | undefined;
  readonly parameters: ReadonlyMap<string, string>;
}

/** An answer: rows, and after which the next page begins. */
export interface Answered<A = unknown> {
  readonly data: A;
  readonly after?: string | number | null;
  /** Further members of the answer, beside `data`. */
  readonly also?: Readonly<Record<string, unknown>>;
}

/** The last instant at which no more than the events up to a position was known, now where these are all. */
const knownUpTo = ({ parts }: Ledger, position: Position): Instant => {
  const { log, now } = parts;
  if (position >= log.head()) return now();
  const recordedAt = log.recordedAtOf(position);
  return recordedAt ?? (log.after(position, 1)[0]?.recordedAt ?? now()) - 1;
};

/**
 * The clocks of a question, once the projections have reached what it must know.
 *
 * @param cursor of the page before: the following pages are read under the same clocks.
 */
export const clocksOf = async (
  ledger: Ledger,
  parameters: ReadonlyMap<string, string>,
  cursor?: Cursor,
): Promise<E.Either<Problem, Clocks>> => {
  const now = ledger.parts.now();
  const minAssurance = wordParameter(parameters, 'minAssurance', Assurance.words);
  if (E.isLeft(minAssurance)) return minAssurance;
  const least = minAssurance.right ?? 'claimed';
  const validAt = instantParameter(parameters, 'validAt', now);
  if (E.isLeft(validAt)) return validAt;
  const knownAt = instantParameter(parameters, 'knownAt', now);
  if (E.isLeft(knownAt)) return knownAt;
  const knownPosition = positionParameter(parameters, 'knownPosition');
  if (E.isLeft(knownPosition)) return knownPosition;
  if (knownPosition.right !== undefined && parameters.has('knownAt')) {
    return bad('knownPosition', 'is given together with knownAt; expected one of the two');
  }
  const atLeast = positionParameter(parameters, 'atLeast');
  if (E.isLeft(atLeast)) return atLeast;

  // What an answer as known at a moment knows must be applied before it is given, or it would change later.
  const { log } = ledger.parts;
  const asKnown = cursor !== undefined || knownPosition.right !== undefined || parameters.has('knownAt');
  const position =
    cursor?.position ??
    knownPosition.right ??
    (asKnown ? log.lastKnownBy(knownAt.right) : Number.MAX_SAFE_INTEGER);
  const needed = Math.max(atLeast.right ?? 0, asKnown ? Math.min(position, log.head()) : 0);
  if (ledger.isBuilding() && !(await ledger.reached(log.head()))) {
    const detail = 'the projections are being rebuilt from the log; ask again later';
    return E.left({ kind: 'unavailable', detail, retryAfterMs: ledger.parts.waitMs });
  }
  if (!(await ledger.reached(needed))) {
    const { position: reached } = ledger.state();
    const detail = `the projections have reached position ${reached}, not yet ${needed}; ask again later`;
    return E.left({ kind: 'unavailable', detail, retryAfterMs: ledger.parts.waitMs });
  }
  const known = Math.min(position, ledger.checkpoint());
  return E.right({
    validAt: cursor?.validAt ?? validAt.right,
    knownAt: cursor?.knownAt ?? (parameters.has('knownAt') ? knownAt.right : knownUpTo(ledger, known)),
    position: known,
    minAssurance: least,
  });
};

/** The clocks as an answer echoes them. */
export const wireClocks = ({ validAt, knownAt, position }: Clocks) => ({
  validAt: formatInstant(validAt),
  knownAt: formatInstant(knownAt),
  position: String(position),
});

/** The clocks of an answer about the ledger itself: as it is now, by all that its projections know. */
export const wireClocksNow = (ledger: Ledger) => {
  const { position } = ledger.state();
  return {
    validAt: formatInstant(ledger.parts.now()),
    knownAt: formatInstant(knownUpTo(ledger, position)),
    position: String(position),
  };
};

/**
 * Reads the parameters of a question, and waits for what it must know.
 *
 * @param also the question's own parameters.
 */
export const askedOf = async (
  context: Context,
  ledger: Ledger,
  also: ReadonlyArray<string>,
): Promise<E.Either<Problem, Asked>> => {
  const parameters = parametersOf(context, [...commonParameters, ...also]);
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
  context: Context,
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
  context: Context,
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
  context: Context,
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
  context: Context,
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

/** A page of rows that are all at hand. */
export const pageOf = <A>(rows: ReadonlyArray<A>, { after, limit }: Asked): Answered<ReadonlyArray<A>> => {
  const start = typeof after === 'number' ? after : 0;
  const end = start + limit;
  return { data: rows.slice(start, end), after: end < rows.length ? end : null };
};
