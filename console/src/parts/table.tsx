/**
 * Tables, with groups and downloads. Long tables render only the rows that are visible.
 */
import { type ReactNode, useMemo, useRef } from 'react';
import type { Clocks } from '../../../src/client/client.ts';
import { useCards } from './cards.ts';
import { save } from './download.ts';
import { Icon } from './icon.tsx';
import { useScrolls } from './scroll-box.tsx';
import { csvOf, type FileColumn, jsonOf, type Value } from './table-files.ts';
import { useVisibleRows } from './visible-rows.ts';

export interface Column<Row> extends FileColumn<Row> {
  readonly head: string;
  readonly cell?: (row: Row) => ReactNode;
  readonly align?: 'end';
  /** Whether the column appears only in files, because the group heading shows its value. */
  readonly fileOnly?: boolean;
}

export interface Group {
  readonly key: string;
  readonly heading: ReactNode;
}

export interface TableProps<Row> {
  /** The name of the table, for files and screen readers. */
  readonly caption: string;
  readonly fileName: string;
  readonly columns: ReadonlyArray<Column<Row>>;
  readonly rows: ReadonlyArray<Row>;
  readonly rowKey: (row: Row) => string;
  readonly groupOf?: (row: Row) => Group;
  readonly clocks: Clocks | undefined;
  readonly minAssurance: string;
  readonly empty: ReactNode;
  /** Highlights a row by colour. One of its cells must say the same in words. */
  readonly rowClass?: (row: Row) => string;
  /** Cuts each row off after one line. The row's link leads to all of it. */
  readonly oneLine?: boolean;
}

/** The height of a row before it is measured: one line, as in `tables.css`. */
const rowRem = 2.15;

const remPx = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

const written = (value: Value): string =>
  value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value);

const Files = <Row,>({ caption, fileName, columns, rows, clocks, minAssurance }: TableProps<Row>) => {
  if (clocks === undefined || rows.length === 0) return null;
  const name = `${fileName}-at-${clocks.validAt.slice(0, 10)}-known-${clocks.position}`.replace(
    /[^\w.@-]+/g,
    '_',
  );
  const from = { clocks, minAssurance };
  return (
    <span className="files">
      <button
        type="button"
        className="quiet"
        aria-label={`Download as CSV: ${caption}`}
        onClick={() => save(`${name}.csv`, 'text/csv;charset=utf-8', csvOf(columns, rows, from))}
      >
        <Icon name="down" />
        CSV
      </button>
      <button
        type="button"
        className="quiet"
        aria-label={`Download as JSON: ${caption}`}
        onClick={() => save(`${name}.json`, 'application/json', jsonOf(columns, rows, from))}
      >
        <Icon name="down" />
        JSON
      </button>
    </span>
  );
};

/** A line of a table: a row, or the heading of a group. */
type Line<Row> = { readonly key: string } & (
  | { readonly group: Group }
  | { readonly row: Row; readonly number: number }
);

const linesOf = <Row,>({
  rows,
  rowKey,
  groupOf,
}: Pick<TableProps<Row>, 'rows' | 'rowKey' | 'groupOf'>): ReadonlyArray<Line<Row>> => {
  const lines: Line<Row>[] = [];
  let before: string | undefined;
  rows.forEach((row, index) => {
    const group = groupOf?.(row);
    if (group !== undefined && group.key !== before) lines.push({ key: `group ${group.key}`, group });
    before = group?.key;
    lines.push({ key: rowKey(row), row, number: index + 2 });
  });
  return lines;
};

/** A table. `TableFiles` has its downloads, for the panel's heading. */
export const Table = <Row,>(props: TableProps<Row>) => {
  const { caption, columns, rows, rowKey, groupOf, empty, rowClass, oneLine = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const rem = useMemo(remPx, []);
  const lines = useMemo(
    () => linesOf({ rows, rowKey, ...(groupOf === undefined ? {} : { groupOf }) }),
    [rows, rowKey, groupOf],
  );
  const keys = useMemo(() => lines.map(({ key }) => key), [lines]);
  const { long, start, end, abovePx, belowPx } = useVisibleRows(box, keys, rowRem * rem);
  const cards = useCards(box, rows.length > 0, rem);
  const scrolls = useScrolls(box, rows.length > 0);
  const shown = columns.filter(({ fileOnly }) => fileOnly !== true);
  if (rows.length === 0) return <div className="empty">{empty}</div>;
  return (
    <section
      className={`table-box ${long ? 'long' : ''} ${cards ? 'cards' : oneLine ? 'one-line' : ''}`}
      ref={box}
      tabIndex={scrolls ? 0 : undefined}
      aria-label={scrolls ? `${caption}: scrolls` : undefined}
    >
      <table aria-rowcount={long ? rows.length + 1 : undefined}>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {shown.map(({ key, head, align }) => (
              <th key={key} scope="col" className={align === 'end' ? 'end' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {abovePx > 0 ? <Spacer heightPx={abovePx} columns={shown.length} /> : null}
          {lines.slice(start, end).map((line) =>
            'group' in line ? (
              <tr className="group" key={line.key} data-line={line.key}>
                <th scope="rowgroup" colSpan={shown.length}>
                  {line.group.heading}
                </th>
              </tr>
            ) : (
              <tr
                key={line.key}
                data-line={line.key}
                className={rowClass?.(line.row)}
                aria-rowindex={long ? line.number : undefined}
              >
                {shown.map(({ key, head, cell, value, align }) => (
                  <td key={key} className={align === 'end' ? 'end' : undefined} data-head={head}>
                    <span className="cell">
                      {cell === undefined ? written(value(line.row)) : cell(line.row)}
                    </span>
                  </td>
                ))}
              </tr>
            ),
          )}
          {belowPx > 0 ? <Spacer heightPx={belowPx} columns={shown.length} /> : null}
        </tbody>
      </table>
    </section>
  );
};

/** Takes the space of rows that are not rendered. */
const Spacer = ({ heightPx, columns }: { heightPx: number; columns: number }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a table row cannot take the focus.
  <tr aria-hidden="true" className="spacer">
    <td colSpan={columns} style={{ height: `${heightPx}px` }} />
  </tr>
);

export { Files as TableFiles };
