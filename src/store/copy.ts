/**
 * Copies a ledger's whole log from one store to another.
 *
 * The copy has the same events at the same positions, with the same bytes, times of recording and attributions, so it gives the same
 * answers as the original at every known time. An interrupted copy can be resumed: what is already there is compared, and
 * the rest is added. Everything is read back and compared before the copy counts as complete.
 */
import { createHash, type Hash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { isSameAttribution } from '../domain/recording/attribution.ts';
import { type AppendError, type Appended, origin, type Position, type StoredEvent } from './event-store.ts';

/** An event as another ledger recorded it. */
export type CopiedEvent = Omit<StoredEvent, 'position'>;

/** The ledger to copy. Events recorded meanwhile may be left out. */
export interface CopySource {
  /** Up to `limit` events after a position, in log order. */
  after(position: Position, limit: number): ReadonlyArray<StoredEvent>;
  head(): Promise<Position>;
}

/** The ledger that becomes the copy. Nothing else may record in it meanwhile. */
export interface CopyTarget extends CopySource {
  /** Adds all of the events, with their times of recording, or none of them. */
  add(events: ReadonlyArray<CopiedEvent>): Promise<E.Either<AppendError, Appended>>;
}

/** The progress. `position` and `head` are those of the source, so their ratio is the part that is done. */
export interface CopyProgress {
  readonly phase: 'comparing' | 'copying';
  readonly events: number;
  readonly bytes: number;
  readonly position: Position;
  readonly head: Position;
}

/** What was copied. */
export interface Copied {
  /** How many events both ledgers hold. */
  readonly events: number;
  /** How many of them the target held before. */
  readonly compared: number;
  /** SHA-256 over every event, source, id, time, attribution and bytes, in order, read from the copy. */
  readonly digest: string;
}

/** Why copying stopped. The target keeps what was copied, and copying can be resumed. */
export type CopyProblem =
  /** The ledgers differ at these positions. */
  | {
      readonly kind: 'differs';
      readonly sourcePosition: Position | undefined;
      readonly targetPosition: Position;
    }
  /** The target refused an event, or remained unavailable. */
  | { readonly kind: 'refused'; readonly sourcePosition: Position; readonly error: AppendError }
  | { readonly kind: 'aborted' };

export interface CopyOptions {
  readonly onProgress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal;
  readonly sleep: (ms: number) => Promise<void>;
  readonly pageEventsMax?: number;
  /** How often to try an unavailable target before giving up. */
  readonly triesMax?: number;
}

const pageEventsDefault = 1_000;
const triesDefault = 10;

const isSame = (a: CopiedEvent, b: CopiedEvent): boolean =>
  a.source === b.source &&
  a.id === b.id &&
  a.recordedAt === b.recordedAt &&
  isSameAttribution(a, b) &&
  Buffer.compare(a.bytes, b.bytes) === 0;

const digestOf = (hash: Hash, event: CopiedEvent): void => {
  const { source, id, recordedAt, recordedBy, authority, bytes } = event;
  hash.update(JSON.stringify([source, id, recordedAt, recordedBy, authority, bytes.length]));
  hash.update(bytes);
};

/** Adds events. Splits them if they are too large together, and retries while the target is unavailable. */
const addAll = async (
  target: CopyTarget,
  events: ReadonlyArray<StoredEvent>,
  triesMax: number,
  sleep: CopyOptions['sleep'],
): Promise<CopyProblem | undefined> => {
  const pieces: Array<ReadonlyArray<StoredEvent>> = [events];
  for (let tries = 0; pieces.length > 0; ) {
    const piece = pieces[0]!;
    const outcome = await target.add(piece);
    if (E.isRight(outcome)) {
      pieces.shift();
      tries = 0;
    } else if (outcome.left.kind === 'too-large' && piece.length > 1) {
      const half = Math.ceil(piece.length / 2);
      pieces.splice(0, 1, piece.slice(0, half), piece.slice(half));
    } else if (outcome.left.kind === 'unavailable' && tries + 1 < triesMax) {
      tries += 1;
      await sleep(outcome.left.retryAfterMs);
    } else {
      return { kind: 'refused', sourcePosition: piece[0]!.position, error: outcome.left };
    }
  }
  return undefined;
};

/** Copies everything in the source, or resumes an earlier copy. */
export const copyLog = async (
  source: CopySource,
  target: CopyTarget,
  options: CopyOptions,
): Promise<E.Either<CopyProblem, Copied>> => {
  const { onProgress, signal, sleep } = options;
  const pageEventsMax = options.pageEventsMax ?? pageEventsDefault;
  const triesMax = options.triesMax ?? triesDefault;
  const hash = createHash('sha256');
  const head = await source.head();
  let [events, bytes, compared] = [0, 0, 0];
  let from: Position = origin;
  let to: Position = origin;
  for (;;) {
    if (signal?.aborted) return E.left({ kind: 'aborted' });
    const page = source.after(from, pageEventsMax);
    let there = target.after(to, Math.max(1, page.length));
    const extra = there[page.length];
    if (extra !== undefined) {
      return E.left({ kind: 'differs', sourcePosition: undefined, targetPosition: extra.position });
    }
    if (page.length === 0) break;
    const before = there.length;
    const differing = there.findIndex((event, index) => !isSame(event, page[index]!));
    if (differing < 0 && before < page.length) {
      const problem = await addAll(target, page.slice(before), triesMax, sleep);
      if (problem !== undefined) return E.left(problem);
      there = target.after(to, page.length);
    }
    for (const [index, event] of page.entries()) {
      const copy = there[index];
      if (copy === undefined || !isSame(copy, event)) {
        const targetPosition = copy?.position ?? (await target.head());
        return E.left({ kind: 'differs', sourcePosition: event.position, targetPosition });
      }
      digestOf(hash, copy);
      bytes += event.bytes.length;
    }
    events += page.length;
    compared += before;
    from = page.at(-1)!.position;
    to = there[page.length - 1]!.position;
    const phase = before === page.length ? 'comparing' : 'copying';
    onProgress?.({ phase, events, bytes, position: from, head: Math.max(head, from) });
  }
  return E.right({ events, compared, digest: hash.digest('hex') });
};
