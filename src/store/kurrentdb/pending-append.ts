/** An append that has been accepted and not yet settled. */
import * as E from 'fp-ts/lib/Either.js';
import {
  type AppendError,
  type Appended,
  type EventToAppend,
  origin,
  type Position,
} from '../event-store.ts';
import type { RecordedAtOf } from './append-format.ts';
import type { Verdict } from './replica.ts';

/** The result of an append. */
export type AppendOutcome = E.Either<AppendError, Appended>;

/** Builds the error for an append that may succeed later. */
export const unavailable = (reason: string, retryAfterMs: number, outcomeUnknown: boolean): AppendError => ({
  kind: 'unavailable',
  reason,
  retryAfterMs,
  outcomeUnknown,
});

export interface AcceptedBatch {
  readonly batch: ReadonlyArray<EventToAppend>;
  /** For copied events, when the other ledger recorded them. */
  readonly recordedAtOf: RecordedAtOf | undefined;
  /** When to stop retrying, in milliseconds since the epoch. */
  readonly giveUpAt: number;
}

/** An append that waits for its outcome. */
export class PendingAppend {
  readonly batch: ReadonlyArray<EventToAppend>;
  readonly recordedAtOf: RecordedAtOf | undefined;
  readonly giveUpAt: number;
  /** Resolves with the outcome; rejects if the fault is ours. */
  readonly answered: Promise<AppendOutcome>;
  /** The append's id in the log. It changes after the log voided the append. */
  id: string;
  /** The verdict of the replica on the append at its place in the log, once it has read that far. */
  verdict: Verdict | undefined;
  /** The last position of the batch's previously recorded events. */
  duplicatesUpTo: Position = origin;
  /** Whether the append is in the log, or may still arrive there. */
  mayBeWritten = false;
  /** Whether it must be written in a separate call, because a group with it was too large. */
  mustBeAlone = false;
  isDone = false;
  /** Resolves once the verdict is known. */
  verdictKnown: Promise<void> = Promise.resolve();
  /** Stops listening for the verdict. */
  private ignoreVerdict: () => void = () => undefined;
  private readonly resolve: (outcome: AppendOutcome) => void;
  private readonly reject: (error: unknown) => void;

  constructor({ batch, recordedAtOf, giveUpAt }: AcceptedBatch, id: string) {
    this.batch = batch;
    this.recordedAtOf = recordedAtOf;
    this.giveUpAt = giveUpAt;
    this.id = id;
    const { promise, resolve, reject } = Promise.withResolvers<AppendOutcome>();
    this.answered = promise;
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Listens for the verdict on the current id. A batch counts as recorded once any of its writes does. */
  awaitVerdict(expect: (id: string, told: (verdict: Verdict) => void) => () => void): void {
    this.ignoreVerdict();
    this.verdictKnown = new Promise((resolve) => {
      this.ignoreVerdict = expect(this.id, (verdict) => {
        if (this.verdict?.kind !== 'recorded') this.verdict = verdict;
        resolve();
      });
    });
  }

  /** Starts over with another id, after the log voided the append: the next attempt may conflict or succeed. */
  startOver(id: string): void {
    this.ignoreVerdict();
    this.verdict = undefined;
    this.id = id;
    this.mayBeWritten = false;
  }

  settle(outcome: AppendOutcome): void {
    this.isDone = true;
    this.ignoreVerdict();
    this.resolve(outcome);
  }

  /** Settles the append as recorded: `recorded` new events, the last event of the batch at `position`. */
  settleRecorded(recorded: number, position: Position): void {
    this.settle(
      E.right({
        recorded,
        duplicates: this.batch.length - recorded,
        position: Math.max(this.duplicatesUpTo, position),
      }),
    );
  }

  /** Settles the append as one that may succeed later. */
  settleUnavailable(reason: string, retryAfterMs: number): void {
    this.settle(E.left(unavailable(reason, retryAfterMs, this.mayBeWritten)));
  }

  fail(error: unknown): void {
    this.isDone = true;
    this.ignoreVerdict();
    this.reject(error);
  }
}
