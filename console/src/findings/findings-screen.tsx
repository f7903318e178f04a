/**
 * Findings: which rules were broken, or could not be judged, by policy and version, those that last first.
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { ClockSentence, useChangeView, useView } from '../clocks/clock-bar.tsx';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { useConnection } from '../ledger/live.ts';
import { type FindingFilter, findingsLearned, findingsThat, policiesAt } from '../ledger/queries.ts';
import { beginOf, byBegin, type FindingRow, holdsAt, type PolicyRow } from '../ledger/shapes.ts';
import { Icon } from '../parts/icon.tsx';
import { Since, Until } from '../parts/moment.tsx';
import { Id, Title, useNames } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { Answered } from '../parts/states.tsx';
import { Table, TableFiles } from '../parts/table.tsx';
import { useTitle } from '../shell.tsx';
import { Difference } from './difference.tsx';
import { findingColumns } from './finding-columns.tsx';

interface FindingsSearch {
  readonly policy?: string;
  readonly version?: string;
  readonly site?: string;
  readonly party?: string;
  readonly state?: string;
  readonly compare?: string;
}

type Version = PolicyRow['versions'][number];

const isInForce = ({ inForce }: Version, at: number): boolean =>
  inForce.some((interval) => holdsAt(interval, at));

const PolicyCard = ({
  policy,
  findings,
  at,
  chosen,
}: {
  policy: PolicyRow;
  findings: ReadonlyArray<FindingRow>;
  at: number;
  chosen: boolean;
}) => {
  const view = useView();
  const mine = findings.filter((finding) => finding.policy === policy.policy);
  const open = mine.filter((finding) => holdsAt(finding, at)).length;
  const inForce = policy.versions.some((version) => isInForce(version, at));
  return (
    <li className={chosen ? 'policy-card chosen' : 'policy-card'}>
      <Link
        to="/findings"
        search={{ ...clocksOf(view), ...(chosen ? {} : { policy: policy.policy }) } as never}
        aria-current={chosen ? 'true' : undefined}
      >
        <span className="policy-title">
          <Title>{policy.title}</Title>
        </span>
        <span className="policy-facts">
          <Id>{policy.policy}</Id>
          <span>{inForce ? 'in force' : 'not in force'}</span>
        </span>
        <span className="policy-facts">
          {open > 0 ? (
            <span className="verdict verdict-violated">
              <Icon name="warning" />
              {open} open
            </span>
          ) : (
            <span>none open</span>
          )}
          <span>{mine.length} in all</span>
        </span>
      </Link>
    </li>
  );
};

const Versions = ({ policy, at }: { policy: PolicyRow; at: number }) => {
  const view = useView();
  return (
    <section className="panel policy-detail" aria-label={`Versions of ${policy.policy}`}>
      <header>
        <h2>
          <Title>{policy.title}</Title>
        </h2>
        {policy.builtIn ? (
          <span className="unknown">built in</span>
        ) : (
          <Link
            to="/findings/try"
            search={clocksOf(view) as never}
            hash={new URLSearchParams({ policy: policy.policy }).toString()}
          >
            Try a change
          </Link>
        )}
      </header>
      <div className="panel-text">
        {policy.authority === null ? null : (
          <p>
            <Title>{policy.authority}</Title>
          </p>
        )}
        <ul className="versions">
          {[...policy.versions].reverse().map((version) => (
            <li key={version.version}>
              <details>
                <summary>
                  <strong>Version {version.version}</strong>{' '}
                  <span className={isInForce(version, at) ? 'in-force' : 'unknown'}>
                    {isInForce(version, at) ? 'in force' : 'not in force'}
                  </span>{' '}
                  <span className="unknown">
                    effective <Since at={version.effectiveFrom} />
                    {version.effectiveUntil === null ? '' : ' to '}
                    {version.effectiveUntil === null ? null : <Until at={version.effectiveUntil} />}
                  </span>
                </summary>
                {version.adoptedBy === null ? null : (
                  <p>
                    <ProofLink
                      events={[version.adoptedBy]}
                      of={`version ${version.version} of ${policy.policy}`}
                      label="Its adoption"
                    />
                  </p>
                )}
                <pre>
                  <code>{version.cedar ?? 'Judged by the ledger itself; it has no text in Cedar.'}</code>
                </pre>
              </details>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
};

/** Policies with findings that last at the moment first; within each version those, and of these the latest, first. */
const openFirst =
  (at: number, open: ReadonlySet<string>) =>
  (a: FindingRow, b: FindingRow): number =>
    Number(open.has(b.policy)) - Number(open.has(a.policy)) ||
    (a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : b.version - a.version) ||
    Number(holdsAt(b, at)) - Number(holdsAt(a, at)) ||
    byBegin(b.from, a.from);

