/** Copies the events that the operator shows. Every entry must match its stored bytes, and every hash its entry. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { parseInstant } from '../domain/time/instant.ts';
import { loggedEvent } from '../integrity/follow-log.ts';
import { logEntry } from '../integrity/log-entry.ts';
import { hashBytes } from '../integrity/merkle-tree.ts';
import { decodeEntries, tilePath, tileWidth } from '../integrity/tiles.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { Evidence } from './evidence.ts';
import type { Operator } from './operator.ts';
import type { OwnLedger } from './own-ledger.ts';
import { type Checked, lie, needed, noAnswer, type Round } from './round.ts';

/** Stored bytes to request at the same time. */
const requestsAtOnceMax = 8;

/** The copy, the operator, and the operator's checkpoint up to which events are copied. */
export interface Copying {
  readonly operator: Operator;
  readonly own: OwnLedger;
  readonly checkpoint: Evidence['operator'];
  readonly size: number;
}

/** A tile of events: its index, the number of its hashes, and its path. */
interface Tile {
  readonly index: number;
  readonly width: number;
  readonly path: string;
}

/** The event of an entry and its stored bytes; undefined if the entry cannot be read. */
const eventOf = (entry: Uint8Array, bytes: Uint8Array): StoredEvent | undefined => {
  try {
    const read = JSON.parse(Buffer.from(entry).toString('utf8')) as Record<string, unknown>;
    const recordedAt = parseInstant(String(read.recordedat));
    if (E.isLeft(recordedAt)) return undefined;
    return {
      position: Number(read.position),
      source: String(read.source),
      id: String(read.id),
      recordedAt: recordedAt.right,
      recordedBy: read.recordedby,
      authority: read.authority,
      bytes,
    } as StoredEvent;
  } catch {
    return undefined;
  }
};

/** The entries of a tile, one for each hash. */
const entriesOf = (
  { operator, own, checkpoint }: Copying,
  { width, path }: Tile,
): Checked<ReadonlyArray<Uint8Array>> =>
  pipe(
    needed(operator, `/log/tile/entries/${path.slice(2)}`),
    TE.flatMapEither((answer) => {
      const shown = { ...checkpoint, [answer.path]: answer.bytes };
      return pipe(
        decodeEntries(answer.bytes),
        E.filterOrElse(
          (entries) => entries.length === width,
          (entries) => `the bundle has ${entries.length} entries instead of ${width}`,
        ),
        E.mapLeft((fault) => lie(own, 'leaf', fault, shown)),
      );
    }),
  );

/** The event at a position, if its stored bytes match its entry. */
const eventAt = (
  { operator, own, checkpoint }: Copying,
  position: number,
  entry: Uint8Array,
): Checked<StoredEvent> =>
  pipe(
    needed(operator, `/v1/events/${position}/stored`),
    TE.flatMapEither((answer) => {
      const event = eventOf(entry, answer.bytes);
      const derived = event === undefined ? undefined : logEntry(loggedEvent(event));
      return event?.position === position && Buffer.compare(derived!, entry) === 0
        ? E.right(event)
        : E.left(
            lie(
              own,
              'leaf',
              `the entry at position ${position} does not match the stored bytes that the operator shows`,
              { ...checkpoint, entry, [answer.path]: answer.bytes },
              derived === undefined ? {} : { entry: derived },
            ),
          );
    }),
  );

/** The events of a tile that are new to the copy. */
const newEventsOf =
  (copying: Copying, { index, width }: Tile) =>
  (entries: ReadonlyArray<Uint8Array>): Checked<ReadonlyArray<StoredEvent>> =>
  async () => {
    const events: StoredEvent[] = [];
    for (let from = copying.own.head() - index * tileWidth; from < width; from += requestsAtOnceMax) {
      const some = entries.slice(from, from + requestsAtOnceMax);
      const page = await pipe(
        some,
        TE.traverseArrayWithIndex((at, entry) => eventAt(copying, index * tileWidth + from + at + 1, entry)),
      )();
      if (E.isLeft(page)) return page;
      events.push(...page.right);
    }
    return E.right(events);
  };

/** Compares the hashes of a tile with those of the copy, which previously had `known` events. */
const compareHashes = (
  { operator, own, checkpoint }: Copying,
  { index, width, path }: Tile,
  known: number,
): Checked<void> =>
  pipe(
    needed(operator, `/log/tile/${path}`),
    TE.flatMapEither((answer): E.Either<Round, void> => {
      const hashes = own.tree.tile(0, index, width)!;
      if (Buffer.compare(hashes, answer.bytes) === 0) return E.right(undefined);
      const differing = hashes.findIndex((byte, at) => byte !== answer.bytes[at]);
      const position = index * tileWidth + Math.floor(Math.max(0, differing) / hashBytes) + 1;
      const shownBefore = position <= known;
      return E.left(
        lie(
          own,
          shownBefore ? 'fork' : 'leaf',
          shownBefore
            ? `the hash of the event at position ${position} has changed: the operator shows two versions of its log`
            : `the hash of the event at position ${position} does not match its entry`,
          { ...checkpoint, [answer.path]: answer.bytes },
          { hashes },
        ),
      );
    }),
  );

/** Copies the next tile of events. */
const copyTile = (copying: Copying): Checked<void> => {
  const { own, size } = copying;
  const known = own.head();
  const index = Math.floor(known / tileWidth);
  const width = Math.min(tileWidth, size - index * tileWidth);
  const tile: Tile = { index, width, path: tilePath({ level: 0, index, width }) };
  return pipe(
    entriesOf(copying, tile),
    TE.flatMap(newEventsOf(copying, tile)),
    TE.flatMap((events) => async (): Promise<E.Either<Round, void>> => {
      const failure = await own.add(events);
      return failure === undefined ? E.right(undefined) : E.left(noAnswer(failure));
    }),
    TE.flatMap(() => compareHashes(copying, tile, known)),
  );
};

/** Copies the events up to the checkpoint that are new to the copy. */
export const copyEvents =
  (copying: Copying, onProgress: (done: number, of: number) => void): Checked<void> =>
  async () => {
    const { own, size } = copying;
    while (own.head() < size) {
      const copied = await copyTile(copying)();
      if (E.isLeft(copied)) return copied;
      onProgress(own.head(), size);
    }
    return E.right(undefined);
  };
