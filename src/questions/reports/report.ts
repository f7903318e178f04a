/** The common parts of reports: a table, and the events that its cells name. */
import type { Report, ReportCell, ReportName } from '../../contract/rows/reports.ts';
import { formatBound, formatInstant, type Instant } from '../../domain/time/instant.ts';
import type { Interval } from '../../domain/time/interval.ts';
import { proofOf } from '../proof-of.ts';
import type { View } from '../view.ts';

/** The maximum number of rows in a report. */
const reportRowsMax = 10_000;

/** What a report is about. */
export interface ReportQuestion {
  readonly during: Interval;
  readonly at: Instant;
}

/** A report before its events are looked up. */
export interface ReportTable {
  readonly title: string;
  readonly basis: string;
  readonly says: ReadonlyArray<string>;
  /** The titles of the columns by id. */
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: ReadonlyArray<ReadonlyArray<ReportCell>>;
}

/** A cell with the positions of the events behind it and of their corrections. */
export const cellOf = (view: View, value: string | null, positions: Iterable<number> = []): ReportCell => ({
  value,
  events: proofOf(view, [...positions]),
});

/** A value that the ledger does not know. */
export const unknownCell: ReportCell = { value: null, events: [] };

/** Several values as one text, without repetition, in code-unit order; null if there are none. */
export const listed = (values: Iterable<string>): string | null => {
  const all = [...new Set(values)].sort();
  return all.length === 0 ? null : all.join('; ');
};

const eventsIn = (view: View, rows: ReportTable['rows']): Report['events'] => {
  const positions = new Set(rows.flatMap((row) => row.flatMap(({ events }) => events.map(Number))));
  return [...positions]
    .sort((a, b) => a - b)
    .flatMap((position) => {
      const recorded = view.recorded(position);
      if (recorded === undefined) return [];
      const { type, time, source, assurance, evidence } = recorded.event;
      return [
        {
          position: String(position),
          type,
          time: formatInstant(time),
          recordedat: formatInstant(recorded.recordedAt),
          source,
          assurance,
          evidence: evidence ?? null,
        },
      ];
    });
};

/** The report of a table. */
export const reportOf = (
  view: View,
  report: ReportName,
  { during }: ReportQuestion,
  { title, basis, says, columns, rows }: ReportTable,
): Report => {
  const shown = rows.slice(0, reportRowsMax);
  return {
    report,
    title,
    basis,
    from: formatBound(during.from),
    to: formatBound(during.to),
    says,
    columns: Object.entries(columns).map(([id, each]) => ({ id, title: each })),
    rows: shown,
    events: eventsIn(view, shown),
    left: rows.length - shown.length,
  };
};
