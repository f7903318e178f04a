/**
 * The events of a file that is imported, in order, and what is kept of records beside them.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import type { ForeignEvent } from '../../import/imported/foreign-event.ts';
import type { Import } from '../../import/kinds.ts';
import type { GivenRecord } from '../../import/records/given-record.ts';
import { type RecordPlace, type RefusedRecord, Tally } from '../../import/tally.ts';
import type { ReadFile } from './import-source.ts';

/** A file of records that are refused, or of which something became no event: NDJSON, each with the reasons. */
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
  /** The file for records that are refused or become no event. */
  readonly aside?: string;
  /** How many records are passed over first. */
  readonly skip?: number;
}

/** Reads records and lets them become events. */
export class RecordEvents {
  readonly tally: Tally;
  /** The faults of the record that ended it: there is one only where nothing is kept aside and `goOn` is not given. */
  stopped: ReadonlyArray<RefusedRecord> | undefined;
  private readonly opened: Import;
  private readonly file: ReadFile;
  private readonly skip: number;
  private readonly aside: Aside | undefined;
  /** The places of the records behind events that are not acknowledged yet. */
  private places: RecordPlace[] = [];
  private acknowledged = 0;

  constructor(opened: Import, file: ReadFile, { aside, skip = 0 }: RecordEventsOptions) {
    this.tally = new Tally(opened.importer);
    this.opened = opened;
    this.file = file;
    this.skip = skip;
    this.aside = aside === undefined ? undefined : new Aside(aside);
  }

  /** The events, in order. A record that is refused ends it, unless it is kept aside or `goOn` is given. */
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

  /** So many events are recorded: the places of their records are not asked for any more. */
  acknowledge(events: number): void {
    this.places = this.places.slice(events - this.acknowledged);
    this.acknowledged = events;
  }

  /** The place of the record behind an event, counted from the first. */
  placeOf(event: number): RecordPlace | undefined {
    return this.places[event - this.acknowledged];
  }

  close(): Promise<void> {
    this.file.close();
    return this.aside?.close() ?? Promise.resolve();
  }
}