/** What was learned since makes of the findings. */
const Learned = ({ since, policy }: { since: string; policy: string | undefined }) => {
  const connection = useConnection();
  const head = connection.state === 'live' ? connection.head : since;
  const learned = useQuery(findingsLearned(since, head, policy));
  return (
    <section className="panel learned" aria-labelledby="learned-title">
      <header>
        <h2 id="learned-title">
          What was learned from position {since} to {head}
        </h2>
      </header>
      <div className="panel-text">
        <Answered of={learned} what="what was learned since">
          {(answer) => (
            <Difference
              difference={answer.data}
              clocks={answer.clocks}
              minAssurance="claimed"
              fileName={`learned-since-${since}`}
            />
          )}
        </Answered>
      </div>
    </section>
  );
};

const states = [
  { state: undefined, label: 'All' },
  { state: 'open', label: 'Open at that moment' },
  { state: 'ended', label: 'Ended before' },
] as const;

export const FindingsScreen = () => {
  useTitle('Findings');
  const view = useView();
  const change = useChangeView();
  const names = useNames();
  const { policy, version, site, party, state, compare } = useSearch({ strict: false }) as FindingsSearch;
  const question = questionOf(view);
  const knownThen = view.knownAt !== undefined || view.knownPosition !== undefined;
  const filter: FindingFilter = { site, party };
  const policies = useQuery(policiesAt(question));
  const findings = useQuery(findingsThat(filter, question));
  const at = Date.parse(view.validAt ?? findings.data?.clocks.validAt ?? '');
  const chosen = policies.data?.data.find((each) => each.policy === policy);
  return (
    <>
      <div className="screen-head">
        <h1>Findings</h1>
        <Link to="/findings/try" search={clocksOf(view) as never} className="button">
          Try a policy before adopting it
        </Link>
      </div>
      <ClockSentence clocks={findings.data?.clocks} />
      {knownThen && findings.data !== undefined ? (
        compare === 'now' ? (
          <Learned since={findings.data.clocks.position} policy={policy} />
        ) : (
          <p className="compare">
            <button type="button" className="quiet" onClick={() => change({ compare: 'now' })}>
              <Icon name="late" />
              What was learned since then changes which findings?
            </button>
          </p>
        )
      ) : null}
      <Answered of={findings} what="what was found">
        {(answer) => {
          const open = new Set(answer.data.filter((row) => holdsAt(row, at)).map((row) => row.policy));
          const rows = answer.data
            .filter((row) => policy === undefined || row.policy === policy)
            .filter((row) => version === undefined || String(row.version) === version)
            .filter((row) =>
              state === 'open'
                ? holdsAt(row, at)
                : state === 'ended'
                  ? !holdsAt(row, at) && beginOf(row.from) <= at
                  : true,
            )
            .sort(openFirst(at, open));
          const table = {
            caption: chosen === undefined ? 'Findings' : `Findings of ${chosen.policy}`,
            fileName: `findings${policy === undefined ? '' : `-${policy}`}`,
            columns: findingColumns(names),
            rows,
            rowKey: (row: FindingRow) => row.finding,
            groupOf: (row: FindingRow) => {
              const of = policies.data?.data.find((each) => each.policy === row.policy);
              return {
                key: `${row.policy} ${row.version}`,
                heading: (
                  <span className="site-heading">
                    <span>
                      <Title>{of?.title ?? row.policy}</Title>
                    </span>
                    <span className="site-facts">
                      <Id>{row.policy}</Id>, version {row.version}
                    </span>
                  </span>
                ),
              };
            },
            clocks: answer.clocks,
            minAssurance: view.minAssurance ?? 'claimed',
            empty: 'No rule was broken there, and none was left unjudged.',
            rowClass: (row: FindingRow) => (holdsAt(row, at) ? '' : 'row-past'),
          };
          return (
            <div className="findings">
              <nav aria-label="Policies" className="policies">
                <h2>Policies</h2>
                <Answered of={policies} what="the policies">
                  {(all) => (
                    <ul>
                      {[...all.data]
                        .sort((a, b) => Number(open.has(b.policy)) - Number(open.has(a.policy)))
                        .map((each) => (
                          <PolicyCard
                            key={each.policy}
                            policy={each}
                            findings={answer.data}
                            at={at}
                            chosen={each.policy === policy}
                          />
                        ))}
                    </ul>
                  )}
                </Answered>
              </nav>
              <div className="panel-column">
                {chosen === undefined ? null : <Versions policy={chosen} at={at} />}
                <section className="panel" aria-labelledby="findings-title">
                  <header>
                    <h2 id="findings-title">
                      {rows.length.toLocaleString('en')} findings
                      {answer.next === null ? '' : ', the first of more'}
                    </h2>
                    <span className="panel-tools">
                      <fieldset className="tabs">
                        <legend className="unseen">Which findings</legend>
                        {states.map((each) => (
                          <button
                            key={each.label}
                            type="button"
                            className="quiet"
                            aria-pressed={state === each.state}
                            onClick={() => change({ state: each.state })}
                          >
                            {each.label}
                          </button>
                        ))}
                      </fieldset>
                      <TableFiles {...table} />
                    </span>
                  </header>
                  <Table {...table} />
                </section>
              </div>
            </div>
          );
        }}
      </Answered>
    </>
  );
};
