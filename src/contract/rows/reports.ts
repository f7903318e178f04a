/**
 * Reports for authorities: a table in which each cell names the events behind it.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';
import { Assurance } from '../../domain/events/words.ts';
import { Time, WirePosition } from './fields.ts';

/** The reports. */
export const ReportName = oneOf('a report', [
  'processing',
  'transfers',
  'backups',
  '28-cfr-202',
  'assessment',
]);
export type ReportName = t.TypeOf<typeof ReportName>;

/** A cell; null if the ledger does not know its value. */
const ReportCell = exact('ReportCell', { value: nullable(t.string), events: list(WirePosition) }, {});
export type ReportCell = t.TypeOf<typeof ReportCell>;

/** An event that cells name. */
const ReportEvent = exact(
  'ReportEvent',
  {
    position: WirePosition,
    type: t.string,
    time: Time,
    recordedat: Time,
    source: t.string,
    assurance: Assurance,
    evidence: nullable(t.string),
  },
  {},
);

/**
 * A report over `[from, to)`. `basis` is the law, `says` is what a reader has to know, `left` is the number of
 * omitted rows.
 */
export const Report = exact(
  'Report',
  {
    report: ReportName,
    title: t.string,
    basis: t.string,
    from: nullable(Time),
    to: nullable(Time),
    says: list(t.string),
    columns: list(exact('ReportColumn', { id: t.string, title: t.string }, {})),
    rows: list(list(ReportCell)),
    events: list(ReportEvent),
    left: t.number,
  },
  {},
);
export type Report = t.TypeOf<typeof Report>;
