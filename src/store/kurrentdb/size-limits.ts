/**
 * The maximum size of an append.
 *
 * The server reports a limit only when an append exceeds it. The defaults are 1 MiB for an append before 25.1, and
 * since then 256 MiB for an append and 16 MiB for an event; operators can change them. A reported limit is
 * remembered for a while, so that oversized appends are not sent again and again. After that, it is tested again.
 */
import type { Instant } from '../../domain/time/instant.ts';
import type { AppendError, EventToAppend } from '../event-store.ts';
import { bytesBeside } from './append-format.ts';
import type { Limits } from './limits.ts';
import { bytesOfRecord, type RecordToWrite } from './record-format.ts';

/** The new events of a batch, as they are written. */
export interface WrittenBatch {
  readonly batch: ReadonlyArray<EventToAppend>;
  readonly newEvents: ReadonlyArray<EventToAppend>;
  readonly records: ReadonlyArray<RecordToWrite>;
  /** The bytes of the records as the server counts them. */
  readonly bytes: number;
}

/** A limit that the server reported, in bytes as the server counts them. */
interface Learnt {
  readonly bytesMax: number;
  readonly until: Instant;
}

/**
 * The overhead of an event besides its bytes is rounded up to this step, so that similar events have the same
 * limit.
 */
const besideBytesStep = 1_024;

const besideBytes = (event: EventToAppend): number =>
  Math.ceil(bytesBeside(event) / besideBytesStep) * besideBytesStep;

/** Remembers the limits that the server reported. */
export class SizeLimits {
  private readonly limits: Limits;
  private readonly now: () => Instant;
  private readonly learnt = new Map<'append' | 'event', Learnt>();

  constructor(limits: Limits, now: () => Instant) {
    this.limits = limits;
    this.now = now;
  }

  /** How many bytes a record with several events may have. */
  get recordBytesMax(): number {
    return Math.min(this.limits.recordBytesMax, this.bytesMax('append'), this.bytesMax('event'));
  }

  /**
   * The refusal of a batch by the server with this limit; undefined if its events fit in smaller records. The limit
   * is remembered if the batch exceeds it by our count; otherwise the server counts differently, and only this batch
   * is refused.
   */
  refusalByServer(refused: WrittenBatch, limit: number, of: 'append' | 'event'): AppendError | undefined {
    const counted = of === 'append' ? refused.bytes : Math.max(...refused.records.map(bytesOfRecord));
    if (counted <= limit) {
      return { kind: 'too-large', limit, unit: 'bytes', what: 'batch, as KurrentDB counts it,' };
    }
    this.learnt.set(of, { bytesMax: limit, until: this.now() + this.limits.learntLimitMsMax });
    return this.refusalOfNew(refused);
  }

  /** Why a batch is too large, even if its events are recorded already. */
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

  /** Why the new events of a batch are too large, by what is known of the limits. */
  refusalOfNew({ batch, newEvents, bytes }: WrittenBatch): AppendError | undefined {
    const { eventBytesMax } = this.limits;
    const appendMax = this.bytesMax('append');
    const recordMax = Math.min(appendMax, this.bytesMax('event'));
    for (const event of newEvents) {
      const limit = Number.isFinite(recordMax)
        ? Math.min(eventBytesMax, recordMax - besideBytes(event))
        : eventBytesMax;
      if (event.bytes.length <= limit) continue;
      const what = `event ${batch.indexOf(event)}`;
      return limit > 0
        ? { kind: 'too-large', limit, unit: 'bytes', what }
        : { kind: 'too-large', limit: recordMax, unit: 'bytes', what: `${what}, with its source and id,` };
    }
    if (bytes > appendMax) {
      const what = 'batch, with KurrentDB’s own data for its events,';
      return { kind: 'too-large', limit: appendMax, unit: 'bytes', what };
    }
    return undefined;
  }

  private bytesMax(of: 'append' | 'event'): number {
    const learnt = this.learnt.get(of);
    if (learnt === undefined) return Number.POSITIVE_INFINITY;
    if (this.now() < learnt.until) return learnt.bytesMax;
    this.learnt.delete(of);
    return Number.POSITIVE_INFINITY;
  }
}
