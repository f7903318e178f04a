/**
 * How large an append may be.
 *
 * The server says its limits only when one is exceeded: 1 MiB an append by default before 25.1, 256 MiB and 16 MiB an
 * event since, and an operator can set others. What it once said is kept to, so that the same append is always refused
 * with the same limit.
 */
import type { AppendError, EventToAppend } from '../event-store.ts';
import type { Limits } from './limits.ts';

/** What the server counts of an event besides its bytes, such as its source and id, has room in this. */
const besideEventBytes = 32 * 1_024;

export class SizeLimits {
  private readonly limits: Limits;
  private eventBytesMax: number;
  private writtenBytesMax = Number.POSITIVE_INFINITY;

  constructor(limits: Limits) {
    this.limits = limits;
    this.eventBytesMax = limits.eventBytesMax;
  }

  /** Takes note of a limit that the server named: of everything that is written at once, or of one event in it. */
  learn(limit: number, of: 'append' | 'event'): void {
    this.eventBytesMax = Math.min(this.eventBytesMax, Math.max(0, limit - besideEventBytes));
    if (of === 'append') this.writtenBytesMax = Math.min(this.writtenBytesMax, limit);
  }

  /** Why a batch cannot be taken, whatever of it is recorded already. */
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

  /** Why what is new of a batch cannot be written; `writtenBytes` is what the server counts for it. */
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
