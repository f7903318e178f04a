/**
 * Verifies the events in a bundle: their stored bytes must match their entries, and the entries must be in the
 * signed log.
 */
import * as E from 'fp-ts/lib/Either.js';
import { sha256Hex } from '#sha256';
import { decodeStored } from '../domain/events/stored.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { formatInstant, parseInstant } from '../domain/time/instant.ts';
import type { Checkpoint } from '../integrity/checkpoint.ts';
import { leafHash } from '../integrity/merkle-tree.ts';
import { verifyMultiProof } from '../integrity/multi-proof.ts';
import { fromBase64 } from '../integrity/signed-note.ts';
import type { IndexedEvent } from '../sealed-index/index-key.ts';
import type { Bundle, EvidenceEvent } from './bundle.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Fault } from './fault.ts';

const encoder = new TextEncoder();

/** The hashes of a proof in Base 64. */
export const hashesOf = (proof: ReadonlyArray<string>): ReadonlyArray<Uint8Array> =>
  // Invalid Base 64 becomes a hash of the wrong length, which fails verification.
  proof.map((each) => fromBase64(each) ?? new Uint8Array(0));

/** An event of a bundle: as logged, and decoded if possible. */
export interface ShownEvent extends IndexedEvent {
  readonly position: number;
  readonly recorded: RecordedEvent | undefined;
}

const shownEvent = ({ entry, stored }: EvidenceEvent): E.Either<string, ShownEvent> => {
  const bytes = encoder.encode(stored);
  if (sha256Hex(bytes) !== entry.sha256) return E.left('the stored bytes do not match the entry');
  const recordedAt = parseInstant(entry.recordedat);
  if (E.isLeft(recordedAt) || formatInstant(recordedAt.right) !== entry.recordedat)
    return E.left('the entry does not say when it was recorded');
  const { position, source, id, type, recordedby, authority } = entry;
  const decoded = decodeStored(bytes);
  if (E.isLeft(decoded)) return E.right({ position, source, id, bytes, recorded: undefined });
  const event = decoded.right;
  if (event.source !== source || event.id !== id || event.type !== type)
    return E.left('the entry and the stored bytes are of different events');
  const recorded = { position, recordedAt: recordedAt.right, recordedBy: recordedby, authority, event };
  return E.right({ position, source, id, bytes, recorded });
};

/** The events of a bundle in log order, after verifying that they are in the log of its checkpoint. */
export const shownEvents = (
  { events, inclusion }: Bundle,
  { size, root }: Checkpoint,
): E.Either<Fault, ReadonlyArray<ShownEvent>> => {
  const shown: ShownEvent[] = [];
  for (const [index, event] of events.entries()) {
    const place = `/events/${index}`;
    const read = shownEvent(event);
    if (E.isLeft(read)) return E.left({ place, message: read.left });
    const before = shown.at(-1)?.position ?? 0;
    if (!Number.isSafeInteger(read.right.position) || read.right.position <= before)
      return E.left({ place, message: 'the events are not in log order, or one is there twice' });
    if (read.right.position > size) return E.left({ place, message: 'the checkpoint has fewer events' });
    shown.push(read.right);
  }
  const leaves = events.map(({ entry }) => ({
    index: entry.position - 1,
    hash: leafHash(encoder.encode(canonicalJson(entry))),
  }));
  return verifyMultiProof(leaves, hashesOf(inclusion), size, root)
    ? E.right(shown)
    : E.left({
        place: '/inclusion',
        message:
          'the entries do not lead to the root of the checkpoint: one of them, or the proof, was changed',
      });
};
