/**
 * Reads: who asked about whom, and when.
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReadRow } from '../../../src/client/rows.ts';
import { readsOf } from '../ledger/log-queries.ts';
import { countedRows } from '../parts/counted.ts';
import { Moment } from '../parts/moment.tsx';
import { Id } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { useTitle } from '../parts/use-title.ts';

const columns: ReadonlyArray<Column<ReadRow>> = [
  { key: 'at', head: 'When (UTC)', value: (row) => row.at, cell: (row) => <Moment at={row.at} /> },
  {
    key: 'reader',
    head: 'Who asked',
    value: (row) => row.reader,
    cell: (row) =>
      row.reader === null ? <span className="unknown">no key was set up</span> : <Id>{row.reader}</Id>,
  },
  {
    key: 'subject',
    head: 'About whom',
    value: (row) => row.subject,
    cell: (row) => (
      <Link to="/person" search={{ subject: row.subject }}>
        <Id>{row.subject}</Id>
      </Link>
    ),
  },
  { key: 'question', head: 'What was asked', value: (row) => row.question },
];

export const ReadsScreen = () => {
  useTitle('Reads');
  const { subject } = useSearch({ from: '/reads' });
  const reads = useQuery(readsOf(subject));
  return (
    <>
      <div className="screen-head">
        <h1>Who asked about whom</h1>
      </div>
      <p className="hint screen-purpose">
        Each question about a person is recorded, including those from this page.{' '}
        {subject === undefined ? (
          'Open a person to see only the reads of that person.'
        ) : (
          <>
            These are the questions about <Id>{subject}</Id>.{' '}
            <Link to="/reads" search={{}}>
              Show all
            </Link>
          </>
        )}
      </p>
      <Answered of={reads} what="the reads">
        {(answer) => {
          const table = {
            caption: 'Questions about people, latest first',
            fileName: subject === undefined ? 'reads' : `reads-of-${subject}`,
            columns,
            rows: [...answer.data].reverse(),
            rowKey: ({ at, reader, subject: about, question }: ReadRow) =>
              JSON.stringify([at, reader, about, question]),
            clocks: answer.clocks,
            minAssurance: 'claimed',
            empty: 'Nobody has asked about a person yet.',
          };
          return <TablePanel name="reads" title={countedRows(answer, 'question', 'questions')} {...table} />;
        }}
      </Answered>
    </>
  );
};
