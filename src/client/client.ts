/**
 * The client of Domicile's HTTP API: what services, the console and the command line use. It needs `fetch` and
 * nothing else, so it runs in Node and in browsers. Answers are decoded; what goes wrong is a tagged value.
 *
 * @example
 * const ledger = createClient({ url: 'http://127.0.0.1:8484' });
 * const answer = await ledger.subjects.residency('ana', { validAt: '2022-06-30' });
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
  /** Wants people by their pseudonyms, though the key may see who they are. */
  readonly pseudonyms?: boolean | undefined;
  readonly fetch?: Fetch | undefined;
  /** How recording and following are repeated when an answer is lost. Questions are asked once. */
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** A client of one ledger. */
export type Client = ReturnType<typeof createClient>;

/** Makes a client. It opens no connection before it is used. */
export const createClient = ({
  url,
  token,
  pseudonyms = false,
  fetch = globalThis.fetch,
  retry,
}: ClientOptions) => {
  // `fetch` of browsers insists on being called as a function of the window.
  const target: Target = { url, token, pseudonyms, fetch: (request) => fetch(request) };
  const policy: RetryPolicy = { ...patiently, ...retry };

  const asking = askingOf(target, policy);

  return {
    url,
    /** The log: recording, reading, following. */
    events: eventCalls(asking),
    /** What became of one person's data. */
    subjects: subjectCalls(asking),
    ...registryCalls(asking),
    ...policyCalls(asking),

    /** Movements, copies and backups between countries. */
    transfers: (question?: PeriodQuestion, options?: RequestOptions): Rows<TransferRow> =>
      asking.rows(TransferRow)(['transfers'], question, options),

    /** Events that do not fit the others. */
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
    /** What others can check of the log: C2SP tlog-checkpoint, tlog-proof. */
    log: logCalls(asking),

    login: loginCalls(asking),

    health: {
      /** Whether it is ready for questions; also where it is not, it says how far it is. */
      ready: ({ signal }: RequestOptions = {}): Reply<Readiness> =>
        ask(target, { path: ['readyz'], signal }, Readiness, [503]),
    },
  };
};

/** The value, for those who work with exceptions. Throws a `ClientFailure`. */
export const orThrow = <A>(outcome: E.Either<ClientError, A>): A => {
  if (E.isRight(outcome)) return outcome.right;
  throw new ClientFailure(outcome.left);
};
