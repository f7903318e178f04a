/**
 * What wraps the rows of an answer, and answers that have no rows. The rows are in `rows/`.
 */
import * as t from 'io-ts';
import { exact, list, nullable } from '../domain/events/codec.ts';

/** Up to when a source has vouched that it told everything (R22); null if it never did. */
export const HeardUntil = exact('HeardUntil', { source: t.string, upTo: nullable(t.string) }, {});
export type HeardUntil = t.TypeOf<typeof HeardUntil>;

/**
 * What an answer is about: when it was true, as known when, and the last position it knew. `knownNothing`: the known clock
 * stands before the first event, when nothing was known. `heardUntil`: for each source behind the answer, and for each
 * that is known to tell of its sites, up to when it has vouched.
 */
export const Clocks = exact(
  'Clocks',
  { validAt: t.string, knownAt: t.string, position: t.string },
  { knownNothing: t.literal(true), heardUntil: list(HeardUntil) },
);
export type Clocks = t.TypeOf<typeof Clocks>;

/**
 * What the author of a policy should know: a rule that never fires, a policy that forbids nothing. `line` and `column`
 * are those of its text, null if it is about the whole; `index` is the place of its event in what was sent.
 */
export const PolicyWarning = exact(
  'PolicyWarning',
  { rule: nullable(t.string), line: nullable(t.number), column: nullable(t.number), message: t.string },
  { index: t.number },
);
export type PolicyWarning = t.TypeOf<typeof PolicyWarning>;

/** The answer to a question. `next` is the cursor of the next page, or null. */
export interface Answer<A> {
  readonly clocks: Clocks;
  readonly data: A;
  readonly next: string | null;
  /** It is not all: a limit was met. Ask for less, such as one party, a shorter period or fewer filters. */
  readonly limitMet?: boolean;
  /** Filters of the log that no known event matches by themselves: probably misspelt. */
  readonly matchingNothing?: ReadonlyArray<string>;
  /** Of a policy that is tried: what its author should know. */
  readonly warnings?: ReadonlyArray<PolicyWarning>;
}

/** The codec of an answer with this data. */
export const answerOf = <A>(data: t.Type<A, unknown, unknown>): t.Type<Answer<A>, unknown, unknown> =>
  exact(
    'Answer',
    { clocks: Clocks, data, next: nullable(t.string) },
    { limitMet: t.boolean, matchingNothing: list(t.string), warnings: list(PolicyWarning) },
  ) as t.Type<Answer<A>, unknown, unknown>;

/** The codec of an answer that is a list of such rows. */
export const listAnswerOf = <A>(row: t.Type<A, unknown, unknown>) => answerOf<ReadonlyArray<A>>(list(row));

/** What recording did: `position` is the last one of what was sent. `warnings`: about the policies in it, if there are any. */
export const Recorded = exact(
  'Recorded',
  { recorded: t.number, duplicates: t.number, position: t.string },
  {
    warnings: list(PolicyWarning),
    /** With `Prefer: wait`: which events of the body do not fit the others, by their places in it (R1). */
    discrepancies: list(
      exact('WriteDiscrepancy', { index: t.number, code: t.string, message: t.string }, {}),
    ),
  },
);
export type Recorded = t.TypeOf<typeof Recorded>;

/** Whether the ledger is ready for questions, and how far its projections are behind its log. */
export const Readiness = exact(
  'Readiness',
  {
    status: t.string,
    head: t.string,
    position: t.string,
    lag: t.number,
    caughtUp: t.boolean,
    generation: t.number,
    setAside: list(exact('SetAside', { event: t.string, reason: t.string }, {})),
  },
  {
    failure: t.string,
    /** Why nothing is recorded until somebody mends the log on KurrentDB. */
    storeFailure: t.string,
    vaultFailure: t.string,
    /** What the checks of the files found damaged. */
    damage: t.string,
    /** The check of the files while they serve: what is being checked, in rows, and when the last one ended. */
    filesCheck: exact(
      'FilesCheck',
      {
        running: nullable(exact('RunningCheck', { file: t.string, done: t.number, of: t.number }, {})),
        checkedAt: nullable(t.string),
      },
      {},
    ),
    /** The checkpoint that is served: its size in events, and its age. Null before the first. */
    checkpoint: nullable(exact('ReadyCheckpoint', { size: t.number, ageMs: t.number }, {})),
    /** The witnesses of the log: the size that each cosigned last, and how long ago. */
    witnesses: list(
      exact(
        'ReadyWitness',
        { name: t.string, size: nullable(t.number), ageMs: nullable(t.number), failure: nullable(t.string) },
        {},
      ),
    ),
    /** The witnessed checkpoint: its size, and how long ago it was last cosigned. Null before the first. */
    witnessed: nullable(exact('ReadyWitnessed', { size: t.number, ageMs: t.number }, {})),
    /** Why nothing is signed and recorded any more. */
    integrityFailure: t.string,
  },
);
export type Readiness = t.TypeOf<typeof Readiness>;
