/**
 * Copying a whole ledger's log from one store to another, either way.
 *
 * The copy holds the same events in the same order with the same bytes, and each with the time at which it was first
 * recorded, at the same positions, so that it answers every question about what was known when as the original does.
 * Copying can be broken off and begun again: what is there already is compared, and the rest added. Everything is
 * read back and compared before the copy is called one.
 */
import { createHash, type Hash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { type AppendError, type Appended, origin, type Position, type StoredEvent } from './event-store.ts';

/** An event as another ledger recorded it. */
export type CopiedEvent = Omit<StoredEvent, 'position'>;

/** The ledger that is copied. Nothing should be recorded in it meanwhile; what is, may be left out. */
export interface CopySource {
  /** Up to `limit` events after a position, in log order. */
  after(position: Position, limit: number): ReadonlyArray<StoredEvent>;
  head(): Promise<Position>;
}

/** The ledger that becomes the copy. Nobody else may record in it meanwhile. */
export interface CopyTarget extends CopySource {
  /** Adds events with the times at which they were recorded, all or none. */
  add(events: ReadonlyArray<CopiedEvent>): Promise<E.Either<AppendError, Appended>>;
}

/** How far copying is. `position` and `head` are the source's: their ratio says how much is done. */
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
  /** How many of them were there before. */
  readonly compared: number;
  /** SHA-256 over every event, source, id, time and bytes, in order, read from the copy. */
  readonly digest: string;
}

/** Why there is no copy. What was copied so far stays, and copying can go on from there. */
export type CopyProblem =
  /** The target holds something else than the source, at these positions. */
  | {
      readonly kind: 'differs';
      readonly sourcePosition: Position | undefined;
      readonly targetPosition: Position;
    }
  /** The target did not take an event, or stayed unavailable. */
  | { readonly kind: 'refused'; readonly sourcePosition: Position; readonly error: AppendError }
  | { readonly kind: 'aborted' };

export interface CopyOptions {
  readonly onProgress?: (progress: CopyProgress) => void;
  readonly signal?: AbortSignal;
  readonly sleep: (ms: number) => Promise<void>;
  readonly pageEventsMax?: number;
  /** How often an unavailable target is tried again before copying gives up. */
  readonly triesMax?: number;
}

const pageEventsDefault = 1_000;
const triesDefault = 10;

const isSame = (a: CopiedEvent, b: CopiedEvent): boolean =>
  a.source === b.source &&
  a.id === b.id &&
  a.recordedAt === b.recordedAt &&
  Buffer.compare(a.bytes, b.bytes) === 0;

const digestOf = (hash: Hash, { source, id, recordedAt, bytes }: CopiedEvent): void => {
  hash.update(JSON.stringify([source, id, recordedAt, bytes.length]));
  hash.update(bytes);
};

/** Adds events, in smaller and smaller pieces where they are too large together, and again where they may be. */
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

/** Copies everything that the source holds, or goes on where an earlier copy ended. */
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
