/** Events with discrepancies (R1), open or resolved by later events. */
import { useQuery } from '@tanstack/react-query';
import type { DiscrepancyRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { discrepanciesThat } from '../ledger/log-queries.ts';
import { Moment } from '../parts/moment.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Answered } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';

const discrepancyColumns: ReadonlyArray<Column<DiscrepancyRow>> = [
  {
    key: 'event',
    head: 'Position',
    align: 'end',
    value: (row) => row.event,
    cell: (row) => <ProofLink events={[row.event]} of={row.message} label={row.event} />,
  },
  { key: 'message', head: 'Discrepancy', value: (row) => row.message },
  {
    key: 'code',
    head: 'Code',
    value: (row) => row.code,
    cell: (row) => <span className="code">{row.code}</span>,
  },
  {
    key: 'since',
    head: 'Recorded (UTC)',
    value: (row) => row.since,
    cell: (row) => <Moment at={row.since} />,
  },
];

export const DiscrepanciesPanel = ({ state }: { state: 'open' | 'resolved' }) => {
  const view = useView();
  const rows = useQuery(discrepanciesThat(state, questionOf(view)));
  return (
    <>
      <ClockSentence clocks={rows.data?.clocks} knownOnly />
      <Answered of={rows} what="the discrepancies">
        {(answer) => {
          const table = {
            caption: state === 'open' ? 'Open discrepancies' : 'Resolved discrepancies',
            fileName: `discrepancies-${state}`,
            columns: discrepancyColumns,
            rows: answer.data,
            rowKey: (row: DiscrepancyRow) => `${row.event} ${row.code}`,
            clocks: answer.clocks,
            minAssurance: view.minAssurance ?? 'claimed',
            empty:
              state === 'open'
                ? 'There are no open discrepancies: every event fits the others.'
                : 'No discrepancy has been resolved by later events yet.',
          };
          return <TablePanel name="discrepancies" title={table.caption} {...table} />;
        }}
      </Answered>
    </>
  );
};
