/** The log, updated live, and the discrepancies. */
import { Link, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { eventTypes } from '../../../src/client/rows.ts';
import { useChangeView } from '../clocks/use-view.ts';
import { typeInWords } from '../ledger/event-words.ts';
import { Choice, Filters } from '../parts/choice.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { useTitle } from '../parts/use-title.ts';
import { DiscrepanciesPanel } from './discrepancies-panel.tsx';
import { EventsPanel, type LogFilter } from './events-panel.tsx';

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
      <span className="paper-value">{value}</span>
    </span>
  );
};

const tabs = [
  { show: undefined, label: 'Events' },
  { show: 'open', label: 'Discrepancies' },
  { show: 'resolved', label: 'Resolved' },
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
        <div className="tabs" role="tablist" aria-label="Parts of the log">
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
        <Link to="/reads" search={{}} className="quiet-link">
          Who asked about whom
        </Link>
      </div>
      <Purpose>
        Everything that services recorded, in the order in which the ledger learned it. Nothing is ever
        changed here: corrections are separate events.
      </Purpose>
      {show === 'open' || show === 'resolved' ? (
        <DiscrepanciesPanel state={show} />
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
          <EventsPanel filter={filter} after={after} />
        </>
      )}
    </>
  );
};
