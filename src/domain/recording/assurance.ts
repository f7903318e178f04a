/**
 * The assurance that an event needs to count: R6.
 */
import { type EventType, isWeighed } from '../events/catalogue.ts';
import { type Assurance, meets } from '../events/words.ts';

/** Whether an event of the type with this assurance counts if at least `least` is required. */
export const isAttested = (type: EventType, assurance: Assurance, least: Assurance): boolean =>
  !isWeighed(type) || meets(assurance, least);
