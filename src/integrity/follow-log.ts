/** Builds the tree of a log, in which each event becomes a leaf, in order; and compares a log with its tree. */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../domain/events/stored.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { type LoggedEvent, leafOf } from './log-entry.ts';
import { type Hash, sameHash } from './merkle-tree.ts';
import { hashIn, tileWidth, widthOfTile } from './tiles.ts';
import { type GrownTile, TreeBuilder } from './tree-builder.ts';
import type { TreeReader, TreeWriter } from './tree-file.ts';

/** Events to read, and leaves to compare, at a time. */
const eventsAtOnceMax = 1_000;
/** The maximum number of leaves, and of bytes of their events, in one transaction. */
const leavesKeptAtOnceMax = 10_000;
const bytesKeptAtOnceMax = 32 * 1_024 * 1_024;
/** Events to read first, while their size is unknown: one may be as large as ten thousand small ones. */
const eventsReadFirst = 16;

/** The beginning of an event in the current form: its id, source and type come first, in this order. */
const currentForm = Buffer.from('{"storedversion":1,"specversion":"1.0","id":');
const typeStart = Buffer.from('"type":"');

/** The type of a stored event. Quotes inside a string are escaped, so the first match is the attribute. */
const typeOf = (bytes: Uint8Array): string => {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const isCurrent =
    buffer.length >= currentForm.length &&
    buffer.compare(currentForm, 0, currentForm.length, 0, currentForm.length) === 0;
  if (isCurrent) {
    const start = buffer.indexOf(typeStart, currentForm.length) + typeStart.length;
    return buffer.toString('latin1', start, buffer.indexOf(0x22, start));
  }
  const decoded = decodeStored(bytes);
  return E.isRight(decoded) ? decoded.right.type : '';
};

/** The fields of a stored event to which the tree commits. */
export const loggedEvent = (stored: StoredEvent): LoggedEvent => ({
  ...stored,
  type: typeOf(stored.bytes),
});

/** The leaf of a stored event. */
const leafOfStored = (stored: StoredEvent): Hash => leafOf(loggedEvent(stored));

/**
 * Adds the next events of the log to its tree in one transaction, since a disk sync for each page would delay
 * appends. Returns their number.
 */
export const growTree = (log: LogReader, tree: TreeWriter, builder: TreeBuilder): number => {
  const before = builder.size;
  const grown = new Map<string, GrownTile>();
  let bytes = 0;
  for (let atOnce = eventsReadFirst; builder.size - before < leavesKeptAtOnceMax; ) {
    const events = log.after(builder.size, atOnce);
    for (const tile of builder.append(events.map(leafOfStored)))
      grown.set(`${tile.level} ${tile.index}`, tile);
    for (const stored of events) bytes += stored.bytes.length;
    if (events.length < atOnce || bytes >= bytesKeptAtOnceMax) break;
    const bytesEach = bytes / (builder.size - before);
    const fitting = Math.floor((bytesKeptAtOnceMax - bytes) / bytesEach);
    atOnce = Math.max(1, Math.min(eventsAtOnceMax, fitting));
  }
  if (builder.size > before) tree.grow([...grown.values()], builder.size);
  return builder.size - before;
};

/** A builder that continues the tree in a file. */
export const builderOf = (tree: TreeReader): TreeBuilder => new TreeBuilder(tree.tiles, tree.size());

/** The first difference between a log and its tree. */
export type LogDifference =
  /** The log ends before the tree: this many events are missing. */
  | { readonly kind: 'shorter'; readonly position: number; readonly missing: number }
  /** The event at a position is not the one that was hashed. */
  | { readonly kind: 'other-event'; readonly position: number };

/**
 * Compares a log with its tree, leaf by leaf: the events after one position up to another, or up to the end of the
 * tree.
 *
 * @returns after each page, the position up to which they agree, or the first difference.
 */
export function* compareWithTree(
  log: LogReader,
  tree: TreeReader,
  after = 0,
  upTo = Number.MAX_SAFE_INTEGER,
): Generator<{ readonly agreedUpTo: number } | LogDifference> {
  const size = Math.min(upTo, tree.size());
  let tile: Uint8Array = new Uint8Array(0);
  let tileAt = -1;
  for (let position = after; position < size; ) {
    const events = log.next(position, Math.min(eventsAtOnceMax, size - position));
    for (const stored of events) {
      const index = stored.position - 1;
      if (Math.floor(index / tileWidth) !== tileAt) {
        tileAt = Math.floor(index / tileWidth);
        tile = tree.tiles(0, tileAt, widthOfTile(size, 0, tileAt));
      }
      if (
        stored.position !== position + 1 ||
        !sameHash(hashIn(tile, index % tileWidth), leafOfStored(stored))
      ) {
        yield { kind: 'other-event', position: position + 1 };
        return;
      }
      position = stored.position;
    }
    if (events.length === 0) {
      yield { kind: 'shorter', position: position + 1, missing: tree.size() - position };
      return;
    }
    yield { agreedUpTo: position };
  }
}
