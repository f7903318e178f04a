/**
 * Tables, with groups and downloads. Long tables render only the rows that are visible.
 */
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Clocks } from '../../../src/client/client.ts';
import { save } from './download.ts';
import { Icon } from './icon.tsx';
import { useScrolls } from './scroll-box.tsx';
import { csvOf, type FileColumn, jsonOf, type Value } from './table-files.ts';

export interface Column<Row> extends FileColumn<Row> {
  readonly head: string;
  readonly cell?: (row: Row) => ReactNode;
  readonly align?: 'end';
  /** Whether the column is only in files, because the heading of the group shows it. */
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
  /** Marks a row by colour. One of its cells must say the same in words. */
  readonly rowClass?: (row: Row) => string;
  /** Cuts each row off after one line. The link of the row shows all of it. */
  readonly oneLine?: boolean;
  /** The lines of each row of a long table. All its rows have the same height. */
  readonly longLines?: 1 | 2;
}

/** Tables with more rows render only the visible ones. */
const drawnWholeMax = 150;
/** The height of a row of a long table by its lines, as in `tables.css`. */
const rowHeightRem = { 1: 2.15, 2: 3.1 } as const;
/** Rows that are rendered above and below the visible ones. */
const beyondSight = 12;

const remPx = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize);

const written = (value: Value): string =>
  value === null ? '' : Array.isArray(value) ? value.join(' ') : String(value);

/** The range of rows that are visible. */
const useSight = (count: number, heightRem: number) => {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ start: 0, end: drawnWholeMax });
  const long = count > drawnWholeMax;
  const scrolls = useScrolls(box, count > 0);
  useEffect(() => {
    const element = box.current;
    if (!long || element === null) return;
    const look = (): void => {
      const height = heightRem * remPx();
      const start = Math.max(0, Math.floor(element.scrollTop / height) - beyondSight);
      const end = start + Math.ceil(element.clientHeight / height) + 2 * beyondSight;
      setRange((before) => (before.start === start && before.end === end ? before : { start, end }));
    };
    const all = (): void => flushSync(() => setRange({ start: 0, end: Number.POSITIVE_INFINITY }));
    look();
    element.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    // Paper cannot be scrolled.
    window.addEventListener('beforeprint', all);
    window.addEventListener('afterprint', look);
    return () => {
      element.removeEventListener('scroll', look);
      resized.disconnect();
      window.removeEventListener('beforeprint', all);
      window.removeEventListener('afterprint', look);
    };
  }, [long, heightRem]);
  return {
    box,
    long,
    scrolls,
    start: long ? Math.min(range.start, count) : 0,
    end: long ? range.end : count,
  };
};

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
type Line<Row> = { readonly group: Group } | { readonly row: Row; readonly number: number };

/** A table. `TableFiles` has its downloads, for the heading of its panel. */
export const Table = <Row,>(props: TableProps<Row>) => {
  const { caption, columns, rows, rowKey, groupOf, empty, rowClass, oneLine = false, longLines = 1 } = props;
  const heightRem = rowHeightRem[longLines];
  const lines = useMemo(() => {
    const out: Line<Row>[] = [];
    let before: string | undefined;
    rows.forEach((row, index) => {
      const group = groupOf?.(row);
      if (group !== undefined && group.key !== before) out.push({ group });
      before = group?.key;
      out.push({ row, number: index + 2 });
    });
    return out;
  }, [rows, groupOf]);
  const { box, long, scrolls, start, end } = useSight(lines.length, heightRem);
  const shown = columns.filter(({ fileOnly }) => fileOnly !== true);
  if (rows.length === 0) return <div className="empty">{empty}</div>;
  return (
    <section
      className={[
        'table-box',
        long ? 'long' : '',
        long && longLines === 2 ? 'two-lines' : long || oneLine ? 'one-line' : '',
      ].join(' ')}
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
          {start > 0 ? <Spacer rem={start * heightRem} columns={shown.length} /> : null}
          {lines.slice(start, end).map((line) =>
            'group' in line ? (
              <tr className="group" key={`group ${line.group.key}`}>
                <th scope="rowgroup" colSpan={shown.length}>
                  {line.group.heading}
                </th>
              </tr>
            ) : (
              <tr
                key={rowKey(line.row)}
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
          {end < lines.length ? (
            <Spacer rem={(lines.length - end) * heightRem} columns={shown.length} />
          ) : null}
        </tbody>
      </table>
    </section>
  );
};

/** Takes the room of rows that are not rendered. */
const Spacer = ({ rem, columns }: { rem: number; columns: number }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a table row cannot take the focus.
  <tr aria-hidden="true" className="spacer">
    <td colSpan={columns} style={{ height: `${rem}rem` }} />
  </tr>
);

export { Files as TableFiles };
