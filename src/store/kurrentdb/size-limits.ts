/**
 * How large an append may be.
 *
 * The server reports a limit only when an append exceeds it. The defaults are 1 MiB for an append before 25.1, and since
 * then 256 MiB for an append and 16 MiB for an event; operators can change them. A reported limit is remembered, so that
 * the same append is always refused with the same limit.
 */
import type { AppendError, EventToAppend } from '../event-store.ts';
import type { Limits } from './limits.ts';

/** An allowance for what the server counts besides an event's bytes, such as its source and id. */
const besideEventBytes = 32 * 1_024;

export class SizeLimits {
  private readonly limits: Limits;
  private eventBytesMax: number;
  private writtenBytesMax = Number.POSITIVE_INFINITY;

  constructor(limits: Limits) {
    this.limits = limits;
    this.eventBytesMax = limits.eventBytesMax;
  }

  /** Remembers a limit that the server reported, for a whole append or for one event. */
  learn(limit: number, of: 'append' | 'event'): void {
    this.eventBytesMax = Math.min(this.eventBytesMax, Math.max(0, limit - besideEventBytes));
    if (of === 'append') this.writtenBytesMax = Math.min(this.writtenBytesMax, limit);
  }

  /** Why a batch is too large, whether or not its events are recorded already. */
  refusalOfBatch(batch: ReadonlyArray<EventToAppend>, bytes: number): AppendError | undefined {
    const { batchEventsMax, batchBytesMax } = this.limits;
    if (batch.length > batchEventsMax) {
      return { kind: 'too-large', limit: batchEventsMax, unit: 'events', what: 'batch' };
    }
    if (bytes > batchBytesMax) {
      return { kind: 'too-large', limit: batchBytesMax, unit: 'bytes', what: 'batch' };
    }
    return undefined;
  }

  /** Why the new events of a batch are too large; `writtenBytes` is what the server counts for them. */
  refusalOfNew(
    batch: ReadonlyArray<EventToAppend>,
    fresh: ReadonlyArray<EventToAppend>,
    writtenBytes: number,
  ): AppendError | undefined {
    const large = fresh.find((event) => event.bytes.length > this.eventBytesMax);
    if (large !== undefined) {
      const what = `event ${batch.indexOf(large)}`;
      return { kind: 'too-large', limit: this.eventBytesMax, unit: 'bytes', what };
    }
    if (writtenBytes > this.writtenBytesMax) {
      const what = 'batch, with what KurrentDB keeps beside its events,';
      return { kind: 'too-large', limit: this.writtenBytesMax, unit: 'bytes', what };
    }
    return undefined;
  }
}
