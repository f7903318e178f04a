/**
 * The client of Domicile's HTTP API: what services, the console and the command line use. It needs `fetch` and
 * nothing else, so it runs in Node and in browsers. Answers are decoded; what goes wrong is a tagged value.
 *
 * @example
 * const ledger = createClient({ url: 'http://127.0.0.1:8484' });
 * const answer = await ledger.subjects.residency('ana', { validAt: '2022-06-30' });
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { type Answer, answerOf, Readiness, type Recorded } from '../contract/answers.ts';
import { Replay, ReplayList, type ReplayRequest } from '../contract/replays.ts';
import { DiscrepancyRow, EventDetail, TrailRow, WireEvent } from '../contract/rows/events.ts';
import {
  type CheckpointRow,
  CheckpointsAnswer,
  MerkleLogAnswer,
  type MerkleLogRow,
} from '../contract/rows/integrity.ts';
import { Lineage, TransferRow } from '../contract/rows/movements.ts';
import { FindingRow, PolicyRow, WireDifference } from '../contract/rows/policy.ts';
import { PartyReachRow, ReachRow, SimulatedReachRow, WireCut, WirePartyCut } from '../contract/rows/reach.ts';
import { ReadRow } from '../contract/rows/reads.ts';
import { DatasetRow, PartyRow, PopulationRow, SiteRow } from '../contract/rows/registry.ts';
import { HistoryRow, ResidencyRow, SiteHoldingRow } from '../contract/rows/residency.ts';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import { list } from '../domain/events/codec.ts';
import {
  type EmitFailure,
  type EmitOptions,
  type EmitProgress,
  post,
  type StreamOptions,
  stream,
} from './emit.ts';
import { type ClientError, ClientFailure } from './errors.ts';
import type { EventInput } from './event-input.ts';
import { follow } from './follow.ts';
import { chunksOfBytes, chunksOfLines } from './ndjson-chunks.ts';
import type {
  DiffQuestion,
  EventFilter,
  FindingQuestion,
  HoldingQuestion,
  PartyReachQuestion,
  PeriodQuestion,
  Question,
  ReachQuestion,
} from './questions.ts';
import { patiently, type RetryPolicy } from './retry.ts';
import { ask, askText, type Call, type Fetch, type Query, type Target, tell } from './transport.ts';

export type {
  Answer,
  Clocks,
  PolicyWarning,
  Readiness,
  Recorded,
} from '../contract/answers.ts';
export type { BodyFault, ProblemDetails } from '../contract/problem.ts';
export type { Replay } from '../contract/replays.ts';
export type { EmitFailure, EmitOptions, EmitProgress, StreamOptions } from './emit.ts';
export { type ClientError, ClientFailure, sentenceOf } from './errors.ts';
export type { EventInput, EventInputOf } from './event-input.ts';
export type { DiffQuestion, EventFilter, FindingQuestion, HoldingQuestion, Question } from './questions.ts';
export { patiently, type RetryPolicy } from './retry.ts';
export type { Fetch } from './transport.ts';

/** A policy that is tried before it is adopted. */
export interface PolicyDraft {
  readonly policy: string;
  readonly cedar: string;
  readonly effectiveFrom: string;
  readonly effectiveUntil?: string;
}

/** What a request can be given besides its question. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What comes of a request. */
export type Reply<A> = Promise<E.Either<ClientError, A>>;

/** What comes of a question with a list for an answer. */
export type Rows<A> = Reply<Answer<ReadonlyArray<A>>>;

