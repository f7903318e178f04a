/** A backup: where it was held, of how many people, until when, and which event proves its destruction. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { BackupRow } from '../../../src/client/rows.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { backupAt } from '../ledger/backup-queries.ts';
import { AssuranceMark } from '../parts/assurance.tsx';
import { counted } from '../parts/counted.ts';
import { countryColumn, siteColumn } from '../parts/holding-columns.tsx';
import { Moment, Until } from '../parts/moment.tsx';
import { DatasetId, Id, PartyName, PopulationId, SiteWord } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { BackupState } from './backup-state.tsx';
import { ThingFindings } from './thing-findings.tsx';
import { Fact, NotKnown, ThingPage } from './thing-page.tsx';

type Stay = BackupRow['sites'][number];

const columns: ReadonlyArray<Column<Stay>> = [
  siteColumn,
  countryColumn,
  {
    key: 'operator',
    head: 'Operator',
    value: (row) => row.operator,
    cell: (row) => (row.operator === null ? <NotKnown /> : <PartyName id={row.operator} />),
  },
  { key: 'from', head: 'From (UTC)', value: (row) => row.from, cell: (row) => <Moment at={row.from} /> },
  { key: 'to', head: 'Until (UTC)', value: (row) => row.to, cell: (row) => <Until at={row.to} /> },
  {
    key: 'events',
    head: 'Proof',
    value: (row) => row.events,
    cell: (row) => <ProofLink events={row.events} of={`the stay at ${row.site}`} />,
  },
];

const Destroyed = ({ of, backup }: { of: NonNullable<BackupRow['destroyed']>; backup: string }) => (
  <>
    <Moment at={of.at} />, said by <Id>{of.source}</Id> <AssuranceMark of={of.assurance} />{' '}
    <ProofLink events={of.events} of={`the destruction of ${backup}`} />
  </>
);

export const BackupScreen = () => {
  const { backup } = useSearch({ from: '/backup' });
  const view = useView();
  const of = useQuery({ ...backupAt(backup ?? '', questionOf(view)), enabled: backup !== undefined });
  return (
    <ThingPage
      kind="backup"
      id={backup}
      what="Where this backup was held, the number of people in it, when it expires, and the proof of its destruction."
      of={of}
      nameOf={() => null}
      factsOf={(row) => (
        <>
          <Fact label="State at this moment">
            <BackupState of={row.state} />
          </Fact>
          <Fact label="Dataset">
            <DatasetId id={row.dataset} />
          </Fact>
          <Fact label="Of whom">
            {row.population === null ? (
              <Id>{row.subject ?? ''}</Id>
            ) : (
              <>
                <PopulationId id={row.population} />, {counted(row.subjects, 'person', 'people')}
              </>
            )}
          </Fact>
          <Fact label="Taken">
            <Moment at={row.takenAt} /> from <SiteWord id={row.takenFrom} />{' '}
            <AssuranceMark of={row.assurance} /> <ProofLink events={row.events} of={`backup ${row.backup}`} />
          </Fact>
          <Fact label="May be kept until">
            {row.expires === null ? (
              <span className="unknown">no date is known</span>
            ) : (
              <Moment at={row.expires} />
            )}
          </Fact>
          <Fact label="Destroyed">
            {row.destroyed === null ? (
              <span className="unknown">no event says so</span>
            ) : (
              <Destroyed of={row.destroyed} backup={row.backup} />
            )}
          </Fact>
          {row.restored.length === 0 ? null : (
            <Fact label="Restored">
              {row.restored.map(({ to, at, events }) => (
                <span key={`${at} ${to}`}>
                  to <SiteWord id={to} /> on <Moment at={at} />{' '}
                  <ProofLink events={events} of={`its restoration to ${to}`} />{' '}
                </span>
              ))}
            </Fact>
          )}
        </>
      )}
      tools={
        <Link to="/backups" search={clocksOf(view)} className="quiet-link">
          All backups
        </Link>
      }
    >
      {({ data, clocks }) => {
        const table = {
          caption: 'Where it was held, over all time',
          fileName: `backup-${data.backup}`,
          columns,
          rows: data.sites,
          rowKey: ({ site, from }: Stay) => `${from} ${site}`,
          clocks,
          minAssurance: view.minAssurance ?? 'claimed',
          empty: 'It was not held anywhere for any length of time.',
        };
        return (
          <>
            <TablePanel name="stays" title="Where it was held" {...table} />
            <ThingFindings by={{ backup: data.backup }} fileName={`findings-${data.backup}`} />
          </>
        );
      }}
    </ThingPage>
  );
};
