/**
 * Presences: the maximal uninterrupted intervals in which something was somewhere (R12).
 *
 * A presence of no length is none, and away and back at one instant is no interruption: only the state after the last
 * event of an instant counts (R3).
 */
import { type Instant, never } from '../time.ts';

/** An interval with the events that opened and closed it. */
export interface Presence {
  readonly from: Instant;
  readonly to: Instant;
  readonly opened: ReadonlyArray<number>;
  readonly closed: ReadonlyArray<number>;
}

interface Course<A> {
  readonly what: A;
  readonly past: Presence[];
  open: { from: Instant; opened: ReadonlyArray<number> } | undefined;
}

/** Records comings and goings, told in folding order. */
export class Presences<A extends object> {
  readonly courses = new Map<string, Course<A>>();

  /** `what`, known by `key`, is there from `at` on; nothing changes if it was there. */
  enter(key: string, what: A, at: Instant, opened: ReadonlyArray<number>): void {
    let course = this.courses.get(key);
    if (course === undefined) {
      course = { what, past: [], open: undefined };
      this.courses.set(key, course);
    }
    if (course.open !== undefined) return;
    const last = course.past.at(-1);
    if (last?.to === at) {
      course.past.pop();
      course.open = { from: last.from, opened: last.opened };
    } else course.open = { from: at, opened };
  }

  /** It is no longer there from `at` on. */
  leave(key: string, at: Instant, closedBy: number): void {
    const course = this.courses.get(key);
    if (course?.open === undefined) return;
    const { from, opened } = course.open;
    course.open = undefined;
    if (from < at) course.past.push({ from, to: at, opened, closed: [closedBy] });
  }

  /** All presences, those that last included. */
  all(): ReadonlyArray<A & Presence> {
    const out: (A & Presence)[] = [];
    for (const { what, past, open } of this.courses.values()) {
      for (const presence of past) out.push({ ...what, ...presence });
      if (open !== undefined)
        out.push({ ...what, from: open.from, to: never, opened: open.opened, closed: [] });
    }
    return out;
  }
}
