/**
 * What remains to be done after an erasure: whom to inform (GDPR, Article 19), where live data stays, and which
 * backups contain it (R11).
 */
import type { Answer } from '../../../src/client/client.ts';
import type { PersonFile } from '../../../src/client/rows.ts';
import { countryColumn, datasetColumn } from '../parts/holding-columns.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { BackupId, DatasetId, PartyName, PartyWord, SiteWord } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { type Column, Table, TableFiles, type TableProps } from '../parts/table.tsx';

type Recipient = PersonFile['recipients'][number];
type Live = PersonFile['residency'][number];
type Backup = PersonFile['backups'][number];

const unknown = <span className="unknown">unknown</span>;

const howWords: Readonly<Record<Recipient['how'][number], string>> = {
  accessed: 'accessed it',
  stored: 'stored it',
  granted: 'had a grant',
  'could-reach': 'could reach it',
};

const recipientColumns: ReadonlyArray<Column<Recipient>> = [
  { key: 'party', head: 'Party', value: (row) => row.party, cell: (row) => <PartyName id={row.party} /> },
  { key: 'name', head: 'Name', value: (row) => row.name, fileOnly: true },
  countryColumn,
  {
    key: 'how',
    head: 'How it got the data',
    value: (row) => row.how,
    cell: (row) => row.how.map((each) => howWords[each]).join(', '),
  },
  {
    key: 'datasets',
    head: 'Datasets',
    value: (row) => row.datasets,
    cell: (row) =>
      row.datasets.map((dataset, index) => (
        <span key={dataset}>
          {index === 0 ? '' : ', '}
          <DatasetId id={dataset} />
        </span>
      )),
  },
];

const placeColumns: ReadonlyArray<Column<Pick<Backup, 'dataset' | 'site' | 'country' | 'operator'>>> = [
  datasetColumn,
  {
    key: 'site',
    head: 'Site',
    value: (row) => row.site,
    cell: (row) => (row.site === null ? unknown : <SiteWord id={row.site} />),
  },
  { key: 'country', head: 'Country', value: (row) => row.country, fileOnly: true },
  {
    key: 'operator',
    head: 'Operator',
    value: (row) => row.operator,
    cell: (row) => (row.operator === null ? unknown : <PartyWord id={row.operator} />),
  },
];

const backupColumns: ReadonlyArray<Column<Backup>> = [
  { key: 'backup', head: 'Backup', value: (row) => row.backup, cell: (row) => <BackupId id={row.backup} /> },
  ...placeColumns,
  {
    key: 'expires',
    head: 'Expires',
    value: (row) => row.expires,
    cell: (row) =>
      row.expires === null ? <span className="unknown">no expiry date</span> : <Moment at={row.expires} />,
  },
  {
    key: 'state',
    head: 'State',
    value: (row) => row.state,
    cell: (row) =>
      row.state === 'overdue' ? (
        <span className="overdue-mark">
          <Icon name="warning" />
          overdue
        </span>
      ) : (
        row.state
      ),
  },
];

const proofColumn: Column<{ readonly events: ReadonlyArray<string> }> = {
  key: 'events',
  head: 'Proof',
  value: (row) => row.events,
  cell: (row) => <ProofLink events={row.events} of="this row" />,
};

const Listed = <Row,>({
  title,
  says,
  level: Heading,
  ...table
}: TableProps<Row> & { title: string; says: string; level: 'h2' | 'h3' }) => (
  <section className="panel" aria-label={title}>
    <header>
      <Heading>{title}</Heading>
      <TableFiles {...table} />
    </header>
    <p className="panel-text hint">{says}</p>
    <Table {...table} />
  </section>
);

const cutWords: Partial<Record<PersonFile['cut'][number], string>> = {
  recipients: 'parties to tell',
  residency: 'live data',
  backups: 'backups',
};

/** Which of the three lists are incomplete. */
const Cut = ({ sections }: { sections: PersonFile['cut'] }) => {
  const cut = sections.flatMap((section) => cutWords[section] ?? []);
  return cut.length === 0 ? null : (
    <p role="status">These lists are incomplete. There are more rows than are shown of: {cut.join(', ')}.</p>
  );
};

/**
 * The lists, as known now.
 *
 * @param withProof whether rows link to their events. These appear beside the page, and so not over a dialog.
 */
export const ErasureLists = ({
  subject,
  answer: { data: file, clocks },
  level,
  withProof,
}: {
  subject: string;
  answer: Answer<PersonFile>;
  level: 'h2' | 'h3';
  withProof: boolean;
}) => {
  const common = { clocks, minAssurance: 'claimed', level };
  const proof = withProof ? [proofColumn] : [{ ...proofColumn, fileOnly: true }];
  return (
    <div className="erasure-lists">
      <Listed<Recipient>
        {...common}
        title="Whom to tell"
        says="They stored the data or accessed it, so tell them of the erasure (GDPR, Article 19)."
        caption={`Whom to tell of the erasure of ${subject}`}
        fileName={`to-tell-${subject}`}
        columns={[...recipientColumns, ...proof]}
        rows={file.recipients.filter(({ disclosed }) => disclosed)}
        rowKey={({ party }) => party}
        empty="Nobody, as far as the ledger knows."
      />
      <Listed<Backup>
        {...common}
        title="Backups that hold the data"
        says="They hold it until an event confirms that they are destroyed."
        caption={`Backups that hold data of ${subject}`}
        fileName={`backups-${subject}`}
        columns={[...backupColumns, ...proof]}
        rows={file.backups}
        rowKey={({ backup }) => backup}
        empty="None, as far as the ledger knows."
      />
      <Listed<Live>
        {...common}
        title="Live data"
        says="It stays where it is until it is deleted there, and the deletion is recorded."
        caption={`Live data of ${subject}`}
        fileName={`live-${subject}`}
        columns={[...placeColumns, ...proof]}
        rows={file.residency.filter(({ backup }) => backup === null)}
        rowKey={({ site, dataset }) => JSON.stringify([site, dataset])}
        empty="None, as far as the ledger knows."
      />
      <Cut sections={file.cut} />
    </div>
  );
};
