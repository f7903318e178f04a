/**
 * The live followers of the log. New events are read and serialised once for all followers at the end of the log;
 * each gets those that match its filter.
 */
import { setImmediate as afterOthers, setTimeout as wait } from 'node:timers/promises';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import { whateverIsKnown } from '../../ledger/ask.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { People } from '../../ledger/people.ts';
import { type EventFilter, eventsAfter, matcherOf } from '../../questions/events.ts';

/** How many streams of the log may be open, live or not. */
export const streamsMax = 256;
/** Events to read at once. */
export const streamedPageEventsMax = 250;
/** Events, and characters of them, that may wait for one follower; a slower one reads by itself again. */
const waitingEventsMax = 1_000;
const waitingCharactersMax = 4_000_000;
/** How long to wait if the projections report a position that cannot be read yet. */
const aheadMs = 5;

/** Gives each reader of the log a separate turn of the event loop, so that others get theirs in between. */
class Rounds {
  private last: Promise<unknown> = Promise.resolve();

  next(): Promise<unknown> {
    this.last = this.last.then(() => afterOthers());
    return this.last;
  }
}

/** An event as a server-sent event. */
export const sentEvent = (event: { readonly position: string }): string =>
  `event: event\ndata: ${JSON.stringify(event)}\nid: ${event.position}\n\n`;

/** A follower's request: its access and its filter. */
export interface Following {
  readonly filter: EventFilter;
  readonly people: People;
  /** Whether the caller sees identifiers; callers with the same access share serialised events. */
  readonly seesPeople: boolean;
  readonly after: number;
}

/** A follower at the end of the log. */
export class Follower {
  readonly following: Following;
  /** The position up to which all matching events were taken. */
  position: number;
  private reached: number;
  private waiting: string[] = [];
  private characters = 0;
  private isBehind = false;
  private failure: { readonly error: unknown } | undefined;
  private wake: () => void = () => {};

  constructor(following: Following) {
    this.following = following;
    this.position = following.after;
    this.reached = following.after;
  }

  /** Passes on new events up to a position. Returns false if the follower must read by itself from now on. */
  tell(texts: ReadonlyArray<string>, upTo: number): boolean {
    for (const text of texts) {
      this.waiting.push(text);
      this.characters += text.length;
    }
    this.isBehind = this.waiting.length > waitingEventsMax || this.characters > waitingCharactersMax;
    if (!this.isBehind) this.reached = Math.max(this.reached, upTo);
    if (this.isBehind || texts.length > 0) this.wake();
    return !this.isBehind;
  }

  fail(error: unknown): void {
    this.failure = { error };
    this.wake();
  }

  /**
   * The new events; none after `waitMsMax`, or once the signal aborts.
   *
   * @returns undefined if the follower must read by itself from its position on.
   * @throws the error that occurred for its events.
   */
  async next(waitMsMax: number, signal: AbortSignal): Promise<ReadonlyArray<string> | undefined> {
    if (this.waiting.length === 0 && !this.isBehind && this.failure === undefined && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          this.wake = () => {};
          resolve();
        };
        const timer = setTimeout(done, waitMsMax);
        signal.addEventListener('abort', done);
        this.wake = done;
      });
    }
    if (this.failure !== undefined) throw this.failure.error;
    if (this.isBehind) return undefined;
    const texts = this.waiting;
    this.waiting = [];
    this.characters = 0;
    this.position = this.reached;
    return texts;
  }
}

/** Shares reading the log among live followers. */
export class LogFollowers {
  /** The turns of readers. */
  readonly rounds = new Rounds();
  private readonly ledger: Ledger;
  private readonly followers = new Set<Follower>();
  private streams = 0;
  /** The position up to which followers have been notified. */
  private position = 0;
  private isTelling = false;
  private unwatch: (() => void) | undefined;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /**
   * Takes a free place for a stream, if there is one. The returned function releases it, and may be called
   * repeatedly.
   */
  enter(): (() => void) | undefined {
    if (this.streams >= streamsMax) return undefined;
    this.streams++;
    let isIn = true;
    return () => {
      if (isIn) this.streams--;
      isIn = false;
    };
  }

  /** Starts following at the end of the log; undefined if the other followers are already further. */
  join(following: Following): Follower | undefined {
    if (this.followers.size === 0) this.position = following.after;
    if (following.after < this.position) return undefined;
    const follower = new Follower(following);
    this.followers.add(follower);
    this.unwatch ??= this.ledger.watch(() => void this.tellAll());
    void this.tellAll();
    return follower;
  }

  leave(follower: Follower): void {
    this.followers.delete(follower);
    if (this.followers.size > 0) return;
    this.unwatch?.();
    this.unwatch = undefined;
  }

  /** Passes new events to all followers until there are none. */
  private async tellAll(): Promise<void> {
    if (this.isTelling) return;
    this.isTelling = true;
    try {
      while (this.followers.size > 0 && this.ledger.state().position > this.position) {
        await this.rounds.next();
        const before = this.position;
        await this.tellPage();
        if (this.position === before) await wait(aheadMs);
      }
    } catch (error) {
      for (const follower of this.followers) follower.fail(error);
      this.followers.clear();
    } finally {
      this.isTelling = false;
    }
  }

  private async tellPage(): Promise<void> {
    const followers = [...this.followers];
    const { matched, upTo } = this.ledger.ask(whateverIsKnown, 'claimed', (view) => {
      const { events, next } = eventsAfter(view, {}, this.position, streamedPageEventsMax);
      return {
        upTo: next ?? Math.max(this.position, view.known.position),
        matched: followers.map(({ following: { filter, after } }) => {
          const matches = matcherOf(view, filter);
          return events.filter((event) => event.position > after && matches(event));
        }),
      };
    });
    this.position = upTo;
    for (const seesPeople of [true, false]) {
      const places = followers.flatMap((follower, place) =>
        follower.following.seesPeople === seesPeople ? [place] : [],
      );
      if (places.length === 0) continue;
      const wanted = new Map<number, RecordedEvent>();
      for (const place of places) for (const event of matched[place]!) wanted.set(event.position, event);
      const written = await this.written([...wanted.values()], followers[places[0]!]!.following.people);
      for (const place of places) {
        const follower = followers[place]!;
        if (!this.followers.has(follower)) continue;
        if ('error' in written) {
          follower.fail(written.error);
          this.leave(follower);
        } else {
          const texts = matched[place]!.map(({ position }) => written.texts.get(position)!);
          if (!follower.tell(texts, upTo)) this.leave(follower);
        }
      }
    }
  }

  private async written(
    events: ReadonlyArray<RecordedEvent>,
    people: People,
  ): Promise<{ readonly texts: ReadonlyMap<number, string> } | { readonly error: unknown }> {
    try {
      const wire = await people.wire(events);
      return { texts: new Map(wire.map((event, index) => [events[index]!.position, sentEvent(event)])) };
    } catch (error) {
      return { error };
    }
  }
}
