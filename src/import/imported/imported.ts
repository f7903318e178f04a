/**
 * What importers have in common: a pure function from a record in somebody else's format to events.
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeEvent } from '../../domain/events/event.ts';
import type { Fault } from '../../domain/events/fault.ts';
import type { ForeignEvent } from './foreign-event.ts';

/** What one record becomes. */
export interface Imported {
  readonly events: ReadonlyArray<ForeignEvent>;
  /** What of the record became no event, and why: sentences that quote nobody. */
  readonly unmapped: ReadonlyArray<string>;
}

/**
 * Turns a record into events; or says where the record is not what its format promises. The same record always gives
 * the same events, with the same ids, so importing it again records nothing twice (R2).
 */
export type Importer = (record: unknown) => E.Either<ReadonlyArray<Fault>, Imported>;

/** Events of one record: it is recorded whole or not at all. */
export const recordEventsMax = 1_000;

/** A record that becomes no event. */
export const unmapped = (...reasons: ReadonlyArray<string>): E.Either<never, Imported> =>
  E.right({ events: [], unmapped: reasons });

/**
 * The importer, held to its promise: every event decodes (R2), and there are not too many to record together. The
 * faults of an event name it by its type, because its place is in the event and not in the record.
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
