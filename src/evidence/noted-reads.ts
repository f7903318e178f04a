/** Records the lookups made while a bundle's answers are derived, because the bundle must show them. */
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../domain/events/stored.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { multiProof } from '../integrity/multi-proof.ts';
import { toBase64 } from '../integrity/signed-note.ts';
import type { KeptStretch, SealedIndexReader } from '../sealed-index/index-reader.ts';
import { keysInLeaf, leafText, positionsInLeafMax } from '../sealed-index/stretch-leaf.ts';
import type { LogReader } from '../store/log-reader.ts';
import type { ShownStretch } from './bundle.ts';
import type { KeyPart } from './key-part.ts';

/** A bundle cannot be made, with the reason. `later`: whether it can be made soon. */
export class NoEvidence extends Error {
  readonly later: boolean;
  constructor(message: string, later = false) {
    super(message);
    this.later = later;
  }
}

/**
 * Events in a bundle. A small event takes about 640 bytes of the file. With this many, making the bundle takes less than
 * two gibibytes of heap, and verifying it half a minute.
 */
const bundleEventsMax = 200_000;

/**
 * Bytes of these events as stored. A bundle contains them as text within text, and each page of evidence shows them, so
 * both stay within what one text can hold.
 */
const bundleEventBytesMax = 128 * 1_024 * 1_024;

/** Reads events of the log, and records which. */
export class NotedEvents {
  readonly positions = new Set<number>();
  private readonly read = new Map<number, RecordedEvent | undefined>();
  private readonly log: LogReader;
  private readonly instead: string;
  private bytes = 0;

  /** @param instead what to ask if the answers rest on more events than a bundle holds. */
  constructor(log: LogReader, instead: string) {
    this.log = log;
    this.instead = instead;
  }

  bytesAt(position: number): number {
    return this.at(position) === undefined ? 0 : this.log.at(position)!.bytes.length;
  }

  at(position: number): RecordedEvent | undefined {
    if (this.read.has(position)) return this.read.get(position);
    if (this.positions.size >= bundleEventsMax)
      throw new NoEvidence(
        `the answers rest on more than ${bundleEventsMax} events, and a bundle holds no more: ${this.instead}`,
      );
    this.positions.add(position);
    const stored = this.log.at(position);
    this.bytes += stored?.bytes.length ?? 0;
    if (this.bytes > bundleEventBytesMax)
      throw new NoEvidence(
        `the answers rest on events of more than ${bundleEventBytesMax} bytes, and a bundle holds no more: ${this.instead}`,
      );
    const event = stored === undefined ? E.left([]) : decodeStored(stored.bytes);
    const { recordedAt = 0, recordedBy = null, authority = null } = stored ?? {};
    const recorded = E.isLeft(event)
      ? undefined
      : { position, recordedAt, recordedBy, authority, event: event.right };
    this.read.set(position, recorded);
    return recorded;
  }
}

/** Reads keys of a sealed stretch, and records the leaves that show the result. */
export class NotedStretch implements KeyPart {
  private readonly index: SealedIndexReader;
  private readonly stretch: KeptStretch;
  private readonly leaves = new Set<number>();
  private readonly lists = new Map<number, ReadonlyArray<number>>();

  constructor(index: SealedIndexReader, stretch: KeptStretch) {
    this.index = index;
    this.stretch = stretch;
  }

  floor(key: string): number {
    const { keys } = this.stretch;
    const place = this.index.floor(this.stretch, key);
    if (place >= 0 && this.keyAt(place) === key) return place;
    // The next key shows that the requested one is missing.
    if (place + 1 < keys) this.keyAt(place + 1);
    return place;
  }

  keyAt(place: number) {
    this.leaves.add(Math.floor(place / keysInLeaf));
    return this.index.keyAt(this.stretch, place).key;
  }

  positionsAt(place: number): ReadonlyArray<number> {
    const { positions } = this.index.keyAt(this.stretch, place);
    if (positions.length > positionsInLeafMax) this.lists.set(place, positions);
    return positions;
  }

  shown(): ShownStretch {
    const { start, size, keys, root } = this.stretch;
    const indexes = [...this.leaves].sort((a, b) => a - b);
    const leaves = indexes.map((index) => ({
      index,
      text: leafText(
        Array.from({ length: Math.min(keysInLeaf, keys - index * keysInLeaf) }, (_, at) =>
          this.index.keyAt(this.stretch, index * keysInLeaf + at),
        ),
      ),
    }));
    const proof = multiProof(this.index.tilesOf(this.stretch), indexes, Math.ceil(keys / keysInLeaf));
    const lists = [...this.lists]
      .sort(([a], [b]) => a - b)
      .map(([place, positions]) => ({ place, positions }));
    return { start, size, keys, root: toBase64(root), leaves, lists, proof: proof.map(toBase64) };
  }
}
