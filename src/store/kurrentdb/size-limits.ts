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
import { bytesOfRecord, type RecordToWrite, severalEventsType } from './record-format.ts';

/** The new events of a batch, as they are written. */
export interface WrittenBatch {
  readonly batch: ReadonlyArray<EventToAppend>;
  readonly newEvents: ReadonlyArray<EventToAppend>;
  readonly records: ReadonlyArray<RecordToWrite>;
  /** The bytes of the records as the server counts them. */
  readonly bytes: number;
}

/**
 * A limit of an append or an event that the server reported, in bytes as it counts them; or one of records with
 * several events that follows from its refusals, in bytes as we count them.
 */
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
  private readonly learnt = new Map<'append' | 'event' | 'record', Learnt>();

  constructor(limits: Limits, now: () => Instant) {
    this.limits = limits;
    this.now = now;
  }

  /** How many bytes a record with several events may have. */
  get recordBytesMax(): number {
    const { recordBytesMax } = this.limits;
    return Math.min(recordBytesMax, this.bytesMax('append'), this.bytesMax('event'), this.bytesMax('record'));
  }

  /**
   * The refusal of a batch by the server with this limit; undefined if it is to be written again in smaller records.
   * The limit is remembered if the batch exceeds it by our count. Otherwise the server counts differently: then
   * records with several events become half as large, and a batch of records with one event is refused.
   */
  refusalByServer(refused: WrittenBatch, limit: number, of: 'append' | 'event'): AppendError | undefined {
    const counted = of === 'append' ? refused.bytes : Math.max(...refused.records.map(bytesOfRecord));
    if (counted <= limit) {
      const several = refused.records.filter(({ type }) => type === severalEventsType).map(bytesOfRecord);
      if (of === 'event' && several.length > 0) {
        this.learn('record', Math.floor(Math.max(...several) / 2));
        return undefined;
      }
      return { kind: 'too-large', limit, unit: 'bytes', what: 'batch, as KurrentDB counts it,' };
    }
    this.learn(of, limit);
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

  private learn(of: 'append' | 'event' | 'record', bytesMax: number): void {
    this.learnt.set(of, { bytesMax, until: this.now() + this.limits.learntLimitMsMax });
  }

  private bytesMax(of: 'append' | 'event' | 'record'): number {
    const learnt = this.learnt.get(of);
    if (learnt === undefined) return Number.POSITIVE_INFINITY;
    if (this.now() < learnt.until) return learnt.bytesMax;
    this.learnt.delete(of);
    return Number.POSITIVE_INFINITY;
  }
}
