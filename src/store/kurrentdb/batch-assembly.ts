/**
 * Reassembles the records of the log into the appends that wrote them.
 *
 * KurrentDB writes the events of an append next to each other, but delivers them one by one, and a connection can break
 * in between. Only whole appends are handled, so the next read starts after the last whole one.
 */
import {
  decodeRecord,
  isStreamOf,
  type LoggedEvent,
  type LogPosition,
  type RawRecord,
} from './record-format.ts';

/** An append in the log. */
export interface LoggedBatch {
  readonly id: string;
  /** Its events in order. A batch that was tampered with is incomplete and does not count. */
  readonly events: ReadonlyArray<LoggedEvent>;
  readonly whole: boolean;
}

/** What was read up to a position: an append, a foreign record in a stream of the ledger, or neither. */
export interface Reading {
  readonly batch: LoggedBatch | undefined;
  /** The last record of this reading in a stream of the ledger, if any. */
  readonly record: RawRecord | undefined;
  /** The revision of its first record there; the others follow it. */
  readonly firstRevision: bigint | undefined;
  /** Everything up to here has been read. */
  readonly upTo: LogPosition;
}

const continues = (before: LoggedEvent, event: LoggedEvent): boolean =>
  event.batch === before.batch &&
  event.index === before.index + 1 &&
  event.size === before.size &&
  event.record.stream === before.record.stream &&
  event.record.revision === before.record.revision + 1n;

/** Reassembles appends from consecutive records. */
export class BatchAssembly {
  private readonly ledger: string;
  private open: LoggedEvent[] = [];

  constructor(ledger: string) {
    this.ledger = ledger;
  }

  /** Whether an append has been delivered only in part. */
  get isInside(): boolean {
    return this.open.length > 0;
  }

  /** Takes the next records of the log, in order, and returns what they completed. */
  take(records: ReadonlyArray<RawRecord>): ReadonlyArray<Reading> {
    const readings: Reading[] = [];
    for (const record of records) {
      const event = decodeRecord(this.ledger, record);
      const before = this.open.at(-1);
      if (before !== undefined && (event === undefined || !continues(before, event))) this.finish(readings);
      if (event === undefined) {
        const isOurs = isStreamOf(this.ledger, record.stream);
        if (!isOurs && readings.at(-1)?.record === undefined) readings.pop();
        readings.push({
          batch: undefined,
          record: isOurs ? record : undefined,
          firstRevision: isOurs ? record.revision : undefined,
          upTo: record.position,
        });
        continue;
      }
      this.open.push(event);
      if (event.index === event.size - 1) this.finish(readings);
    }
    return readings;
  }

  private finish(readings: Reading[]): void {
    const events = this.open;
    this.open = [];
    const [first, last] = [events[0]!, events.at(-1)!];
    readings.push({
      batch: { id: first.batch, events, whole: first.index === 0 && events.length === first.size },
      record: last.record,
      firstRevision: first.record.revision,
      upTo: last.record.position,
    });
  }
}
