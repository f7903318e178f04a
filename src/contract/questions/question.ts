/** The common parameters of questions, and how parameters are read: each at most once, known and valid. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type * as t from 'io-ts';
import { closest } from '../../domain/events/closest.ts';
import { type ExactCodec, exact } from '../../domain/events/codec.ts';
import { type Fault, faultsOf } from '../../domain/events/fault.ts';
import { Assurance } from '../../domain/events/words.ts';
import { beginning, type Instant, never } from '../../domain/time/instant.ts';
import type { Interval } from '../../domain/time/interval.ts';
import type { Problem } from '../problem.ts';
import {
  cursor,
  instant,
  limit,
  limitDefault,
  limitMax,
  type Parameter,
  position,
  word,
} from './parameter.ts';

// biome-ignore lint/suspicious/noExplicitAny: a parameter of whatever value, as `t.Mixed` is in io-ts
export type Parameters = Readonly<Record<string, Parameter<any, unknown>>>;

type Decoded<P extends Parameters> = { readonly [K in keyof P]?: t.TypeOf<P[K]> };

/** For parameters that callers might expect: why the question does not take them, and what to use instead. */
type Elsewhere = Readonly<Record<string, string>>;

/** The parameters of a question: a codec of objects, with the single parameters for the API description. */
export interface Question<P extends Parameters> extends ExactCodec<Decoded<P>, unknown> {
  readonly parameters: P;
  readonly elsewhere: Elsewhere;
}

/** The codec of a question whose decoded parameters are of this type. */
export interface QuestionOf<Q> extends t.Type<Q, unknown, unknown> {
  readonly parameters: Parameters;
  readonly elsewhere: Elsewhere;
}

/** The decoded parameters of a question. */
export type ParametersOf<Q> = Q extends Question<infer P> ? Decoded<P> : never;

/** The parameters of a question for callers in code. */
export type GivenFor<Q> =
  Q extends Question<infer P>
    ? { readonly [K in keyof P]?: (P[K] extends { readonly given?: infer G } ? G : never) | undefined }
    : never;

/**
 * A question with these parameters. `check` reports faults that involve several of them; `elsewhere` suggests
 * alternatives to expected but missing parameters.
 */
export const question = <P extends Parameters>(
  parameters: P,
  check?: (decoded: Decoded<P>) => ReadonlyArray<Fault>,
  elsewhere: Elsewhere = {},
): Question<P> => {
  const codec: ExactCodec<Decoded<P>, unknown> = exact<Record<never, never>, P>(
    'this question',
    {},
    parameters,
    check,
  );
  return Object.assign(codec, { parameters, elsewhere });
};

/** The clocks of a question, the required assurance, and the required freshness of the answer. */
export const clockParameters = {
  /** The valid time. Default: now. */
  validAt: instant(
    'The valid time to ask about: an RFC 3339 date-time or date (its first instant, UTC). Default: now.',
  ),
  /** The known time, not in the future. Default: the latest. */
  knownAt: instant(
    'Answer as known at this time, not in the future: an RFC 3339 date-time or date. Default: the latest.',
  ),
  /** The known time as a position in the log, instead of `knownAt`. */
  knownPosition: position(
    'As known at this position in the log, instead of knownAt. A position beyond the last event means the latest.',
  ),
  /** Leaves out events with less assurance. */
  minAssurance: word(Assurance.words)(
    'Leaves out events with less assurance: claimed (default), observed, verified.',
  ),
  /** A position that the answer must have reached: that of a write, to read its effect. */
  atLeast: position('The answer waits until the projections have reached this position.'),
};

export type ClockParameters = Decoded<typeof clockParameters>;

/** The parameters of every question. */
export const commonParameters = {
  ...clockParameters,
  /** Rows of a page: 1 to 1,000. */
  limit: limit(`Rows of a page: 1 to ${limitMax}, default ${limitDefault}.`),
  /** The `next` of the previous answer. */
  cursor: cursor('The `next` of the previous answer.'),
};

export const periodParameters = {
  /** The period begins at this instant. Default: the beginning. */
  from: instant('The period begins at this instant. Default: the beginning.'),
  /** The period ends before this instant. Default: never. */
  to: instant('The period ends before this instant. Default: never.'),
};

