/**
 * Writes a group of appends and determines their outcomes.
 *
 * The server's answer may be lost, so it is never the source of truth: an append is settled once the replica has
 * read the log up to it. A lost answer therefore makes no difference, and retrying is always safe.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { AppendError } from '../event-store.ts';
import { StoreFull, StoreProblem } from '../sqlite/store-problems.ts';
import type { AppendGroup, EncodedAppend } from './append-group.ts';
import type { CatchUp } from './catch-up.ts';
import type { Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import { type PendingAppend, unavailable } from './pending-append.ts';
import type { ServerConnection, WriteOutcome } from './server-connection.ts';
import { isRefusalOfUser, ServerFailure } from './server-failure.ts';
import type { SizeLimits } from './size-limits.ts';

/** Waits for a promise and ignores failures of the server. */
const unlessServerFails = async (awaited: Promise<void>): Promise<void> => {
  try {
    await awaited;
  } catch (error) {
    if (!(error instanceof ServerFailure)) throw error;
  }
};

/** Whether at least one append of the group was settled or may be retried at once; otherwise the caller backs off. */
type IsProgress = boolean;

/** Writes groups of appends, and settles them from the replica. */
export class GroupWriter {
  private readonly connection: ServerConnection;
  private readonly catchUp: CatchUp;
  private readonly sizes: SizeLimits;
  private readonly limits: Limits;
  private readonly environment: Environment;

  constructor(
    connection: ServerConnection,
    catchUp: CatchUp,
    sizes: SizeLimits,
    limits: Limits,
    environment: Environment,
  ) {
    this.connection = connection;
    this.catchUp = catchUp;
    this.sizes = sizes;
    this.limits = limits;
    this.environment = environment;
  }

  /** Writes a group once, and settles the appends whose outcome is known afterwards. */
  async write(stream: string, { revision, appends }: AppendGroup): Promise<IsProgress> {
    for (const { append } of appends) append.awaitVerdict((id, told) => this.catchUp.expect(id, told));
    const records = appends.flatMap((encoded) => encoded.records);
    return pipe(
      await this.connection.write(stream, revision, records),
      E.match(
        (failure) => this.afterFailure(appends, failure),
        (outcome) => this.afterAnswer(appends, outcome),
      ),
    );
  }

  private async afterAnswer(
    appends: ReadonlyArray<EncodedAppend>,
    outcome: WriteOutcome,
  ): Promise<IsProgress> {
    switch (outcome.kind) {
      case 'written':
        for (const { append } of appends) append.mayBeWritten = true;
        return this.settleFromLog(appends);
      case 'wrong-revision':
        await unlessServerFails(this.catchUp.barrier());
        return this.settleKnown(appends, 'the stream keeps growing faster than it can be written to');
      case 'too-large':
        return this.afterTooLarge(appends, outcome);
    }
  }

  /** Settles an append if its verdict is known, or if it cannot or must not wait any longer. */
  settleIfKnown(append: PendingAppend, reason: string): boolean {
    const { verdict } = append;
    if (verdict?.kind === 'recorded') {
      append.settleRecorded(verdict.recorded, verdict.position);
      return true;
    }
    if (verdict?.kind === 'void') append.startOver(this.environment.newId());
    const refusal = this.refusal(append.mayBeWritten);
    if (refusal !== undefined) append.settle(E.left(refusal));
    else if (this.environment.now() >= append.giveUpAt)
      append.settleUnavailable(reason, this.limits.retryAfterMs);
    return append.isDone;
  }

  /** Why nothing can be appended now; undefined if it can. */
  refusal(mayBeWritten: boolean): AppendError | undefined {
    const { retryAfterMs } = this.limits;
    const { failure, replicaFault } = this.catchUp;
    if (failure !== undefined) return unavailable(failure.message, retryAfterMs, mayBeWritten);
    if (replicaFault instanceof StoreFull && !mayBeWritten) return { kind: 'full' };
    if (replicaFault instanceof StoreProblem)
      return unavailable(replicaFault.message, retryAfterMs, mayBeWritten);
    return undefined;
  }

  private async afterFailure(
    appends: ReadonlyArray<EncodedAppend>,
    failure: ServerFailure,
  ): Promise<IsProgress> {
    for (const { append } of appends) append.mayBeWritten ||= failure.mayHaveWritten;
    if (isRefusalOfUser(failure.kind) || failure.kind === 'deleted') {
      for (const { append } of appends) append.settleUnavailable(failure.message, this.limits.retryAfterMs);
      return true;
    }
    if (failure.mayHaveWritten) await unlessServerFails(this.catchUp.barrier());
    return this.settleKnown(appends, failure.message);
  }

  /** After a group was too large: writes its appends one by one from now on; the only one in smaller records, if that
   * helps, or refuses it. */
  private afterTooLarge(
    appends: ReadonlyArray<EncodedAppend>,
    { limit, of }: WriteOutcome & { kind: 'too-large' },
  ): IsProgress {
    if (appends.length > 1) {
      for (const { append } of appends) append.mustBeAlone = true;
      return true;
    }
    const { append, ...written } = appends[0]!;
    const refusal = this.sizes.refusalByServer({ batch: append.batch, ...written }, limit, of);
    if (refusal !== undefined) append.settle(E.left(refusal));
    return true;
  }

  /**
   * Waits until the replica has read the log up to the appends. An earlier attempt may also have written them; then
   * nothing new arrives, and the replica is searched.
   */
  private async settleFromLog(appends: ReadonlyArray<EncodedAppend>): Promise<IsProgress> {
    const undecided = appends.filter(({ append }) => append.verdict === undefined);
    const verdicts = Promise.all(undecided.map(({ append }) => append.verdictKnown));
    if (undecided.length > 0) await unlessServerFails(this.catchUp.arrival(verdicts));
    return this.settleKnown(appends, 'KurrentDB does not deliver what was written to it');
  }

  private settleKnown(appends: ReadonlyArray<EncodedAppend>, reason: string): IsProgress {
    return appends.map(({ append }) => this.settleIfKnown(append, reason)).some((isSettled) => isSettled);
  }
}
