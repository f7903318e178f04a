/**
 * The start page: the search for a person, and an overview of the ledger. An empty ledger explains how to fill it.
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { PartyRow } from '../../src/client/rows.ts';
import { PartyKind } from '../../src/domain/events/words.ts';
import { ClockSentence } from './clocks/clock-sentence.tsx';
import { useView } from './clocks/use-view.ts';
import { clocksOf, questionOf } from './clocks/view-search.ts';
import { basePath, ledgerUrl } from './ledger/base-path.ts';
import { openFindings } from './ledger/finding-queries.ts';
import { firstEvent } from './ledger/log-queries.ts';
import { datasetsAt, partiesAt, populationsAt, sitesAt } from './ledger/registry-queries.ts';
import { Country, countryName, Id, ThingLink, Title } from './parts/names.tsx';
import { Answered } from './parts/states.tsx';
import { useTitle } from './parts/use-title.ts';
import { Examples } from './shell/examples.tsx';
import { PersonSearch } from './shell/person-search.tsx';

const EmptyLedger = () => (
  <section className="state-page">
    <h1>This ledger is empty</h1>
    <p>Nothing has been recorded yet. To load the example, run this in a checkout of Domicile:</p>
    <pre>
      <code>bin/domicile emit scenarios/tiktok-us/events.ndjson --url {ledgerUrl}</code>
    </pre>
    <p>
      Services record events with <code>POST /v1/events</code>; see the{' '}
      <a href={`${ledgerUrl}/reference`}>reference</a>. This page updates as soon as something is recorded.
    </p>
  </section>
);

/** Rows of a list on this page. */
const rowsMax = 8;

/** The number of rows that do not fit. */
const More = ({ of }: { of: number }) =>
  of > rowsMax ? <li className="more">and {of - rowsMax} more</li> : null;

/** Organisations first; an unregistered party has no kind, and comes last. */
const orderOf = ({ kind }: PartyRow): number =>
  kind === null ? PartyKind.words.length : PartyKind.words.indexOf(kind);

const Overview = () => {
  const view = useView();
  const question = questionOf(view);
  const sites = useQuery(sitesAt(question));
  const parties = useQuery(partiesAt(question));
  const datasets = useQuery(datasetsAt(question));
  const populations = useQuery(populationsAt(question));
  const findings = useQuery(openFindings(question));
  const open = [...Map.groupBy(findings.data?.data ?? [], ({ policy }) => policy)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const byKind = [...(parties.data?.data ?? [])].sort((a, b) => orderOf(a) - orderOf(b));
  const countries = [...new Set(sites.data?.data.map(({ country }) => country) ?? [])];
  const count = (answer: {
    data: { data: ReadonlyArray<unknown>; next: string | null } | undefined;
  }): string =>
    answer.data === undefined
      ? '…'
      : `${answer.data.data.length}${answer.data.next === null ? '' : ' and more'}`;
  return (
    <>
      <section className="home-search">
        <h1>Where did a person’s data live, and who could reach it?</h1>
        <PersonSearch label="Find a person" autoFocus />
        <p className="hint">
          Enter the identifier that your services use. Choose any moment, as known then or now. Press{' '}
          <kbd>/</kbd> on any screen to go to the search.
        </p>
        <Examples />
      </section>
      <ClockSentence clocks={sites.data?.clocks} />
      <section className="overview" aria-label="What the ledger holds">
        <div>
          <h2>{count(findings)} findings open</h2>
          <ul>
            {open.slice(0, rowsMax).map(([policy, of]) => (
              <li key={policy}>
                <Link to="/findings" search={{ ...clocksOf(view), policy, state: 'open' }}>
                  <Id>{policy}</Id>
                </Link>{' '}
                <span className="number">{of.length.toLocaleString('en')}</span>
              </li>
            ))}
            <More of={open.length} />
          </ul>
          {findings.data !== undefined && open.length === 0 ? (
            <p>The ledger knows of no broken rule at this moment.</p>
          ) : null}
        </div>
        <div>
          <h2>
            {count(sites)} sites
            {sites.data === undefined
              ? ''
              : ` in ${countries.filter((code) => code !== null).length} countries`}
          </h2>
          <p>
            {countries
              .filter((code) => code !== null)
              .map(countryName)
              .sort()
              .join(', ')}
          </p>
          <Link to="/map" search={clocksOf(view)}>
            Show on the map
          </Link>
        </div>
        <div>
          <h2>{count(populations)} populations</h2>
          <ul>
            {populations.data?.data.slice(0, rowsMax).map(({ population, name, subjects, jurisdiction }) => (
              <li key={population}>
                <ThingLink thing="population" id={population}>
                  <Title>{name ?? population}</Title>
                </ThingLink>{' '}
                <Country code={jurisdiction} />{' '}
                <span className="number">{subjects.toLocaleString('en')}</span>
              </li>
            ))}
            <More of={populations.data?.data.length ?? 0} />
          </ul>
        </div>
        <div>
          <h2>{count(datasets)} datasets</h2>
          <ul>
            {datasets.data?.data.slice(0, rowsMax).map(({ dataset, name }) => (
              <li key={dataset}>
                <ThingLink thing="dataset" id={dataset}>
                  <Title>{name ?? dataset}</Title> <Id>{dataset}</Id>
                </ThingLink>
              </li>
            ))}
            <More of={datasets.data?.data.length ?? 0} />
          </ul>
        </div>
        <div>
          <h2>{count(parties)} parties</h2>
          <ul>
            {byKind.slice(0, rowsMax).map(({ party, name, kind, country }) => (
              <li key={party}>
                <ThingLink thing="party" id={party}>
                  <Title>{name ?? party}</Title>
                </ThingLink>{' '}
                <Country code={country} /> <span className="site-facts">{kind}</span>
              </li>
            ))}
            <More of={byKind.length} />
          </ul>
          <Link to="/reach" search={clocksOf(view)}>
            Show what they could reach
          </Link>
        </div>
        <div>
          <h2>The signed log</h2>
          <p>Its operator cannot change the log without being noticed.</p>
          <Link to="/integrity" search={{}}>
            How it stands
          </Link>{' '}
          <a href={`${basePath}/check`}>Check a bundle of evidence</a>
        </div>
      </section>
    </>
  );
};

export const Home = () => {
  useTitle('Start');
  const first = useQuery(firstEvent);
  return (
    <Answered of={first} what="the ledger">
      {(answer) => (answer.data.length === 0 ? <EmptyLedger /> : <Overview />)}
    </Answered>
  );
};
