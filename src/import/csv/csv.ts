/**
 * Rows of CSV as events, by a mapping. An event whose `id` the mapping does not make has a digest of the row for one: the
 * same row is recorded once, wherever it stands.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../domain/events/fault.ts';
import { digestOf, eventOf, type Fact, type ForeignEvent } from '../imported/foreign-event.ts';
import type { Importer } from '../imported/imported.ts';
import { filled, madeOf, type Row } from './cell-value.ts';
import type { RowEvent, RowMapping } from './row-mapping.ts';

const isTaken = ({ when }: RowEvent, row: Row): boolean =>
  when === undefined || when.is.includes((row[when.column] ?? '').trim());

/** A date is its first instant, UTC. */
const instantText = (text: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);

/**
 * Imports rows.
 *
 * @param at the time of events whose mapping gives none, RFC 3339.
 */
export const csvImporter =
  ({ source, assurance = 'claimed', events: mapped }: RowMapping, at: string | undefined): Importer =>
  (record) => {
    const row = record as Row;
    const faults: Fault[] = [];
    const events: ForeignEvent[] = [];
    for (const [index, each] of mapped.entries()) {
      if (each.when !== undefined && !Object.hasOwn(row, each.when.column))
        return E.left([
          { pointer: `/events/${index}/when`, message: 'takes a column that the file does not have' },
        ]);
      if (!isTaken(each, row)) continue;
      const pointer = `/events/${index}`;
      const data = madeOf(each.data, row, `${pointer}/data`);
      const time = filled(each.time ?? at ?? '', row, `${pointer}/time`);
      const id = filled(each.id ?? '', row, `${pointer}/id`);
      const made = [data, time, id].flatMap((value) => (E.isLeft(value) ? value.left : []));
      faults.push(...made);
      if (E.isLeft(data) || E.isLeft(time) || E.isLeft(id)) continue;
      if (time.right === undefined || time.right === '') {
        const message = 'is empty; expected a time, or --at TIME for rows that have none';
        faults.push({ pointer: `${pointer}/time`, message });
        continue;
      }
      if (each.id !== undefined && id.right === undefined) {
        faults.push({
          pointer: `${pointer}/id`,
          message: 'is empty; expected an id, or none in the mapping',
        });
        continue;
      }
      // Without a time of its own, the same row at another time is told again.
      const told = each.time === undefined ? [row, at] : [row];
      const eventId = id.right || `${digestOf(...told)}/${index}`;
      const fact = { type: each.type, data: data.right ?? {} } as unknown as Fact;
      events.push(eventOf(eventId, { source, time: instantText(time.right), assurance }, fact));
    }
    if (faults.length > 0) return E.left(faults);
    const unmapped = events.length === 0 ? ['no event of the mapping takes the row'] : [];
    return E.right({ events, unmapped });
  };
