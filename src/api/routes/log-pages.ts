/** Streams the log page by page: up to a position, or following it as it grows. A revoked key ends the stream. */
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import { whateverIsKnown } from '../../ledger/ask.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { People } from '../../ledger/people.ts';
import { type EventFilter, eventsAfter } from '../../questions/events.ts';
import { type Following, type LogFollowers, sentEvent, streamedPageEventsMax } from './log-followers.ts';

/** The maximum silence of a live stream: a comment keeps the connection open. */
const heartbeatMs = 15_000;

const encoder = new TextEncoder();

/** Whether the caller of a stream still has access, and whether it has gone. */
export interface Listening {
  readonly signal: AbortSignal;
  readonly isStillLetIn: () => boolean;
}

/** The reader's key was revoked while it read, which ends the stream. */
export class KeyRevoked extends Error {
  override readonly name = 'KeyRevoked';
}

/** The part of the log to stream. */
export interface Streamed {
  readonly filter: EventFilter;
  readonly after: number;
}

/** One page of matches after a position, and the position up to which it is complete. */
const pageAfter = (
  ledger: Ledger,
  filter: EventFilter,
  after: number,
  upTo: number,
): { readonly events: ReadonlyArray<RecordedEvent>; readonly position: number; readonly isLast: boolean } =>
  ledger.ask(upTo, 'claimed', (view) => {
    const { events, next } = eventsAfter(view, filter, after, streamedPageEventsMax);
    return { events, position: next ?? Math.max(after, view.known.position), isLast: next === null };
  });

const checkLetIn = ({ isStillLetIn }: Listening): void => {
  if (!isStillLetIn()) throw new KeyRevoked('the key was revoked during the request');
};

/** The lines of matching events, page by page, up to a position. */
export async function* linesUpTo(
  ledger: Ledger,
  followers: LogFollowers,
  people: People,
  { filter, after }: Streamed,
  upTo: number,
  listening: Listening,
): AsyncGenerator<Uint8Array> {
  for (let from = after; ; ) {
    await followers.rounds.next();
    checkLetIn(listening);
    const { events, position, isLast } = pageAfter(ledger, filter, from, upTo);
    const wire = await people.wire(events);
    yield encoder.encode(wire.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (isLast || listening.signal.aborted) return;
    from = position;
  }
}

/**
 * The matching events, page by page, and then live, shared with all other followers; an empty list after a while
 * without events.
 */
export async function* followed(
  ledger: Ledger,
  followers: LogFollowers,
  following: Following,
  listening: Listening,
): AsyncGenerator<ReadonlyArray<string>> {
  const { filter, people } = following;
  let from = following.after;
  let isFirst = true;
  while (!listening.signal.aborted) {
    await followers.rounds.next();
    checkLetIn(listening);
    const { events, position, isLast } = pageAfter(ledger, filter, from, whateverIsKnown);
    from = position;
    if (isFirst || events.length > 0) yield (await people.wire(events)).map(sentEvent);
    isFirst = false;
    if (!isLast) continue;
    const follower = followers.join({ ...following, after: from });
    if (follower === undefined) continue;
    try {
      for (;;) {
        const texts = await follower.next(heartbeatMs, listening.signal);
        if (listening.signal.aborted) return;
        checkLetIn(listening);
        if (texts === undefined) break;
        yield texts;
      }
    } finally {
      followers.leave(follower);
      from = follower.position;
    }
  }
}
