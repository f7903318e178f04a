/**
 * A document for reading, printing and sending: sections with tables, in which each cell names the events behind
 * it.
 */

/** A cell: its text, or null if the ledger does not know it, and the positions of the events behind it. */
export interface DocumentCell {
  readonly value: string | null;
  readonly events: ReadonlyArray<string>;
}

export interface DocumentSection {
  readonly title: string;
  readonly says: ReadonlyArray<string>;
  readonly columns: ReadonlyArray<string>;
  readonly rows: ReadonlyArray<ReadonlyArray<DocumentCell>>;
  /** What to say if there are no rows. */
  readonly empty: string;
}

/** An event that cells name. */
export interface DocumentEvent {
  readonly position: string;
  readonly type: string;
  readonly time: string;
  readonly recordedat: string;
  readonly source: string;
  readonly assurance: string;
}

export interface Document {
  readonly title: string;
  /** What the document is about, as pairs of a name and a value. */
  readonly about: ReadonlyArray<readonly [name: string, value: string]>;
  readonly says: ReadonlyArray<string>;
  readonly sections: ReadonlyArray<DocumentSection>;
  readonly events: ReadonlyArray<DocumentEvent>;
}

/** A cell with a text and its events. */
export const cell = (value: string | null, events: ReadonlyArray<string> = []): DocumentCell => ({
  value,
  events,
});

/** A time for human readers: to the second, UTC. Fields of rows keep their milliseconds. */
export const timeText = (wire: string | null, absent: string): string =>
  wire === null
    ? absent
    : wire
        .replace('T', ' ')
        .replace(/(:00)?\.000Z$/, '')
        .replace(/ 00:00$/, '')
        .replace('Z', '');
