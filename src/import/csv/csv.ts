/**
 * Imports rows of CSV with a mapping. An event without an `id` in the mapping gets a digest of the row, so that the
 * same row is recorded once, wherever it is.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../domain/events/fault.ts';
import { digestOf, eventOf, type Fact, type ForeignEvent } from '../imported/foreign-event.ts';
import type { Importer } from '../imported/imported.ts';
import { type Maker, makerOf, type Row, textMaker } from './cell-value.ts';
import type { RowEvent, RowMapping } from './row-mapping.ts';

const isTaken = ({ when }: RowEvent, row: Row): boolean =>
  when === undefined || when.is.includes((row[when.column] ?? '').trim());

/** A date means its first instant, UTC. */
const instantText = (text: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);

/** An event of the mapping, prepared for all rows. */
interface Prepared {
  readonly each: RowEvent;
  readonly pointer: string;
  readonly makeData: Maker;
  readonly makeTime: Maker<string | undefined>;
  readonly makeId: Maker<string | undefined>;
}

const preparedOf = (each: RowEvent, pointer: string, at: string | undefined): Prepared => ({
  ...{ each, pointer },
  makeData: makerOf(each.data, `${pointer}/data`),
  makeTime: textMaker(each.time ?? at ?? '', `${pointer}/time`),
  makeId: textMaker(each.id ?? '', `${pointer}/id`),
});

/**
 * The importer of CSV rows.
 *
 * @param at the time of events for which the mapping has none, RFC 3339.
 */
export const csvImporter = (
  { source, assurance = 'claimed', events }: RowMapping,
  at: string | undefined,
): Importer => {
  const prepared = events.map((each, index) => preparedOf(each, `/events/${index}`, at));
  return (record) => {
    const row = record as Row;
    const faults: Fault[] = [];
    const made: ForeignEvent[] = [];
    for (const [index, { each, pointer, makeData, makeTime, makeId }] of prepared.entries()) {
      if (each.when !== undefined && !Object.hasOwn(row, each.when.column))
        return E.left([
          { pointer: `${pointer}/when`, message: 'names a column that the file does not have' },
        ]);
      if (!isTaken(each, row)) continue;
      const data = makeData(row);
      const time = makeTime(row);
      const id = makeId(row);
      if (E.isLeft(data) || E.isLeft(time) || E.isLeft(id)) {
        for (const value of [data, time, id]) if (E.isLeft(value)) faults.push(...value.left);
        continue;
      }
      if (time.right === undefined || time.right === '') {
        const message = 'is empty; expected a time, or --at TIME for rows without one';
        faults.push({ pointer: `${pointer}/time`, message });
        continue;
      }
      if (each.id !== undefined && id.right === undefined) {
        faults.push({
          pointer: `${pointer}/id`,
          message: 'is empty; expected an id, or a mapping without id',
        });
        continue;
      }
      // If the mapping has no time, the same row imported at another time is another event.
      const told = each.time === undefined ? [row, at] : [row];
      const eventId = id.right || `${digestOf(...told)}/${index}`;
      const fact = { type: each.type, data: data.right ?? {} } as unknown as Fact;
      made.push(eventOf(eventId, { source, time: instantText(time.right), assurance }, fact));
    }
    if (faults.length > 0) return E.left(faults);
    const unmapped = made.length === 0 ? ['no event of the mapping applies to the row'] : [];
    return E.right({ events: made, unmapped });
  };
};
