/**
 * The log: what was recorded, as it comes in, and what does not fit.
 */
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { DiscrepancyRow, WireEvent } from '../../../src/client/rows.ts';
import { eventTypes } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-bar.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { sentenceOfEvent, typeInWords } from '../ledger/event-words.ts';
import { useConnection } from '../ledger/live.ts';
import { discrepanciesThat, eventsThat, type LogFilter } from '../ledger/queries.ts';
import { AssuranceMark } from '../parts/assurance.tsx';
import { Choice, Filters } from '../parts/choice.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Id } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { EventSentence } from '../parts/proof-panel.tsx';
import { Answered } from '../parts/states.tsx';
import { type Column, Table, TableFiles } from '../parts/table.tsx';
import { useTitle } from '../shell.tsx';

/** Without a filter the latest events are shown, so many positions back. */
const tailPositions = 2_000;

const textFilters = ['subject', 'site', 'party', 'dataset', 'source'] as const;

const FilterField = ({
  name,
  value,
  onChange,
}: {
  name: string;
  value: string;
  onChange: (value: string | undefined) => void;
}) => {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const take = (): void => {
    if (typed.trim() !== value) onChange(typed.trim() === '' ? undefined : typed.trim());
  };
  return (
    <span className="field">
      <label htmlFor={`filter-${name}`}>{name}</label>
      <input
        id={`filter-${name}`}
        type="text"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
    </span>
  );
};

const wordsOf = (event: WireEvent): string =>
  sentenceOfEvent(event)
    .map((piece) => (typeof piece === 'string' ? piece : piece.id))
    .join('');

const columns: ReadonlyArray<Column<WireEvent>> = [
  {
    key: 'position',
    head: 'Position',
    align: 'end',
    value: (event) => event.position,
    cell: (event) => (
      <ProofLink
        events={[event.position]}
        of={`${event.type} at position ${event.position}`}
        label={event.position}
      />
    ),
  },
  {
    key: 'time',
    head: 'True from, UTC',
    value: (event) => event.time,
    cell: (event) => <Moment at={event.time} />,
  },
  {
    key: 'says',
    head: 'What it says',
    value: wordsOf,
    cell: (event) => (
      <span className="says">
        <EventSentence event={event} />
      </span>
    ),
  },
  {
    key: 'assurance',
    head: 'Attested',
    value: (event) => event.assurance,
    cell: (event) => <AssuranceMark of={event.assurance} />,
  },
  {
    key: 'recordedat',
    head: 'Recorded, UTC',
    value: (event) => event.recordedat,
    cell: (event) => <Moment at={event.recordedat} />,
  },
  { key: 'type', head: 'Type', value: (event) => event.type, cell: (event) => typeInWords(event.type) },
  { key: 'source', head: 'From', value: (event) => event.source, cell: (event) => <Id>{event.source}</Id> },
  { key: 'id', head: 'Id', value: (event) => event.id, fileOnly: true },
];