/** Reports a fault if both known clocks are given. */
export const checkClocks = (given: {
  readonly knownAt?: Instant;
  readonly knownPosition?: number;
}): ReadonlyArray<Fault> =>
  given.knownAt === undefined || given.knownPosition === undefined
    ? []
    : [{ pointer: '/knownPosition', message: 'cannot be combined with knownAt; expected one of the two' }];

/** The period of a question; everything by default. */
export const periodOf = ({
  from = beginning,
  to = never,
}: {
  readonly from?: Instant;
  readonly to?: Instant;
}): Interval => ({ from, to });

/** Whether a question has a period instead of a moment. */
export const isOverPeriod = ({ from, to }: { readonly from?: Instant; readonly to?: Instant }): boolean =>
  from !== undefined || to !== undefined;

/** The period of a question that has one, otherwise the moment `at`. */
export const periodOrMoment = (
  parameters: { readonly from?: Instant; readonly to?: Instant },
  at: Instant,
): Interval => (isOverPeriod(parameters) ? periodOf(parameters) : { from: at, to: at + 1 });

const checkPeriod = (given: { readonly from?: Instant; readonly to?: Instant }): ReadonlyArray<Fault> => {
  const { from, to } = periodOf(given);
  return from < to ? [] : [{ pointer: '/to', message: 'is not after from; expected a later instant' }];
};

/** A question with its own and the common parameters. */
export const questionWith = <P extends Parameters>(
  own: P,
  check: (decoded: Decoded<typeof commonParameters & P>) => ReadonlyArray<Fault> = () => [],
): Question<typeof commonParameters & P> =>
  question<typeof commonParameters & P>({ ...commonParameters, ...own }, (decoded) => [
    ...checkClocks(decoded as Decoded<typeof commonParameters>),
    ...check(decoded),
  ]);

/** A question over a period with its own and the common parameters. */
export const questionOverPeriod = <P extends Parameters>(
  own: P,
  check: (
    decoded: Decoded<typeof commonParameters & typeof periodParameters & P>,
  ) => ReadonlyArray<Fault> = () => [],
): Question<typeof commonParameters & typeof periodParameters & P> =>
  questionWith<typeof periodParameters & P>({ ...periodParameters, ...own }, (decoded) => [
    ...checkPeriod(decoded as Decoded<typeof periodParameters>),
    ...check(decoded),
  ]);

/** A question with only the common parameters. */
export const PlainQuestion = questionWith({});
export type PlainQuestion = ParametersOf<typeof PlainQuestion>;

/** A question over a period. */
export const PeriodQuestion = questionOverPeriod({});
export type PeriodQuestion = ParametersOf<typeof PeriodQuestion>;

/** A refusal that names the parameter. */
export const invalidParameter = (parameter: string, detail: string): E.Either<Problem, never> =>
  E.left({ kind: 'bad-parameter', parameter, detail: `${parameter}: ${detail}` });

/** How much of an unknown parameter's name to repeat, in characters. */
const parameterNameMax = 64;

/** The parameters of a query: each once and known. */
const textsOf = (
  query: URLSearchParams,
  known: ReadonlyArray<string>,
  elsewhere: Elsewhere,
): E.Either<Problem, Readonly<Record<string, string>>> => {
  const texts = new Map<string, string>();
  for (const [name, value] of query) {
    if (!known.includes(name)) {
      if (Object.hasOwn(elsewhere, name)) return invalidParameter(name, elsewhere[name]!);
      const best = closest(name, known);
      const hint = best === undefined ? '.' : `; did you mean ${best}?`;
      const detail = `is not a parameter of this question${hint} It takes ${known.join(', ')}`;
      return invalidParameter(name.slice(0, parameterNameMax), detail);
    }
    if (texts.has(name)) return invalidParameter(name, 'is given more than once');
    texts.set(name, value);
  }
  return E.right(Object.fromEntries(texts));
};

/** The problem for the first fault; it names the parameter. */
const problemOf = (errors: t.Errors): Problem => {
  const [{ pointer, message }] = faultsOf(errors) as [Fault];
  const parameter = pointer.slice(1);
  return { kind: 'bad-parameter', parameter, detail: `${parameter}: ${message}` };
};

/** Reads the parameters of a question from a query. */
export const readQuestion = <Q>(asked: QuestionOf<Q>, query: URLSearchParams): E.Either<Problem, Q> =>
  pipe(
    textsOf(query, Object.keys(asked.parameters), asked.elsewhere),
    E.flatMap((texts) => pipe(asked.decode(texts), E.mapLeft(problemOf))),
  );
