/** The events of an imported file in order, and the records set aside. */
import { createWriteStream, type WriteStream } from 'node:fs';
import type { ForeignEvent } from '../../import/imported/foreign-event.ts';
import type { Import } from '../../import/kinds.ts';
import type { GivenRecord } from '../../import/records/given-record.ts';
import { type RecordPlace, type RefusedRecord, Tally } from '../../import/tally.ts';
import type { ReadFile } from './import-source.ts';

/** A file for refused or partly unmapped records: NDJSON, each with reasons. */
class Aside {
  private readonly stream: WriteStream;

  constructor(file: string) {
    this.stream = createWriteStream(file, { mode: 0o600 });
  }

  keep(given: GivenRecord, why: ReadonlyArray<string>): void {
    this.stream.write(`${JSON.stringify({ ...given, why })}\n`);
  }

  close(): Promise<void> {
    return new Promise((done) => this.stream.end(done));
  }
}

export interface RecordEventsOptions {
  /** The file for refused or unmapped records. */
  readonly aside?: string;
  /** How many records to skip first. */
  readonly skip?: number;
}

/** Reads records and converts them into events. */
export class RecordEvents {
  readonly tally: Tally;
  /** The faults of the record that stopped it; only without `aside` and `goOn`. */
  stopped: ReadonlyArray<RefusedRecord> | undefined;
  private readonly opened: Import;
  private readonly file: ReadFile;
  private readonly skip: number;
  private readonly aside: Aside | undefined;
  /** The places of the records of unacknowledged events. */
  private places: RecordPlace[] = [];
  private acknowledged = 0;

  constructor(opened: Import, file: ReadFile, { aside, skip = 0 }: RecordEventsOptions) {
    this.tally = new Tally(opened.importer);
    this.opened = opened;
    this.file = file;
    this.skip = skip;
    this.aside = aside === undefined ? undefined : new Aside(aside);
  }

  /** The events in order. A refused record stops it, unless it is set aside or `goOn` is given. */
  async *events(goOn = false): AsyncGenerator<ForeignEvent, void, undefined> {
    for await (const given of this.opened.records(this.file.bytes)) {
      if (given.index < this.skip) continue;
      const become = this.tally.become(given);
      if ('refused' in become) {
        this.aside?.keep(
          given,
          become.refused.map(({ pointer, message }) => `${pointer} ${message}`.trim()),
        );
        if (this.aside !== undefined || goOn) continue;
        this.stopped = become.refused;
        return;
      }
      if (become.unmapped.length > 0)
        this.aside?.keep(
          given,
          become.unmapped.map(({ message }) => message),
        );
      const { index, line } = given;
      const place = line === undefined ? { index } : { index, line };
      for (const event of become.events) {
        this.places.push(place);
        yield event;
      }
    }
  }

  /** Acknowledges recorded events: the places of their records are no longer needed. */
  acknowledge(events: number): void {
    this.places = this.places.slice(events - this.acknowledged);
    this.acknowledged = events;
  }

  /** The place of an event's record; events are counted from the first. */
  placeOf(event: number): RecordPlace | undefined {
    return this.places[event - this.acknowledged];
  }

  close(): Promise<void> {
    this.file.close();
    return this.aside?.close() ?? Promise.resolve();
  }
}