const Events = ({ filter, after }: { filter: LogFilter; after: string | undefined }) => {
  const view = useView();
  const change = useChangeView();
  const connection = useConnection();
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const known = view.knownPosition ?? (connection.state === 'live' ? connection.head : undefined);
  const tail = known === undefined ? undefined : String(Math.max(0, Number(known) - tailPositions));
  const from = after ?? (filtered || view.knownAt !== undefined ? undefined : tail);
  const ready = filtered || after !== undefined || view.knownAt !== undefined || tail !== undefined;
  const events = useQuery({ ...eventsThat(filter, from, questionOf(view)), enabled: ready });
  const following = view.knownAt === undefined && view.knownPosition === undefined;
  return (
    <>
      <ClockSentence clocks={events.data?.clocks} knownOnly />
      <Answered of={events} what="the log">
        {(answer) => {
          const rows = [...answer.data].reverse();
          const table = {
            caption: 'Events of the log, the latest first',
            fileName: 'log',
            columns,
            rows,
            rowKey: (event: WireEvent) => event.position,
            clocks: answer.clocks,
            minAssurance: 'claimed',
            oneLine: true,
            empty: filtered
              ? 'No event fits these filters. Take one away, or write it otherwise.'
              : 'Nothing was recorded up to there.',
          };
          const last = answer.data.at(-1)?.position;
          return (
            <section className="panel" aria-labelledby="events-title">
              <header>
                <h2 id="events-title">
                  {rows.length.toLocaleString('en')} events
                  {from === undefined || from === '0' ? '' : ` after position ${from}`}
                </h2>
                <span className="panel-tools">
                  <span className="following" role="status">
                    <Icon name={following ? 'live' : 'pin'} />
                    {following
                      ? 'What is recorded shows here by itself'
                      : 'Not following: what is known is fixed'}
                  </span>
                  {from !== undefined && from !== '0' ? (
                    <button type="button" className="quiet" onClick={() => change({ after: '0' })}>
                      From the beginning
                    </button>
                  ) : null}
                  {answer.next !== null && last !== undefined ? (
                    <button type="button" className="quiet" onClick={() => change({ after: last })}>
                      Later ones
                    </button>
                  ) : null}
                  <TableFiles {...table} />
                </span>
              </header>
              <Table {...table} />
            </section>
          );
        }}
      </Answered>
    </>
  );
};

const discrepancyColumns: ReadonlyArray<Column<DiscrepancyRow>> = [
  {
    key: 'event',
    head: 'Position',
    align: 'end',
    value: (row) => row.event,
    cell: (row) => <ProofLink events={[row.event]} of={row.message} label={row.event} />,
  },
  { key: 'message', head: 'What does not fit', value: (row) => row.message },
  {
    key: 'code',
    head: 'Code',
    value: (row) => row.code,
    cell: (row) => <span className="code">{row.code}</span>,
  },
  {
    key: 'since',
    head: 'Recorded, UTC',
    value: (row) => row.since,
    cell: (row) => <Moment at={row.since} />,
  },
];

const Discrepancies = ({ state }: { state: 'open' | 'resolved' }) => {
  const view = useView();
  const rows = useQuery(discrepanciesThat(state, questionOf(view)));
  return (
    <>
      <ClockSentence clocks={rows.data?.clocks} knownOnly />
      <Answered of={rows} what="what does not fit">
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
                ? 'Every event fits the others.'
                : 'No discrepancy was explained by later events.',
          };
          return (
            <section className="panel" aria-labelledby="discrepancies-title">
              <header>
                <h2 id="discrepancies-title">{table.caption}</h2>
                <TableFiles {...table} />
              </header>
              <Table {...table} />
            </section>
          );
        }}
      </Answered>
    </>
  );
};

const tabs = [
  { show: undefined, label: 'Events' },
  { show: 'open', label: 'Discrepancies' },
  { show: 'resolved', label: 'Resolved ones' },
] as const;

export const LogScreen = () => {
  useTitle('The log');
  const search = useSearch({ from: '/log' });
  const change = useChangeView();
  const { after, show, type, source, subject, site, party, dataset } = search;
  const filter: LogFilter = { type, source, subject, site, party, dataset };
  return (
    <>
      <div className="screen-head">
        <h1>The log</h1>
        <div className="tabs" role="tablist" aria-label="What of the log">
          {tabs.map((tab) => (
            <button
              key={tab.label}
              type="button"
              role="tab"
              className="quiet"
              aria-selected={show === tab.show}
              onClick={() => change({ show: tab.show })}
            >
              {tab.label}
            </button>
          ))}
        </div>
      </div>
      {show === 'open' || show === 'resolved' ? (
        <Discrepancies state={show} />
      ) : (
        <>
          <Filters label="Filters">
            <Choice
              label="type"
              value={type}
              any="any"
              options={eventTypes.map((each) => [each, typeInWords(each)] as const)}
              onChange={(chosen) => change({ type: chosen })}
            />
            {textFilters.map((name) => (
              <FilterField
                key={name}
                name={name}
                value={filter[name] ?? ''}
                onChange={(value) => change({ [name]: value })}
              />
            ))}
          </Filters>
          <Events filter={filter} after={after} />
        </>
      )}
    </>
  );
};
