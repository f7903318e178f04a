/**
 * The query parameters of questions: what each may be, and what is answered to one that is something else.
 */
import * as E from 'fp-ts/lib/Either.js';
import { closest } from '../domain/events/closest.ts';
import { beginning, type Instant, never, parseInstant } from '../domain/time/instant.ts';
import type { Problem } from './problem.ts';

const limitDefault = 100;
const limitMax = 1_000;

/** Parameters about the clocks, the attestation and the freshness of an answer. */
export const clockParameters = ['validAt', 'knownAt', 'knownPosition', 'minAssurance', 'atLeast'];
/** Parameters that every question takes. */
export const commonParameters = [...clockParameters, 'limit', 'cursor'];

/** A refusal that names the parameter. */
export const badParameter = (parameter: string, detail: string): E.Either<Problem, never> =>
  E.left({ kind: 'bad-parameter', parameter, detail: `${parameter}: ${detail}` });

/** Characters of an unknown parameter's name that are said back. */
const parameterNameMax = 64;

/** How many rows the page of a list has. */
export const limitOf = (parameters: ReadonlyMap<string, string>): E.Either<Problem, number> => {
  const text = parameters.get('limit');
  if (text === undefined) return E.right(limitDefault);
  const limit = Number(text);
  return /^\d{1,4}$/.test(text) && limit >= 1 && limit <= limitMax
    ? E.right(limit)
    : badParameter('limit', `expected a whole number from 1 to ${limitMax}`);
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
  return E.isLeft(parsed) ? badParameter(name, `expected ${parsed.left}`) : parsed;
};

/** `from` and `to` of a question over time: everything by default. */
export const periodParameters = (
  parameters: ReadonlyMap<string, string>,
): E.Either<Problem, { readonly from: Instant; readonly to: Instant }> => {
  const from = instantParameter(parameters, 'from', beginning);
  if (E.isLeft(from)) return from;
  const to = instantParameter(parameters, 'to', never);
  if (E.isLeft(to)) return to;
  if (from.right >= to.right) return badParameter('to', 'is not after from; expected a later instant');
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
  return word === undefined
    ? badParameter(name, `expected one of ${words.join(', ')}${hint}`)
    : E.right(word);
};

const positionPattern = /^\d{1,16}$/;

/** A position parameter, if given. */
export const positionParameter = (
  parameters: ReadonlyMap<string, string>,
  name: string,
): E.Either<Problem, number | undefined> => {
  const text = parameters.get(name);
  if (text === undefined) return E.right(undefined);
  const position = Number(text);
  return positionPattern.test(text) && Number.isSafeInteger(position)
    ? E.right(position)
    : badParameter(name, 'expected a position in the log, a whole number such as 1234');
};

/** A version of a policy, if given. */
export const versionParameter = (
  parameters: ReadonlyMap<string, string>,
  name: string,
): E.Either<Problem, number | undefined> => {
  const text = parameters.get(name);
  if (text === undefined) return E.right(undefined);
  return /^[1-9]\d{0,8}$/.test(text)
    ? E.right(Number(text))
    : E.left({
        kind: 'bad-parameter',
        parameter: name,
        detail: `${name}: expected a version, a whole number from 1 on`,
      });
};

/** The query parameters of a request: each once, none but these. */
export const parametersOf = (
  given: URLSearchParams,
  known: ReadonlyArray<string>,
): E.Either<Problem, ReadonlyMap<string, string>> => {
  const out = new Map<string, string>();
  for (const [name, value] of given) {
    if (!known.includes(name)) {
      const best = closest(name, known);
      const hint = best === undefined ? '.' : `; did you mean ${best}?`;
      const detail = `is not a parameter of this question${hint} It takes ${known.join(', ')}`;
      return badParameter(name.slice(0, parameterNameMax), detail);
    }
    if (out.has(name)) return badParameter(name, 'is given more than once');
    out.set(name, value);
  }
  return E.right(out);
};
