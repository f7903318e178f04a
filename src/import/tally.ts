/** Converts records into events one by one, and counts the results. */
import * as E from 'fp-ts/lib/Either.js';
import type { ForeignEvent } from './imported/foreign-event.ts';
import type { Importer } from './imported/imported.ts';
import type { GivenRecord } from './records/given-record.ts';

/** Places to list; beyond them, only the number is reported. */
const listedMax = 1_000;

/** The place of a record. */
export interface RecordPlace {
  readonly index: number;
  readonly line?: number;
}

/** A refused record, with one of its faults. */
export type RefusedRecord = RecordPlace & { readonly pointer: string; readonly message: string };

/** A record of which a part became no event. */
export type UnmappedRecord = RecordPlace & { readonly message: string };

const placeOf = ({ index, line }: GivenRecord): RecordPlace =>
  line === undefined ? { index } : { index, line };

/** The result for one record. */
export type Become =
  | { readonly events: ReadonlyArray<ForeignEvent>; readonly unmapped: ReadonlyArray<UnmappedRecord> }
  | { readonly refused: ReadonlyArray<RefusedRecord> };

/** Converts records into events, and counts them. */
export class Tally {
  records = 0;
  events = 0;
  refusedRecords = 0;
  unmappedRecords = 0;
  readonly refused: RefusedRecord[] = [];
  readonly unmapped: UnmappedRecord[] = [];
  private readonly importer: Importer;

  constructor(importer: Importer) {
    this.importer = importer;
  }

  /** The events of a record, or its faults. */
  become(given: GivenRecord): Become {
    const place = placeOf(given);
    this.records++;
    const imported =
      'fault' in given ? E.left([{ pointer: '', message: given.fault }]) : this.importer(given.record);
    if (E.isLeft(imported)) {
      const refused = imported.left.map((fault) => ({ ...place, ...fault }));
      this.refusedRecords++;
      this.refused.push(...refused.slice(0, listedMax - this.refused.length));
      return { refused };
    }
    const { events } = imported.right;
    const unmapped = imported.right.unmapped.map((message) => ({ ...place, message }));
    this.events += events.length;
    if (unmapped.length > 0) this.unmappedRecords++;
    this.unmapped.push(...unmapped.slice(0, listedMax - this.unmapped.length));
    return { events, unmapped };
  }
}
