/**
 * Groups the waiting appends of one stream, so that one call writes several of them.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { EventToAppend } from '../event-store.ts';
import { encodeBatch } from './append-format.ts';
import type { Limits } from './limits.ts';
import type { PendingAppend } from './pending-append.ts';
import type { RecordToWrite } from './record-format.ts';
import type { Replica } from './replica.ts';
import type { SizeLimits } from './size-limits.ts';

/** A pending append with the records that write its new events. */
export interface EncodedAppend {
  readonly append: PendingAppend;
  readonly newEvents: ReadonlyArray<EventToAppend>;
  readonly records: ReadonlyArray<RecordToWrite>;
  /** The bytes of the records as the server counts them. */
  readonly bytes: number;
}

/** What one call writes. */
export interface AppendGroup {
  /** The stream's revision when the appends were compared with the replica, `-1n` for no stream. */
  readonly revision: bigint;
  readonly appends: ReadonlyArray<EncodedAppend>;
}

const keyOf = (event: EventToAppend): string => JSON.stringify([event.source, event.id]);

/** The appends in a group so far. */
class GroupInProgress {
  readonly appends: EncodedAppend[] = [];
  private readonly limits: Limits;
  private readonly keys = new Set<string>();
  private events = 0;
  private bytes = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Whether an append can join. Two appends with an event in common cannot: the first decides on the second. */
  hasRoomFor({ append, newEvents, bytes }: EncodedAppend): boolean {
    if (this.appends.length === 0) return true;
    return (
      !append.mustBeAlone &&
      this.events + newEvents.length <= this.limits.groupEventsMax &&
      this.bytes + bytes <= this.limits.groupBytesMax &&
      newEvents.every((event) => !this.keys.has(keyOf(event)))
    );
  }

  add(encoded: EncodedAppend): void {
    this.appends.push(encoded);
    this.events += encoded.newEvents.length;
    this.bytes += encoded.bytes;
    for (const event of encoded.newEvents) this.keys.add(keyOf(event));
  }
}

/**
 * Takes appends from the front of a queue as long as they fit into one call. Those that need no write are settled:
 * conflicts, batches of duplicates, and events that are too large.
 */
export const nextGroup = (
  stream: string,
  queue: Iterable<PendingAppend>,
  replica: Replica,
  sizes: SizeLimits,
  limits: Limits,
): AppendGroup => {
  const group = new GroupInProgress(limits);
  let revision = -1n;
  for (const append of queue) {
    const compared = replica.compare(append.batch);
    if (E.isLeft(compared)) {
      // An append that conflicts with a recorded event may only be refused after those before it are written.
      if (group.appends.length > 0) break;
      append.settle(compared);
      continue;
    }
    const { newEvents, duplicatesUpTo } = compared.right;
    append.duplicatesUpTo = duplicatesUpTo;
    if (newEvents.length === 0) {
      append.settleRecorded(0, duplicatesUpTo);
      continue;
    }
    const { id, recordedAtOf } = append;
    const encoded = { append, newEvents, ...encodeBatch(id, newEvents, sizes.recordBytesMax, recordedAtOf) };
    const tooLarge = sizes.refusalOfNew({ batch: append.batch, ...encoded });
    if (tooLarge !== undefined) {
      append.settle(E.left(tooLarge));
      continue;
    }
    if (!group.hasRoomFor(encoded)) break;
    if (group.appends.length === 0) revision = replica.revisionOf(stream);
    group.add(encoded);
    if (append.mustBeAlone) break;
  }
  return { revision, appends: group.appends };
};
