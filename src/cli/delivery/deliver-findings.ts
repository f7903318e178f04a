/**
 * Delivers what is learned about findings to a sink, in order, each message at least once, even across restarts.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { type Client, type ClientError, type RetryPolicy, sentenceOf } from '../../client/client.ts';
import type { DifferingFindingRow } from '../../contract/rows/policy.ts';
import type { DeliveryState } from './delivery-state.ts';
import { type Change, changes, type Message, messageOf } from './finding-message.ts';
import type { Sink } from './sinks.ts';

/** Findings to request at once. */
const pageRowsMax = 1_000;

export interface Delivery {
  readonly ledger: Client;
  readonly sink: Sink;
  readonly policy?: string | undefined;
  /** The changes to deliver. */
  readonly wanted: ReadonlySet<Change>;
  /** Stores the progress. */
  readonly keep: (state: DeliveryState) => void;
  readonly retry: RetryPolicy;
  readonly now: () => number;
  readonly onRetry: (reason: string, waitMs: number) => void;
  readonly onDelivered: (messages: number) => void;
  readonly signal: AbortSignal;
}

/** Why a round ended before everything was delivered. Accepted messages are in the state. */
export type Ended =
  | { readonly kind: 'ledger'; readonly error: ClientError }
  | { readonly kind: 'sink'; readonly reason: string; readonly gone: boolean }
  /** The ledger lost delivered events because it was restored to an earlier state. */
  | { readonly kind: 'put-back'; readonly head: string }
  | { readonly kind: 'stopped' };

type UnderWay = NonNullable<DeliveryState['under']>;

/** What was learned between two positions, page by page. It never changes. */
async function* messagesBetween(
  { ledger, policy, wanted, signal }: Delivery,
  from: string,
  { to, at: validAt }: UnderWay,
): AsyncGenerator<E.Either<ClientError, ReadonlyArray<Message>>> {
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Client['findings']['diffPage']>> = await ledger.findings.diffPage(
      {
        ...{ fromPosition: from, toPosition: to, knownPosition: to, validAt, limit: pageRowsMax },
        ...(policy === undefined ? {} : { policy }),
        ...(cursor === null ? {} : { cursor }),
      },
      { signal },
    );
    if (E.isLeft(page)) {
      yield page;
      return;
    }
    const { clocks, data, next } = page.right;
    const at = { knownAt: clocks.knownAt, position: to };
    yield E.right(
      changes.flatMap((change) =>
        wanted.has(change)
          ? data[change].map((finding: DifferingFindingRow) => messageOf(change, finding, at))
          : [],
      ),
    );
    cursor = next;
  } while (cursor !== null);
}

/** Passes messages to the sink until they are accepted or the attempts are used up. */
const taken = async (
  { sink, retry, onRetry, signal }: Delivery,
  messages: ReadonlyArray<Message>,
): Promise<Ended | undefined> => {
  for (let attempt = 1; ; attempt++) {
    const outcome = await sink.give(messages, signal);
    if (outcome.kind === 'taken') return undefined;
    if (signal.aborted) return { kind: 'stopped' };
    const { reason } = outcome;
    if (outcome.kind === 'gone' || attempt >= retry.attemptsMax)
      return { kind: 'sink', reason, gone: outcome.kind === 'gone' };
    const most = Math.min(retry.waitMsMax, retry.firstWaitMs * 2 ** Math.min(attempt - 1, 30));
    // At least half of the backoff, to spare a receiver that is down.
    const waitMs = Math.max(
      Math.min(outcome.retryAfterMs, retry.waitMsMax),
      Math.round((most * (1 + retry.random())) / 2),
    );
    onRetry(reason, waitMs);
    await retry.wait(waitMs, signal);
    if (signal.aborted) return { kind: 'stopped' };
  }
};

/** How an error of the ledger ends a round. */
const endedBy = (error: ClientError): Ended =>
  error.kind === 'cancelled' ? { kind: 'stopped' } : { kind: 'ledger', error };

/** Delivers the unfinished part. */
const finish = async (
  delivery: Delivery,
  position: string,
  under: UnderWay,
): Promise<E.Either<Ended, DeliveryState>> => {
  const { sink, keep, onDelivered } = delivery;
  const { to, done } = under;
  let passed = 0;
  for await (const page of messagesBetween(delivery, position, under)) {
    if (E.isLeft(page)) return E.left(endedBy(page.left));
    const left = page.right.slice(Math.max(0, done - passed));
    let count = Math.max(passed, Math.min(done, passed + page.right.length));
    passed += page.right.length;
    for (let first = 0; first < left.length; first += sink.messagesMax) {
      const some = left.slice(first, first + sink.messagesMax);
      const ended = await taken(delivery, some);
      if (ended !== undefined) return E.left(ended);
      count += some.length;
      keep({ position, under: { ...under, done: count } });
      onDelivered(some.length);
    }
  }
  const state: DeliveryState = { position: to, under: null };
  keep(state);
  return E.right(state);
};

/** The position up to which the ledger can answer now. */
export const positionNow = async (
  ledger: Client,
  signal: AbortSignal,
): Promise<E.Either<ClientError, string>> => {
  const ready = await ledger.health.ready({ signal });
  return pipe(
    ready,
    E.map(({ position }) => position),
  );
};

/** Delivers what was learned from the state's position up to now. */
export const deliverOnce = async (
  delivery: Delivery,
  state: DeliveryState,
): Promise<E.Either<Ended, DeliveryState>> => {
  const { position, under: unfinished } = state;
  const isKnown = (now: string): boolean =>
    BigInt(now) >= BigInt(position) && (unfinished === null || BigInt(now) >= BigInt(unfinished.to));
  return pipe(
    () => positionNow(delivery.ledger, delivery.signal),
    TE.mapLeft(endedBy),
    TE.filterOrElse(isKnown, (head): Ended => ({ kind: 'put-back', head })),
    TE.bindTo('now'),
    TE.bind('before', () =>
      unfinished === null ? TE.right(state) : () => finish(delivery, position, unfinished),
    ),
    TE.flatMap(({ now, before }) => {
      if (BigInt(before.position) >= BigInt(now)) return TE.right(before);
      const under = { to: now, at: new Date(delivery.now()).toISOString(), done: 0 };
      delivery.keep({ position: before.position, under });
      return () => finish(delivery, before.position, under);
    }),
  )();
};

/** Why the delivery ended, in a sentence. */
export const reasonOf = (ended: Ended): string => {
  switch (ended.kind) {
    case 'ledger':
      return sentenceOf(ended.error);
    case 'sink':
      return ended.reason;
    case 'put-back':
      return `the ledger is at position ${ended.head}, which is before the last delivery`;
    case 'stopped':
      return 'stopped';
  }
};