export interface ClientOptions {
  /** The address of the ledger, such as `http://127.0.0.1:8484`. */
  readonly url: string;
  /** A key (`dom_…`) or an OIDC token. */
  readonly token?: string | undefined;
  readonly fetch?: Fetch | undefined;
  /** How recording and following are repeated when an answer is lost. Questions are asked once. */
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/** A client of one ledger. */
export type Client = ReturnType<typeof createClient>;

/** Makes a client. It opens no connection before it is used. */
export const createClient = ({ url, token, fetch = globalThis.fetch, retry }: ClientOptions) => {
  // `fetch` of browsers insists on being called as a function of the window.
  const target: Target = { url, token, fetch: (request) => fetch(request) };
  const policy: RetryPolicy = { ...patiently, ...retry };

  const asking =
    <A>(data: t.Type<A, unknown, unknown>) =>
    (path: ReadonlyArray<string>, query: object = {}, { signal }: RequestOptions = {}): Reply<Answer<A>> =>
      ask(target, { path: ['v1', ...path], query: query as Query, signal }, answerOf(data));

  const rows = <A>(row: t.Type<A, unknown, unknown>) => asking<ReadonlyArray<A>>(list(row));

  /** A list of things that are registered, and one of them by its id. */
  const registry = <A>(plural: string, row: t.Type<A, unknown, unknown>) => ({
    list: (question?: Question, options?: RequestOptions): Rows<A> => rows(row)([plural], question, options),
    get: (id: string, question?: Question, options?: RequestOptions): Reply<Answer<A>> =>
      asking(row)([plural, id], question, options),
  });

  const health = <A>(path: string, codec: t.Type<A, unknown, unknown>, options: RequestOptions = {}) =>
    ask(target, { path: [path], signal: options.signal } satisfies Call, codec, [503]);

  return {
    url,

    /** The log: recording, reading, following. */
    events: {
      /** Records one event. */
      emit: (event: EventInput, options?: EmitOptions): Reply<Recorded> =>
        post(target, policy, 'application/cloudevents+json', JSON.stringify(event), options),
      /** Records up to 1,000 events, all or none. */
      emitBatch: (events: ReadonlyArray<EventInput>, options?: EmitOptions): Reply<Recorded> =>
        post(target, policy, 'application/cloudevents-batch+json', JSON.stringify(events), options),
      /** Records any number of events, or lines of NDJSON, in order; each chunk of 1,000 is atomic. */
      emitStream: (
        events: AsyncIterable<EventInput | string> | Iterable<EventInput | string>,
        options?: StreamOptions,
      ): Promise<E.Either<EmitFailure, EmitProgress>> =>
        stream(target, policy, chunksOfLines(events), options),
      /** The same for NDJSON as it comes from a file or a socket. */
      emitBytes: (
        bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
        options?: StreamOptions,
      ): Promise<E.Either<EmitFailure, EmitProgress>> =>
        stream(target, policy, chunksOfBytes(bytes), options),
      /** The log, oldest first. */
      list: (question?: Question & EventFilter, options?: RequestOptions): Rows<WireEvent> =>
        rows(WireEvent)(['events'], question, options),
      /** One event with what does not fit, and what corrected or retracted it. */
      get: (position: string, question?: Question, options?: RequestOptions): Reply<Answer<EventDetail>> =>
        asking(EventDetail)(['events', position], question, options),
      /** The log from a position on, and then live, until the signal aborts. */
      follow: (filter: EventFilter = {}, { signal }: RequestOptions = {}) =>
        follow(target, policy, { path: ['v1', 'events'], query: filter as Query, signal }, WireEvent),
    },

    /** What became of one person's data. */
    subjects: {
      /** Where it is at `validAt`. */
      residency: (subject: string, question?: Question, options?: RequestOptions): Rows<ResidencyRow> =>
        rows(ResidencyRow)(['subjects', subject, 'residency'], question, options),
      /** Where it was, over time. */
      history: (subject: string, question?: PeriodQuestion, options?: RequestOptions): Rows<HistoryRow> =>
        rows(HistoryRow)(['subjects', subject, 'history'], question, options),
      /** Every event that touched it or its reach, and why. */
      trail: (subject: string, question?: Question, options?: RequestOptions): Rows<TrailRow> =>
        rows(TrailRow)(['subjects', subject, 'trail'], question, options),
      /** Who could reach it, and along which path. */
      reach: (subject: string, question?: ReachQuestion, options?: RequestOptions): Rows<ReachRow> =>
        rows(ReachRow)(['subjects', subject, 'reach'], question, options),
      /** Why a party cannot reach it, or which edges to close so that it cannot. */
      cut: (
        subject: string,
        question: Question & { readonly party: string },
        options?: RequestOptions,
      ): Reply<Answer<WireCut>> =>
        asking(WireCut)(['subjects', subject, 'reach'], { ...question, explain: 'cut' }, options),
      /** What was found about it. */
      findings: (subject: string, question?: Question, options?: RequestOptions): Rows<FindingRow> =>
        rows(FindingRow)(['subjects', subject, 'findings'], question, options),
      /** Erases the person from the ledger: the history stays, about nobody. Cannot be undone. */
      erase: (subject: string, { signal }: RequestOptions = {}): Reply<void> =>
        tell(target, { method: 'DELETE', path: ['v1', 'subjects', subject], signal }),
    },

    sites: {
      ...registry('sites', SiteRow),
      /** What the site holds at `validAt`, of how many subjects. */
      holdings: (site: string, question?: Question, options?: RequestOptions): Rows<SiteHoldingRow> =>
        rows(SiteHoldingRow)(['sites', site, 'holdings'], question, options),
    },

    parties: {
      ...registry('parties', PartyRow),
      /** What the party could reach, of how many subjects, and along which path. */
      reach: (party: string, question?: PartyReachQuestion, options?: RequestOptions): Rows<PartyReachRow> =>
        rows(PartyReachRow)(['parties', party, 'reach'], question, options),
      /** The graph of the party's ways to holdings at `validAt`, and the smallest set of edges to close. */
      cut: (
        party: string,
        question?: HoldingQuestion,
        options?: RequestOptions,
      ): Reply<Answer<WirePartyCut>> =>
        asking(WirePartyCut)(['parties', party, 'reach'], { ...question, explain: 'cut' }, options),
    },

    datasets: {
      ...registry('datasets', DatasetRow),
      /** The graph of its movements, copies and backups. */
      lineage: (
        dataset: string,
        question?: PeriodQuestion,
        options?: RequestOptions,
      ): Reply<Answer<Lineage>> => asking(Lineage)(['datasets', dataset, 'lineage'], question, options),
    },

    populations: registry('populations', PopulationRow),

    reach: {
      /** Who would newly reach what, of how many people, if these events were recorded. Records nothing. */
      simulate: (
        events: ReadonlyArray<EventInput>,
        question: Question = {},
        { signal }: RequestOptions = {},
      ): Rows<SimulatedReachRow> =>
        ask(
          target,
          {
            method: 'POST',
            path: ['v1', 'reach', 'simulate'],
            query: question as Query,
            contentType: 'application/json',
            body: JSON.stringify({ events }),
            signal,
          },
          answerOf<ReadonlyArray<SimulatedReachRow>>(list(SimulatedReachRow)),
        ),
    },

    policies: {
      ...registry('policies', PolicyRow),
      /** What a policy would find, against the version in force; `next` is null if that is all. Records nothing. */
      simulate: (draft: PolicyDraft, { signal }: RequestOptions = {}): Reply<Answer<WireDifference>> =>
        differenceOfPages((query) =>
          ask(
            target,
            {
              method: 'POST',
              path: ['v1', 'policies', 'simulate'],
              query,
              contentType: 'application/json',
              body: JSON.stringify(draft),
              signal,
            },
            answerOf(WireDifference),
          ),
        ),
    },

    findings: {
      /** The intervals in which rules were broken, or could not be judged. */
      list: (question?: FindingQuestion, options?: RequestOptions): Rows<FindingRow> =>
        rows(FindingRow)(['findings'], question, options),
      /** What another version, or what was learned since, makes of history; `next` is null if that is all. */
      diff: (question: DiffQuestion, options?: RequestOptions): Reply<Answer<WireDifference>> =>
        differenceOfPages((query) =>
          asking(WireDifference)(['findings', 'diff'], { ...question, ...query }, options),
        ),
    },

    /** Movements, copies and backups between countries. */
    transfers: (question?: PeriodQuestion, options?: RequestOptions): Rows<TransferRow> =>
      rows(TransferRow)(['transfers'], question, options),

    /** Events that do not fit the others. */
    discrepancies: (
      question?: Question & { readonly state?: 'open' | 'resolved' | undefined },
      options?: RequestOptions,
    ): Rows<DiscrepancyRow> => rows(DiscrepancyRow)(['discrepancies'], question, options),

    /** Who asked about whom, oldest first. */
    reads: (
      question?: Question & { readonly subject?: string | undefined },
      options?: RequestOptions,
    ): Rows<ReadRow> => rows(ReadRow)(['reads'], question, options),

    /** Rebuilding the projections from the log. */
    replays: {
      /** Starts one; there is one at a time. */
      start: ({ signal }: RequestOptions = {}): Reply<Replay> =>
        ask(target, { method: 'POST', path: ['v1', 'replays'], signal }, Replay),
      /** Brings back the projections that served before the last swap, once they have caught up. */
      rollBack: ({ signal }: RequestOptions = {}): Reply<Replay> =>
        ask(
          target,
          {
            method: 'POST',
            path: ['v1', 'replays'],
            contentType: 'application/json',
            body: JSON.stringify({ rollback: true } satisfies ReplayRequest),
            signal,
          },
          Replay,
        ),
      /** Those that are remembered, the latest first. */
      list: ({ signal }: RequestOptions = {}): Rows<Replay> =>
        ask(target, { path: ['v1', 'replays'], signal }, ReplayList),
      get: (id: string, { signal }: RequestOptions = {}): Reply<Replay> =>
        ask(target, { path: ['v1', 'replays', id], signal }, Replay),
      cancel: (id: string, { signal }: RequestOptions = {}): Reply<void> =>
        tell(target, { method: 'DELETE', path: ['v1', 'replays', id], signal }),
      /** How one goes, each time that changes, until it has ended. */
      follow: async function* (
        id: string,
        { signal }: RequestOptions = {},
      ): AsyncGenerator<E.Either<ClientError, Replay>, void, undefined> {
        for await (const replay of follow(target, policy, { path: ['v1', 'replays', id], signal }, Replay)) {
          yield replay;
          if (E.isRight(replay) && replay.right.state !== 'running') return;
        }
      },
    },

    /** What others can check of the log: C2SP tlog-checkpoint, tlog-proof. */
    log: {
      /** How the Merkle log stands: its size, the keys that verify it, the last checkpoint. */
      state: (options?: RequestOptions): Reply<{ readonly data: MerkleLogRow }> =>
        ask(target, { path: ['v1', 'log'], signal: options?.signal }, MerkleLogAnswer),
      /** The checkpoints that were signed, the largest first. */
      checkpoints: (
        question: { readonly upTo?: string; readonly limit?: number } = {},
        options?: RequestOptions,
      ): Reply<{ readonly data: ReadonlyArray<CheckpointRow> }> =>
        ask(
          target,
          { path: ['v1', 'log', 'checkpoints'], query: question, signal: options?.signal },
          CheckpointsAnswer,
        ),
      /** The signed checkpoint, as text. */
      checkpoint: (options?: RequestOptions): Reply<string> =>
        askText(target, { path: ['log', 'checkpoint'], signal: options?.signal }),
      /** The proof that an event is in the signed log, as text. */
      prove: (position: string, options?: RequestOptions): Reply<string> =>
        askText(target, { path: ['v1', 'events', position, 'proof'], signal: options?.signal }),
    },

    health: {
      /** Whether it is ready for questions; also where it is not, it says how far it is. */
      ready: (options?: RequestOptions): Reply<Readiness> => health('readyz', Readiness, options),
    },
  };
};

/** The pages of a difference that are read at the most, and findings of one. */
const differencePagesMax = 10;
const differencePageMax = 1_000;

/** The lists of a difference, put together of its pages. */
const differenceOfPages = async (
  page: (query: { readonly limit: number; readonly cursor?: string }) => Reply<Answer<WireDifference>>,
): Reply<Answer<WireDifference>> => {
  const first = await page({ limit: differencePageMax });
  if (E.isLeft(first) || first.right.next === null) return first;
  let { data } = first.right;
  let next: string | null = first.right.next;
  for (let read = 1; next !== null && read < differencePagesMax; read++) {
    const further: E.Either<ClientError, Answer<WireDifference>> = await page({
      limit: differencePageMax,
      cursor: next,
    });
    if (E.isLeft(further)) return further;
    const more = further.right.data;
    data = {
      opened: [...data.opened, ...more.opened],
      closed: [...data.closed, ...more.closed],
      lengthened: [...data.lengthened, ...more.lengthened],
      shortened: [...data.shortened, ...more.shortened],
    };
    next = further.right.next;
  }
  return E.right({ clocks: first.right.clocks, data, next });
};

/** The pages of a list that are asked for at the most; then something is wrong with its cursors. */
const pagesMax = 100_000;

/**
 * All rows of a list, page by page, under the clocks of the first page.
 *
 * @param pages how many of them at the most; `next` then leads to the rows beyond.
 *
 * @example
 * const all = await everyRow((page) => ledger.subjects.trail('ana', page), { validAt: '2022-06-30' });
 */
export const everyRow = async <A, Q extends Question>(
  page: (question: Q) => Rows<A>,
  question: Q,
  pages = pagesMax,
): Rows<A> => {
  const first = await page(question);
  if (E.isLeft(first) || first.right.next === null) return first;
  const data = [...first.right.data];
  const heard = new Map((first.right.clocks.heardUntil ?? []).map((each) => [each.source, each]));
  let limitMet = false;
  let next: string | null = first.right.next;
  for (let read = 1; next !== null && read < pages; read++) {
    const further: E.Either<ClientError, Answer<ReadonlyArray<A>>> = await page({
      ...question,
      cursor: next,
    });
    if (E.isLeft(further)) return further;
    for (const row of further.right.data) data.push(row);
    for (const each of further.right.clocks.heardUntil ?? []) heard.set(each.source, each);
    next = further.right.next;
    // A page that ended early leads to the next; only the last of them may leave something out.
    limitMet = next === null && further.right.limitMet === true;
  }
  const { limitMet: _, clocks, ...answer } = first.right;
  const allHeard = [...heard.values()].sort((a, b) => codeUnitOrder(a.source, b.source));
  return E.right({
    ...answer,
    clocks: clocks.heardUntil === undefined ? clocks : { ...clocks, heardUntil: allHeard },
    data,
    next,
    ...(limitMet ? { limitMet } : {}),
  });
};

/** The value, for those who work with exceptions. Throws a `ClientFailure`. */
export const orThrow = <A>(outcome: E.Either<ClientError, A>): A => {
  if (E.isRight(outcome)) return outcome.right;
  throw new ClientFailure(outcome.left);
};
