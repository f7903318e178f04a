/** A panel with a heading and a table whose rows can be downloaded. */
import type { ReactNode } from 'react';
import { Table, TableFiles, type TableProps } from './table.tsx';

/**
 * @param name identifies the panel on its page.
 * @param tools what stands in the heading, before the downloads.
 * @param wide whether the panel takes the whole width of the page.
 * @param children what stands between the heading and the table.
 */
export const TablePanel = <Row,>({
  name,
  title,
  tools,
  wide = false,
  children,
  ...table
}: TableProps<Row> & {
  name: string;
  title: ReactNode;
  tools?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
}) => (
  <section className={wide ? 'panel wide' : 'panel'} id={name} aria-labelledby={`${name}-title`}>
    <header>
      <h2 id={`${name}-title`}>{title}</h2>
      {tools === undefined ? (
        <TableFiles {...table} />
      ) : (
        <span className="panel-tools">
          {tools}
          <TableFiles {...table} />
        </span>
      )}
    </header>
    {children}
    <Table {...table} />
  </section>
);
