/**
 * The client of Domicile's HTTP API, used by services, the console and the command line. It only needs `fetch`, so
 * it runs in Node and in browsers. Answers are decoded; errors are tagged values.
 *
 * @example const ledger = createClient({ url: 'http://127.0.0.1:8484' }); const answer = await
 * ledger.subjects.residency('ana', { validAt: '2022-06-30' });
 */
import * as E from 'fp-ts/lib/Either.js';
import { Readiness } from '../contract/answers.ts';
import { DiscrepancyRow } from '../contract/rows/events.ts';
import { TransferRow } from '../contract/rows/movements.ts';
import { ReadRow } from '../contract/rows/reads.ts';
import { askingOf } from './asking.ts';
import { type ClientError, ClientFailure } from './errors.ts';
import { eventCalls } from './event-calls.ts';
import { logCalls } from './log-calls.ts';
import { loginCalls } from './login-calls.ts';
import { policyCalls } from './policy-calls.ts';
import type { DiscrepanciesQuestion, PeriodQuestion, Question } from './questions.ts';
import { registryCalls } from './registry-calls.ts';
import { replayCalls } from './replay-calls.ts';
import type { Reply, RequestOptions, Rows } from './reply.ts';
import { reportCalls } from './report-calls.ts';
import { patiently, type RetryPolicy } from './retry.ts';
import { subjectCalls } from './subject-calls.ts';
import { ask, type Fetch, type Target } from './transport.ts';

export type {
  Answer,
  Clocks,
  PolicyWarning,
  Readiness,
  Recorded,
} from '../contract/answers.ts';
export type { BodyFault, ProblemDetails } from '../contract/problem.ts';
export type { Replay } from '../contract/replays.ts';
export type { PolicyDraft } from '../contract/simulations.ts';
export {
  type PolicyTemplate,
  policyOfTemplate,
  policyTemplates,
  type TemplatedPolicy,
} from '../domain/policy/templates.ts';
export type { EmitFailure, EmitOptions, EmitProgress, StreamOptions } from './emit.ts';
export { type ClientError, ClientFailure, sentenceOf, sentenceOfFault } from './errors.ts';
export type { EventInput, EventInputOf } from './event-input.ts';
export { everyRow } from './pages.ts';
export type {
  AffectedQuestion,
  BackupQuestion,
  DiffQuestion,
  EventFilter,
  EvidenceQuestion,
  FindingQuestion,
  HoldingQuestion,
  OverPeriodQuestion,
  Question,
} from './questions.ts';
export type { Reply, RequestOptions, Rows } from './reply.ts';
export { patiently, type RetryPolicy } from './retry.ts';
export type { Fetch } from './transport.ts';

export interface ClientOptions {
  /** The address of the ledger, such as `http://127.0.0.1:8484`. */
  readonly url: string;
  /** A key (`dom_…`) or an OIDC token. */
  readonly token?: string | undefined;
  /** Whether to request pseudonyms even if the key may see identifiers. */
  readonly pseudonyms?: boolean | undefined;
  readonly fetch?: Fetch | undefined;
  /** How recording and following are retried after a lost response. Questions are sent once. */
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** A client of one ledger. */
export type Client = ReturnType<typeof createClient>;

/** Creates a client. It opens no connection before its first call. */
export const createClient = ({
  url,
  token,
  pseudonyms = false,
  fetch = globalThis.fetch,
  retry,
}: ClientOptions) => {
  // A browser's `fetch` must be called as a method of the window.
  const target: Target = { url, token, pseudonyms, fetch: (request) => fetch(request) };
  const policy: RetryPolicy = { ...patiently, ...retry };

  const asking = askingOf(target, policy);

  return {
    url,
    /** The log: recording, reading, following. */
    events: eventCalls(asking),
    /** Questions about one person's data. */
    subjects: subjectCalls(asking),
    ...registryCalls(asking),
    ...policyCalls(asking),

    /** Movements, copies and backups between countries. */
    transfers: (question?: PeriodQuestion, options?: RequestOptions): Rows<TransferRow> =>
      asking.rows(TransferRow)(['transfers'], question, options),

    /** Events with discrepancies. */
    discrepancies: (question?: DiscrepanciesQuestion, options?: RequestOptions): Rows<DiscrepancyRow> =>
      asking.rows(DiscrepancyRow)(['discrepancies'], question, options),

    /** Who asked about whom, oldest first. */
    reads: (
      question?: Question & { readonly subject?: string | undefined },
      options?: RequestOptions,
    ): Rows<ReadRow> => asking.rows(ReadRow)(['reads'], question, options),

    /** Reports for authorities. */
    reports: reportCalls(asking),
    /** Rebuilding the projections from the log. */
    replays: replayCalls(asking),
    /** Verification of the log: C2SP tlog-checkpoint, tlog-proof. */
    log: logCalls(asking),

    login: loginCalls(asking),

    health: {
      /** Whether it is ready for questions, with its progress in either case. */
      ready: ({ signal }: RequestOptions = {}): Reply<Readiness> =>
        ask(target, { path: ['readyz'], signal }, Readiness, [503]),
    },
  };
};

/** Converts an outcome for code that uses exceptions. Throws a `ClientFailure`. */
export const orThrow = <A>(outcome: E.Either<ClientError, A>): A => {
  if (E.isRight(outcome)) return outcome.right;
  throw new ClientFailure(outcome.left);
};
