/** Reports for authorities: choose, preview and download. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { orThrow } from '../../../src/client/client.ts';
import type { Report, ReportCell, ReportName } from '../../../src/client/rows.ts';
import { shownText } from '../../../src/contract/shown-text.ts';
import { MomentField } from '../clocks/clock-fields.tsx';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { reportOf } from '../ledger/backup-queries.ts';
import { ledger } from '../ledger/session.ts';
import { save } from '../parts/download.ts';
import { Icon } from '../parts/icon.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered, Failure } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useTitle } from '../parts/use-title.ts';

const names: ReadonlyArray<readonly [ReportName, string]> = [
  ['processing', 'Register of processing (GDPR, Article 30)'],
  ['transfers', 'Transfers between countries'],
  ['backups', 'Register of backups'],
  ['28-cfr-202', 'Access by covered persons (28 CFR 202.1101)'],
  ['assessment', 'Assessment of policies (OSCAL)'],
];

const formats = [
  ['html', 'text/html', 'Page to print'],
  ['csv', 'text/csv;charset=utf-8', 'CSV'],
  ['json', 'application/json', 'JSON'],
] as const;

interface Row {
  readonly number: number;
  readonly cells: ReadonlyArray<ReportCell>;
}

const columnsOf = (report: Report): ReadonlyArray<Column<Row>> => [
  ...report.columns.map(
    ({ id, title }, index): Column<Row> => ({
      key: id,
      head: title,
      value: ({ cells }) => cells[index]?.value ?? null,
      cell: ({ cells }) => {
        const value = cells[index]?.value ?? null;
        return value === null ? <span className="unknown">not known</span> : <bdi>{shownText(value)}</bdi>;
      },
    }),
  ),
  {
    key: 'events',
    head: 'Proof',
    value: ({ cells }) => [...new Set(cells.flatMap(({ events }) => events))],
    cell: ({ number, cells }) => {
      const events = [...new Set(cells.flatMap((cell) => cell.events))];
      return events.length === 0 ? '' : <ProofLink events={events} of={`row ${number}`} />;
    },
  },
];

const Preview = ({
  name,
  period,
}: {
  name: Exclude<ReportName, 'assessment'>;
  period: { from: string | undefined; to: string | undefined };
}) => {
  const view = useView();
  const report = useQuery(reportOf(name, period, questionOf(view)));
  return (
    <Answered of={report} what="the report">
      {({ data, clocks }) => (
        <>
          <ClockSentence clocks={clocks} />
          <section className="panel" aria-labelledby="report-title">
            <header>
              <h2 id="report-title">
                {data.title}: {data.rows.length.toLocaleString('en')}{' '}
                {data.rows.length === 1 ? 'row' : 'rows'}
                {data.left === 0 ? '' : `, ${data.left.toLocaleString('en')} more left out`}
              </h2>
              <span className="panel-tools">{data.basis}</span>
            </header>
            <ul className="panel-text hint">
              {data.says.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
            <Table
              caption={data.title}
              fileName={name}
              columns={columnsOf(data)}
              rows={data.rows.map((cells, index) => ({ number: index + 1, cells }))}
              rowKey={({ number }) => String(number)}
              clocks={clocks}
              minAssurance={view.minAssurance ?? 'claimed'}
              empty="Nothing to report in this period, as far as the ledger knows."
            />
          </section>
        </>
      )}
    </Answered>
  );
};

export const ReportsScreen = () => {
  useTitle('Reports');
  const { report = 'processing', from, to } = useSearch({ from: '/reports' });
  const view = useView();
  const change = useChangeView();
  const question = { ...questionOf(view), from, to };
  const download = useMutation({
    mutationFn: async ([format, type]: (typeof formats)[number]) => {
      const text = orThrow(await ledger().reports.text(report, format, question));
      save(`${report}.${report === 'assessment' && format === 'json' ? 'oscal.json' : format}`, type, text);
    },
  });
  return (
    <>
      <div className="screen-head">
        <h1>Reports</h1>
        <span className="panel-tools">
          {formats.map((format) => (
            <button
              key={format[0]}
              type="button"
              className="quiet"
              disabled={download.isPending}
              onClick={() => download.mutate(format)}
            >
              <Icon name="down" />
              {format[2]}
            </button>
          ))}
        </span>
      </div>
      <Purpose>
        Reports for authorities and auditors, derived only from the events: each cell links to its events, and
        unknown values are marked as unknown.
      </Purpose>
      <form className="filters" aria-label="Which report" onSubmit={(event) => event.preventDefault()}>
        <span className="field">
          <label htmlFor="report-name">report</label>
          <select
            id="report-name"
            value={report}
            onChange={({ target }) => change({ report: names.find(([name]) => name === target.value)?.[0] })}
          >
            {names.map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </span>
        <MomentField
          label="from"
          placeholder="e.g. 2022-01-01"
          value={from ?? ''}
          onChange={(moment) => change({ from: moment })}
        />
        <MomentField
          label="until"
          placeholder="now"
          value={to ?? ''}
          onChange={(moment) => change({ to: moment })}
        />
      </form>
      {download.isError ? <Failure error={download.error} /> : null}
      {report === 'assessment' ? (
        <p className="panel panel-text">
          The assessment is a file for tools that read OSCAL assessment results. Download it above; the page
          to print says the same in words.
        </p>
      ) : (
        <Preview name={report} period={{ from, to }} />
      )}
    </>
  );
};
