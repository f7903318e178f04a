/**
 * The columns of findings, in lists and in differences.
 */
import type { FindingRow } from '../../../src/client/rows.ts';
import { Day, Since, Until } from '../parts/moment.tsx';
import type { Names } from '../parts/names.tsx';
import { pathText } from '../parts/path.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import type { Column } from '../parts/table.tsx';
import { ByWhom, FindingLink, Held, heldText, VerdictMark } from './finding-parts.tsx';

/** The largest number of people that a finding ever concerned. */
export const mostPeople = ({ counts, subjects }: FindingRow): number =>
  counts.reduce((most, each) => Math.max(most, each.subjects), subjects);

export const findingColumns = (names: Names): ReadonlyArray<Column<FindingRow>> => [
  { key: 'finding', head: 'Finding', value: (row) => row.finding, fileOnly: true },
  { key: 'policy', head: 'Policy', value: (row) => row.policy, fileOnly: true },
  { key: 'version', head: 'Version', value: (row) => row.version, fileOnly: true },
  { key: 'verdict', head: 'Verdict', value: (row) => row.verdict, fileOnly: true },
  {
    key: 'rule',
    head: 'Rule',
    value: (row) => row.rule,
    cell: (row) => (
      <span className="rule" title={[row.reason ?? row.rule, row.limits ?? ''].join('\n').trim()}>
        <VerdictMark of={row.verdict} brief /> <FindingLink of={row} />
      </span>
    ),
  },
  { key: 'action', head: 'Action', value: (row) => row.action, fileOnly: true },
  {
    key: 'subjects',
    head: 'People',
    align: 'end',
    value: mostPeople,
    cell: (row) => mostPeople(row).toLocaleString('en'),
  },
  { key: 'population', head: 'Population', value: (row) => row.population, fileOnly: true },
  { key: 'source', head: 'Source', value: (row) => row.source ?? null, fileOnly: true },
  {
    key: 'holding',
    head: 'Data',
    value: (row) => heldText(row),
    cell: (row) => (
      <span title={heldText(row)}>
        <Held of={row} population={row.population} />
      </span>
    ),
  },
  {
    key: 'path',
    head: 'Reached by',
    value: (row) => (row.party === null ? null : pathText(names, row.party, row.path)),
    cell: (row) => (
      <span title={row.party === null ? undefined : pathText(names, row.party, row.path)}>
        <ByWhom of={row} />
      </span>
    ),
  },
  {
    key: 'from',
    head: 'Since (UTC)',
    value: (row) => row.from,
    cell: (row) => (row.from === null ? <Since at={null} /> : <Day at={row.from} />),
  },
  {
    key: 'to',
    head: 'Until (UTC)',
    value: (row) => row.to,
    cell: (row) => (row.to === null ? <Until at={null} /> : <Day at={row.to} />),
  },
  {
    key: 'knownSince',
    head: 'Known since (UTC)',
    value: (row) => row.knownSince,
    cell: (row) => <Day at={row.knownSince} />,
  },
  { key: 'reason', head: 'Reason', value: (row) => row.reason, fileOnly: true },
  { key: 'limits', head: 'Limits of the rule', value: (row) => row.limits, fileOnly: true },
  {
    key: 'events',
    head: 'Proof',
    value: (row) => row.events,
    cell: (row) => <ProofLink events={row.events} of={`${row.policy}, ${row.rule}`} />,
  },
];
