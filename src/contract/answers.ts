/** The envelope of answers, and answers without rows. The rows are in `rows/`. */
import * as t from 'io-ts';
import { exact, list, nullable } from '../domain/events/codec.ts';

/** The instant up to which a source has vouched to be complete (R22); null if it never vouched. */
export const HeardUntil = exact('HeardUntil', { source: t.string, upTo: nullable(t.string) }, {});
export type HeardUntil = t.TypeOf<typeof HeardUntil>;

/**
 * The clocks of an answer: valid time, known time, and the last known position. `knownNothing`: the known time is
 * before the first event. `heardUntil`: how far each source behind the answer, and each that reports on its sites,
 * has vouched.
 */
export const Clocks = exact(
  'Clocks',
  { validAt: t.string, knownAt: t.string, position: t.string },
  { knownNothing: t.literal(true), heardUntil: list(HeardUntil) },
);
export type Clocks = t.TypeOf<typeof Clocks>;

/**
 * A warning for a policy's author: a rule that never fires, a policy that forbids nothing. `line` and `column`
 * refer to its text, or are null for the whole text; `index` is the place of its event in the request.
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
  /**
   * The answer is incomplete because it reached a limit. Ask for less: one party, a shorter period or fewer
   * filters.
   */
  readonly limitMet?: boolean;
  /** Filters of the log that no known event matches, even alone: probably misspelt. */
  readonly matchingNothing?: ReadonlyArray<string>;
  /** Warnings about a simulated policy. */
  readonly warnings?: ReadonlyArray<PolicyWarning>;
}

/** The codec of an answer with this data. */
export const answerOf = <A>(data: t.Type<A, unknown, unknown>): t.Type<Answer<A>, unknown, unknown> =>
  exact(
    'Answer',
    { clocks: Clocks, data, next: nullable(t.string) },
    { limitMet: t.boolean, matchingNothing: list(t.string), warnings: list(PolicyWarning) },
  ) as t.Type<Answer<A>, unknown, unknown>;

/** The codec of an answer with a list of such rows. */
export const listAnswerOf = <A>(row: t.Type<A, unknown, unknown>) => answerOf<ReadonlyArray<A>>(list(row));

/** The result of recording. `position` is that of the last event sent; `warnings` are about its policies. */
export const Recorded = exact(
  'Recorded',
  { recorded: t.number, duplicates: t.number, position: t.string },
  {
    warnings: list(PolicyWarning),
    /** With `Prefer: wait`: the events of the body with discrepancies, by their places in it (R1). */
    discrepancies: list(
      exact('WriteDiscrepancy', { index: t.number, code: t.string, message: t.string }, {}),
    ),
  },
);
export type Recorded = t.TypeOf<typeof Recorded>;

/** A witness: the size that it cosigned last, how long ago, and why it does not cosign at present. */
const ReadyWitness = exact(
  'ReadyWitness',
  { name: t.string, size: nullable(t.number), ageMs: nullable(t.number), failure: nullable(t.string) },
  {},
);
const ReadyWitnessed = exact('ReadyWitnessed', { size: t.number, ageMs: t.number }, {});

/** Whether the ledger is ready for questions, and how far its projections lag behind its log. */
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
    /** Why nothing is recorded until an operator repairs the log on KurrentDB. */
    storeFailure: t.string,
    vaultFailure: t.string,
    /** The damage found by checks of the files. */
    damage: t.string,
    /** The check of the files while serving: its progress in rows, and when the last one ended. */
    filesCheck: exact(
      'FilesCheck',
      {
        running: nullable(exact('RunningCheck', { file: t.string, done: t.number, of: t.number }, {})),
        checkedAt: nullable(t.string),
      },
      {},
    ),
    /** The served checkpoint: its size in events, and its age. Null before the first. */
    checkpoint: nullable(exact('ReadyCheckpoint', { size: t.number, ageMs: t.number }, {})),
    /** The witnesses of the log: the size that each last cosigned, and how long ago. */
    witnesses: list(ReadyWitness),
    /** The witnessed checkpoint: its size, and how long ago it was last cosigned. Null before the first. */
    witnessed: nullable(ReadyWitnessed),
    /** The same for the sealed index, whose sizes count stretches. `stop` says why sealing has stopped. */
    index: exact(
      'ReadyIndex',
      { witnesses: list(ReadyWitness), witnessed: nullable(ReadyWitnessed), stop: nullable(t.string) },
      {},
    ),
    /** Why signing and recording have stopped. */
    integrityFailure: t.string,
  },
);
export type Readiness = t.TypeOf<typeof Readiness>;
