/**
 * How well an event must be attested to count: R6.
 */
import { type EventType, isWeighed } from '../events/catalogue.ts';
import { type Assurance, meets } from '../events/words.ts';

/** Whether an event of the type, attested so well, counts where at least `least` is asked for. */
export const isAttested = (type: EventType, assurance: Assurance, least: Assurance): boolean =>
  !isWeighed(type) || meets(assurance, least);
