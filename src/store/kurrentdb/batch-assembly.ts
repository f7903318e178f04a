/**
 * Reassembles the records of the log into the appends that wrote them.
 *
 * KurrentDB writes the events of an append next to each other, but delivers them one by one, and a connection can break
 * in between. Only whole appends are handled, so the next read starts after the last whole one.
 */
import { decodeRecord, type LoggedEvent, type LoggedRecord } from './append-format.ts';
import { isOfNewerVersion, isStreamOf, type LogPosition, type RawRecord } from './record-format.ts';

/** An append in the log. */
export interface LoggedBatch {
  readonly id: string;
  /** Its events in order. A batch that was tampered with is incomplete and does not count. */
  readonly events: ReadonlyArray<LoggedEvent>;
  readonly expected: LoggedRecord['expected'];
  readonly whole: boolean;
}

/**
 * What was read up to a position: an append, a record of a newer version, a foreign record in a stream of the ledger,
 * or neither.
 */
export interface Reading {
  readonly batch: LoggedBatch | undefined;
  /** The last record of this reading in a stream of the ledger, if any. */
  readonly record: RawRecord | undefined;
  /** The revision of its first record there; the others follow it. */
  readonly firstRevision: bigint | undefined;
  /** Whether a newer version of Domicile wrote the record, so that the log cannot be read any further. */
  readonly isOfNewerVersion?: boolean;
  /** Everything up to here has been read. */
  readonly upTo: LogPosition;
}

const continues = (before: LoggedRecord, next: LoggedRecord): boolean =>
  next.batch === before.batch &&
  next.index === before.index + before.events.length &&
  next.size === before.size &&
  next.record.stream === before.record.stream &&
  next.record.revision === before.record.revision + 1n;

/** Reassembles appends from consecutive records. */
export class BatchAssembly {
  private readonly ledger: string;
  private open: LoggedRecord[] = [];

  constructor(ledger: string) {
    this.ledger = ledger;
  }

  /** Whether an append has been delivered only in part. */
  get isInside(): boolean {
    return this.open.length > 0;
  }

  /**
   * Takes the next records of the log, in order, and returns what they completed. A record of a newer version ends
   * what can be read.
   */
  take(records: ReadonlyArray<RawRecord>): ReadonlyArray<Reading> {
    const readings: Reading[] = [];
    for (const record of records) {
      if (isOfNewerVersion(this.ledger, record)) {
        // It may belong to the append before it, which the newer version is to read from its beginning.
        this.open = [];
        const { revision: firstRevision, position: upTo } = record;
        readings.push({ batch: undefined, record, firstRevision, isOfNewerVersion: true, upTo });
        break;
      }
      const logged = decodeRecord(this.ledger, record);
      const before = this.open.at(-1);
      if (before !== undefined && (logged === undefined || !continues(before, logged))) this.finish(readings);
      if (logged === undefined) {
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
      this.open.push(logged);
      if (logged.index + logged.events.length === logged.size) this.finish(readings);
    }
    return readings;
  }

  private finish(readings: Reading[]): void {
    const records = this.open;
    this.open = [];
    const [first, last] = [records[0]!, records.at(-1)!];
    const events = records.flatMap((logged) => logged.events);
    const { batch: id, expected } = first;
    readings.push({
      batch: { id, events, expected, whole: first.index === 0 && events.length === first.size },
      record: last.record,
      firstRevision: first.record.revision,
      upTo: last.record.position,
    });
  }
}
