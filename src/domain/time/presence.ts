/**
 * Presences: the maximal uninterrupted intervals in which something was somewhere (R12).
 *
 * A presence of no length is none, and away and back at one instant is no interruption: only the state after the last
 * event of an instant counts (R3).
 */
import { type Instant, never } from './instant.ts';

/** An interval with the events that opened and closed it. */
export interface Presence {
  readonly from: Instant;
  readonly to: Instant;
  readonly opened: ReadonlyArray<number>;
  readonly closed: ReadonlyArray<number>;
}

/** The comings and goings of one thing, told in folding order. */
export class Course {
  private readonly past: Presence[] = [];
  private since: Pick<Presence, 'from' | 'opened'> | undefined;

  /** It is there from `at` on; nothing changes if it was there. */
  enter(at: Instant, opened: ReadonlyArray<number>): void {
    if (this.since !== undefined) return;
    const last = this.past.at(-1);
    if (last?.to === at) this.since = this.past.pop()!;
    else this.since = { from: at, opened };
  }

  /** It is no longer there from `at` on. */
  leave(at: Instant, closedBy: number): void {
    if (this.since === undefined) return;
    const { from, opened } = this.since;
    this.since = undefined;
    if (from < at) this.past.push({ from, to: at, opened, closed: [closedBy] });
  }

  /** All presences, the one that lasts included. */
  presences(): ReadonlyArray<Presence> {
    if (this.since === undefined) return this.past;
    const { from, opened } = this.since;
    return [...this.past, { from, to: never, opened, closed: [] }];
  }
}
