/**
 * Known time: the instants at which events are recorded.
 *
 * Each write is recorded later than everything before it, even if the machine's clock stands still or was set back.
 * So the set of events recorded up to an instant never changes once an event was recorded at that instant.
 */
import type { Instant } from '../domain/time/instant.ts';

/** An instant before every recorded event. */
export const beforeEverything: Instant = 0;

/** The time of a write: that of the clock or, if it is not later than the last write, just after that. */
export const laterThan = (last: Instant, clock: Instant): Instant => Math.max(last + 1, clock);
