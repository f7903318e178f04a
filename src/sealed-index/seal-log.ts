/** Seals a log: each completed stretch gets its index, and its root becomes the next leaf of the second log. */
import { type Hash, rootOfLeaves, sameHash } from '../integrity/merkle-tree.ts';
import { hashIn, tileWidth } from '../integrity/tiles.ts';
import type { TreeBuilder } from '../integrity/tree-builder.ts';
import type { TreeWriter } from '../integrity/tree-file.ts';
import type { LogPage, LogReader } from '../store/log-reader.ts';
import { linesOfEvents } from './event-lines.ts';
import type { IndexedEvent } from './index-key.ts';
import type { SealedIndexWriter } from './index-writer.ts';
import { KeyOrder } from './key-order.ts';
import { leafHashesOf } from './leaf-hashes.ts';
import { type KeyBlocks, mergedLines } from './merged-lines.ts';
import { leafOfText, type Seal, sealEntry } from './stretch-leaf.ts';
import {
  partsOf,
  type Stretch,
  smallestStretchEvents,
  stretchesEndingAt,
  stretchesUpTo,
} from './stretches.ts';

/** The leaf of a stretch in the second log. */
const leafOfSeal = (seal: Seal): Hash => leafOfText(sealEntry(seal));

/** The log differs from what was sealed, or the index file does not belong to the second log. */
class OtherSeal extends Error {
  constructor(place: number) {
    super(
      `the index of stretch ${place} of the log differs from the sealed one. Restore index-2.sqlite and index-2-tree.sqlite together with the log they belong to. If nobody has seen a checkpoint of the index, you can instead stop the server and delete both`,
    );
  }
}

/** Events to read at a time. */
const eventsReadMax = 1_024;

/** Reads a log sequentially, stretch by stretch. */
class LogInOrder {
  /** The memory in which the keys of a stretch are sorted. */
  private readonly order = new KeyOrder();
  private readonly log: LogReader;
  private readonly decoder = new TextDecoder();
  private page: LogPage | undefined;
  private next = 0;

  constructor(log: LogReader) {
    this.log = log;
  }

  /** The keys of the events of a stretch, which begins where the previous one ended. */
  lines(stretch: Stretch): KeyBlocks {
    return linesOfEvents(this.events(stretch), this.order);
  }

  private *events({ start, size }: Stretch): Generator<IndexedEvent> {
    for (let after = start; after < size; ) {
      if (this.page?.positions[this.next] !== after + 1) {
        this.page = this.log.page(after, Number.MAX_SAFE_INTEGER, eventsReadMax);
        this.next = 0;
        if (this.page.positions.length === 0) return;
      }
      const { bytes, starts, ids, idStarts, idEnds, sourceOf } = this.page;
      const at = this.next++;
      after++;
      yield {
        position: after,
        source: sourceOf(at),
        id: this.decoder.decode(ids.subarray(idStarts[at]!, idEnds[at]!)),
        bytes: bytes.subarray(starts[at]!, starts[at + 1]!),
      };
    }
  }
}

const keysOfStretch = (log: LogInOrder, index: SealedIndexWriter, stretch: Stretch): KeyBlocks => {
  const parts = partsOf(stretch);
  return parts.length === 0
    ? log.lines(stretch)
    : mergedLines(parts.map((part) => index.linesOf(index.find(part)!)));
};

/** The seals that the second log does not have yet. */
class PendingLeaves {
  private readonly tree: TreeWriter;
  private readonly builder: TreeBuilder;
  private readonly leaves: Hash[] = [];

  constructor(tree: TreeWriter, builder: TreeBuilder) {
    this.tree = tree;
    this.builder = builder;
  }

  /** Adds a seal, or compares it with the existing leaf. */
  add(place: number, seal: Seal): void {
    const leaf = leafOfSeal(seal);
    if (place >= this.builder.size) {
      this.leaves.push(leaf);
      return;
    }
    const tile = this.tree.tiles(0, Math.floor(place / tileWidth), (place % tileWidth) + 1);
    if (!sameHash(hashIn(tile, place % tileWidth), leaf)) throw new OtherSeal(place);
  }

  /** Stores them in the tree. */
  flush(): void {
    if (this.leaves.length > 0) this.tree.grow(this.builder.append(this.leaves.splice(0)), this.builder.size);
  }
}

/** Whether the last sealed events are those of the log. They are not after an older log was restored. */
const isOfThisLog = (log: LogReader, index: SealedIndexWriter): boolean => {
  const count = index.count();
  const size = count === 0 ? 0 : index.at(count - 1)!.size;
  if (size === 0) return true;
  if (size > log.head()) return false;
  const last = { start: size - smallestStretchEvents, size };
  const leaves: Hash[] = [];
  for (const lines of new LogInOrder(log).lines(last))
    for (const leaf of leafHashesOf(lines)) leaves.push(leaf);
  return sameHash(rootOfLeaves(leaves), index.find(last)!.root);
};

/** Events to seal before the result is made durable, by default. */
const eventsAtOnceMax = 16_384;

/**
 * Seals the completed stretches of a log up to a size. Yields the sealed size after each piece of work.
 *
 * @param builder the builder of the second log's tree.
 * @param eventsAtOnce how many events to seal before the result is made durable.
 * @throws OtherSeal if a sealed stretch would get another seal.
 */
export function* sealUpTo(
  log: LogReader,
  index: SealedIndexWriter,
  tree: TreeWriter,
  builder: TreeBuilder,
  size: number,
  eventsAtOnce = eventsAtOnceMax,
): Generator<number> {
  // The log is compared once per process: what it then sealed came from this log.
  if (!index.hasSealed && !isOfThisLog(log, index)) throw new OtherSeal(index.count() - 1);
  let place = index.count();
  const events = new LogInOrder(log);
  const pending = new PendingLeaves(tree, builder);
  // Seals that the second log lacks: the file is written before it.
  for (let each = builder.size; each < place; each++) pending.add(each, index.at(each)!);
  const flush = (): void => {
    index.flush();
    pending.flush();
  };
  let end = place === 0 ? 0 : index.at(place - 1)!.size;
  let flushedAt = end;
  while (place < stretchesUpTo(size)) {
    if (stretchesUpTo(end) === place) end += smallestStretchEvents;
    const stretch = stretchesEndingAt(end)[place - stretchesUpTo(end - 1)]!;
    const steps = index.seal(stretch, keysOfStretch(events, index, stretch));
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yield end;
    pending.add(place, step.value);
    place++;
    // Stretches that end together are signed together: the largest one replaces the others.
    if (place < stretchesUpTo(end) || end - flushedAt < eventsAtOnce) continue;
    flush();
    flushedAt = end;
    yield end;
  }
  flush();
  yield end;
}
