/** Rejects names that a store cannot distinguish. */
import type { EventToAppend } from './event-store.ts';

/**
 * Stores encode text in UTF-8, in which all lone surrogates become the same character.
 *
 * @throws TypeError if the source or id of an event has a lone surrogate.
 */
export const assertWellFormed = (batch: ReadonlyArray<EventToAppend>): void => {
  for (const { source, id } of batch) {
    if (!source.isWellFormed() || !id.isWellFormed())
      throw new TypeError('source and id must be well-formed Unicode');
  }
};
