/**
 * Known time: the instants at which events are recorded.
 *
 * Each write is recorded later than everything before it, even if the machine's clock stands still or was set back.
 * So the events recorded up to an instant stay the same once an event was recorded at it.
 */
import type { Instant } from '../domain/time/instant.ts';

/** Before everything that is ever recorded. */
export const beforeEverything: Instant = 0;

/** When a write is recorded: by the clock, or, if that is not later than the last write, just after it. */
export const laterThan = (last: Instant, clock: Instant): Instant => Math.max(last + 1, clock);
