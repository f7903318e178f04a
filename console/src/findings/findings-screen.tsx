/**
 * Findings: the rules that were broken or could not be judged, by policy and version, open ones first.
 */

import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { FindingRow } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { instantOf } from '../clocks/instants.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { findingsThat, policiesAt } from '../ledger/finding-queries.ts';
import { beginOf, byBegin, holdsAt } from '../ledger/intervals.ts';
import { Choice, Filters, Tabs } from '../parts/choice.tsx';
import { counted } from '../parts/counted.ts';
import { Icon } from '../parts/icon.tsx';
import { useNames } from '../parts/names.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered } from '../parts/states.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { useTitle } from '../parts/use-title.ts';
import { Learned, VersionChange, versionsIn } from './comparison.tsx';
import { findingColumns } from './finding-columns.tsx';
import { byGroup, groupsBy } from './finding-groups.tsx';
import { PolicyCard, Versions } from './policies.tsx';

/** Policies with open findings first; within a version open findings first, then the latest. */
const openFirst =
  (at: number, open: ReadonlySet<string>) =>
  (a: FindingRow, b: FindingRow): number =>
    Number(open.has(b.policy)) - Number(open.has(a.policy)) ||
    (a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : b.version - a.version) ||
    Number(holdsAt(b, at)) - Number(holdsAt(a, at)) ||
    byBegin(b.from, a.from);

const states = [
  [undefined, 'All'],
  ['open', 'Open at this moment'],
  ['ended', 'Ended before'],
] as const;

/** A filter that the page of a thing sets; here it can only be removed. */
const NarrowedTo = ({
  label,
  value,
  leave,
}: {
  label: string;
  value: string | undefined;
  leave: () => void;
}) =>
  value === undefined ? null : (
    <Choice label={label} value={value} any="any" options={[[value, value]]} onChange={leave} />
  );

export const FindingsScreen = () => {
  useTitle('Findings');
  const view = useView();
  const change = useChangeView();
  const names = useNames();
  const { policy, version, state, compare, group, ...search } = useSearch({ from: '/findings' });
  const { site, party, dataset, population, backup } = search;
  const question = questionOf(view);
  const knownThen = view.knownAt !== undefined || view.knownPosition !== undefined;
  const policies = useQuery(policiesAt(question));
  const findings = useQuery(findingsThat({ site, party, dataset, population, backup }, question));
  const at = instantOf(view.validAt) ?? Date.parse(findings.data?.clocks.validAt ?? '');
  const chosen = policies.data?.data.find((each) => each.policy === policy);
  const versions = versionsIn(compare);
  return (
    <>
      <div className="screen-head">
        <h1>Findings</h1>
        <Filters label="Which findings">
          <Choice
            label="site"
            value={site}
            any="any"
            options={[...names.sites.values()].map((each) => [each.site, each.name ?? each.site] as const)}
            onChange={(chosenSite) => change({ site: chosenSite })}
          />
          <Choice
            label="party"
            value={party}
            any="any"
            options={[...names.parties.values()].map(
              (each) => [each.party, each.name ?? each.party] as const,
            )}
            onChange={(chosenParty) => change({ party: chosenParty })}
          />
          <NarrowedTo label="dataset" value={dataset} leave={() => change({ dataset: undefined })} />
          <NarrowedTo label="population" value={population} leave={() => change({ population: undefined })} />
          <NarrowedTo label="backup" value={backup} leave={() => change({ backup: undefined })} />
          <Choice
            label="grouped by"
            value={group}
            any="policy"
            options={[
              ['party', 'party'],
              ['site', 'site'],
              ['rule', 'rule'],
            ]}
            onChange={(chosenGroup) => change({ group: chosenGroup })}
          />
        </Filters>
        <Link to="/findings/try" search={clocksOf(view)} className="button">
          Try a policy before you adopt it
        </Link>
      </div>
      <Purpose>
        A finding is a period in which holding data, or reach to it, broke a policy in force, or could not be
        judged. Open the proof of a row to see its events.
      </Purpose>
      <ClockSentence clocks={findings.data?.clocks} />
      {knownThen && findings.data !== undefined ? (
        compare === 'now' ? (
          <Learned since={findings.data.clocks.position} policy={policy} />
        ) : (
          <p className="compare">
            <button type="button" className="quiet" onClick={() => change({ compare: 'now' })}>
              <Icon name="late" />
              Which findings has later knowledge changed?
            </button>
          </p>
        )
      ) : null}
      {policy === undefined || versions === undefined ? null : (
        <VersionChange policy={policy} from={versions[0]} to={versions[1]} />
      )}
      <Answered of={findings} what="the findings">
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
            .sort(openFirst(at, open))
            .sort(byGroup(group));
          const table = {
            caption: chosen === undefined ? 'Findings' : `Findings of ${chosen.policy}`,
            fileName: `findings${policy === undefined ? '' : `-${policy}`}`,
            columns: findingColumns(names),
            rows,
            rowKey: (row: FindingRow) => row.finding,
            groupOf: groupsBy(group, rows, at, policies.data?.data ?? []),
            clocks: answer.clocks,
            minAssurance: view.minAssurance ?? 'claimed',
            empty: 'No finding matches these filters. Remove one, or choose another moment.',
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
                {chosen === undefined ? null : <Versions policy={chosen} at={at} version={version} />}
                <TablePanel
                  name="findings"
                  title={`${counted(rows.length, 'finding', 'findings')}${version === undefined ? '' : ` of version ${version}`}${answer.next === null ? '' : ', more not shown'}`}
                  tools={
                    <Tabs
                      legend="Which findings"
                      value={state}
                      options={states}
                      onChange={(chosen) => change({ state: chosen })}
                    />
                  }
                  {...table}
                />
              </div>
            </div>
          );
        }}
      </Answered>
    </>
  );
};
