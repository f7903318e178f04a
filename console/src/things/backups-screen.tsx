/** The register of backups: held, overdue or destroyed, with proof. */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import type { BackupRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { backupsThat } from '../ledger/backup-queries.ts';
import { Tabs } from '../parts/choice.tsx';
import { counted } from '../parts/counted.ts';
import { datasetColumn, peopleColumn, scopeColumn } from '../parts/holding-columns.tsx';
import { Moment } from '../parts/moment.tsx';
import { BackupId, SiteWord } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered } from '../parts/states.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { useTitle } from '../parts/use-title.ts';
import { BackupState } from './backup-state.tsx';

const columns: ReadonlyArray<Column<BackupRow>> = [
  { key: 'backup', head: 'Backup', value: (row) => row.backup, cell: (row) => <BackupId id={row.backup} /> },
  { key: 'state', head: 'State', value: (row) => row.state, cell: (row) => <BackupState of={row.state} /> },
  datasetColumn,
  scopeColumn,
  peopleColumn,
  {
    key: 'site',
    head: 'Site',
    value: (row) => row.site,
    cell: (row) => (row.site === null ? '' : <SiteWord id={row.site} />),
  },
  {
    key: 'takenAt',
    head: 'Taken (UTC)',
    value: (row) => row.takenAt,
    cell: (row) => <Moment at={row.takenAt} />,
  },
  {
    key: 'expires',
    head: 'May be kept until',
    value: (row) => row.expires,
    cell: (row) =>
      row.expires === null ? <span className="unknown">not known</span> : <Moment at={row.expires} />,
  },
  {
    key: 'destroyed',
    head: 'Destroyed',
    value: (row) => row.destroyed?.at ?? null,
    cell: (row) =>
      row.destroyed === null ? (
        ''
      ) : (
        <>
          <Moment at={row.destroyed.at} />{' '}
          <ProofLink events={row.destroyed.events} of={`the destruction of ${row.backup}`} />
        </>
      ),
  },
  {
    key: 'events',
    head: 'Proof',
    value: (row) => row.events,
    cell: (row) => <ProofLink events={row.events} of={`backup ${row.backup}`} />,
  },
];

const states = [
  [undefined, 'All'],
  ['held', 'Held'],
  ['overdue', 'Overdue'],
  ['destroyed', 'Destroyed'],
] as const;

export const BackupsScreen = () => {
  useTitle('Backups');
  const { state } = useSearch({ from: '/backups' });
  const view = useView();
  const change = useChangeView();
  const backups = useQuery(backupsThat({ state }, questionOf(view)));
  return (
    <>
      <div className="screen-head">
        <h1>Backups</h1>
        <Tabs
          legend="Which backups"
          value={state}
          options={states}
          onChange={(chosen) => change({ state: chosen })}
        />
      </div>
      <Purpose>
        Every backup that was ever taken. A backup is held until an event says that it was destroyed, whatever
        was planned; from the day until which it may be kept it is overdue.
      </Purpose>
      <ClockSentence clocks={backups.data?.clocks} />
      <Answered of={backups} what="the backups">
        {(answer) => {
          const table = {
            caption: 'Backups',
            fileName: 'backups',
            columns,
            rows: answer.data,
            rowKey: (row: BackupRow) => row.backup,
            clocks: answer.clocks,
            minAssurance: view.minAssurance ?? 'claimed',
            empty:
              state === undefined
                ? 'The ledger knows of no backup.'
                : `No backup is ${state} at this moment.`,
            rowClass: (row: BackupRow) => (row.state === 'overdue' ? 'row-overdue' : ''),
          };
          return (
            <TablePanel
              name="backups"
              title={`${counted(answer.data.length, 'backup', 'backups')}${answer.next === null ? '' : ', more not shown'}`}
              {...table}
            />
          );
        }}
      </Answered>
    </>
  );
};
