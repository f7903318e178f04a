/**
 * Records on their way to become events, one by one, and what there is to tell of them.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ForeignEvent } from './imported/foreign-event.ts';
import type { Importer } from './imported/imported.ts';
import type { GivenRecord } from './records/given-record.ts';

/** Places that are told one by one; beyond them only their number is. */
const toldMax = 1_000;

/** The place of a record. */
export interface RecordPlace {
  readonly index: number;
  readonly line?: number;
}

/** A record that is refused, with one of its faults. */
export type RefusedRecord = RecordPlace & { readonly pointer: string; readonly message: string };

/** A record of which something became no event. */
export type UnmappedRecord = RecordPlace & { readonly message: string };

const placeOf = ({ index, line }: GivenRecord): RecordPlace =>
  line === undefined ? { index } : { index, line };

/** What became of one record. */
export type Become =
  | { readonly events: ReadonlyArray<ForeignEvent>; readonly unmapped: ReadonlyArray<UnmappedRecord> }
  | { readonly refused: ReadonlyArray<RefusedRecord> };

/** Lets records become events, and counts. */
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
      this.refused.push(...refused.slice(0, toldMax - this.refused.length));
      return { refused };
    }
    const { events } = imported.right;
    const unmapped = imported.right.unmapped.map((message) => ({ ...place, message }));
    this.events += events.length;
    if (unmapped.length > 0) this.unmappedRecords++;
    this.unmapped.push(...unmapped.slice(0, toldMax - this.unmapped.length));
    return { events, unmapped };
  }
}
