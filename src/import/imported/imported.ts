/** The common parts of importers, which are pure functions from a foreign record to events. */
import * as E from 'fp-ts/lib/Either.js';
import { decodeEvent } from '../../domain/events/event.ts';
import type { Fault } from '../../domain/events/fault.ts';
import type { ForeignEvent } from './foreign-event.ts';

/** The result of importing one record. */
export interface Imported {
  readonly events: ReadonlyArray<ForeignEvent>;
  /** The parts of the record that became no event, in sentences without names. */
  readonly unmapped: ReadonlyArray<string>;
}

/**
 * Converts a record into events, or reports where the record violates its format. The same record always gives the
 * same events with the same ids, so importing it again records nothing twice (R2).
 */
export type Importer = (record: unknown) => E.Either<ReadonlyArray<Fault>, Imported>;

/** The maximum number of events of one record, which are recorded atomically. */
export const recordEventsMax = 1_000;

/** The result for a record that becomes no event. */
export const unmapped = (...reasons: ReadonlyArray<string>): E.Either<never, Imported> =>
  E.right({ events: [], unmapped: reasons });

/**
 * Wraps an importer to check its results: every event must decode (R2), and there must not be too many to record
 * together. Faults name an event by its type, because their places are in the event and not in the record.
 */
export const checked =
  (importer: Importer): Importer =>
  (record) => {
    const imported = importer(record);
    if (E.isLeft(imported)) return imported;
    const { events } = imported.right;
    if (events.length > recordEventsMax) {
      const message = `becomes too many events; expected a record of up to ${recordEventsMax}`;
      return E.left([{ pointer: '', message }]);
    }
    const faults = events.flatMap((event) => {
      const decoded = decodeEvent(event);
      return E.isRight(decoded)
        ? []
        : decoded.left.map(({ pointer, message }) => ({
            pointer: '',
            message: `becomes a ${event.type} whose ${pointer} ${message}`,
          }));
    });
    return faults.length === 0 ? imported : E.left(faults);
  };
