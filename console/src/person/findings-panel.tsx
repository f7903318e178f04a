/** The rules that were broken or could not be judged for a person at a moment. */

import type { Clocks } from '../../../src/client/client.ts';
import type { FindingRow } from '../../../src/client/rows.ts';
import { ByWhom, Held, heldText, VerdictMark, versionGroup } from '../findings/finding-parts.tsx';
import { untilColumn } from '../parts/holding-columns.tsx';
import { Since } from '../parts/moment.tsx';
import { Id, useNames } from '../parts/names.tsx';
import { pathText } from '../parts/path.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import type { Column } from '../parts/table.tsx';
import { TablePanel } from '../parts/table-panel.tsx';

export const FindingsPanel = ({
  findings,
  clocks,
  minAssurance,
  subject,
}: {
  findings: ReadonlyArray<FindingRow>;
  clocks: Clocks | undefined;
  minAssurance: string;
  subject: string;
}) => {
  const names = useNames();
  const columns: ReadonlyArray<Column<FindingRow>> = [
    { key: 'finding', head: 'Finding', value: (row) => row.finding, fileOnly: true },
    { key: 'policy', head: 'Policy', value: (row) => row.policy, fileOnly: true },
    { key: 'version', head: 'Version', value: (row) => row.version, fileOnly: true },
    { key: 'rule', head: 'Rule', value: (row) => row.rule, cell: (row) => <Id>{row.rule}</Id> },
    {
      key: 'verdict',
      head: 'Verdict',
      value: (row) => row.verdict,
      cell: (row) => <VerdictMark of={row.verdict} />,
    },
    { key: 'action', head: 'Action', value: (row) => (row.action === 'store' ? 'stored' : 'reachable') },
    {
      key: 'holding',
      head: 'Data',
      value: (row) => heldText(row),
      cell: (row) => <Held of={row} />,
    },
    {
      key: 'party',
      head: 'Reached by',
      value: (row) => (row.party === null ? null : pathText(names, row.party, row.path)),
      cell: (row) => <ByWhom of={row} />,
    },
    { key: 'from', head: 'From (UTC)', value: (row) => row.from, cell: (row) => <Since at={row.from} /> },
    { key: 'knownSince', head: 'Known since', value: (row) => row.knownSince, fileOnly: true },
    untilColumn,
    {
      key: 'events',
      head: 'Proof',
      value: (row) => row.events,
      cell: (row) => <ProofLink events={row.events} of={`${row.policy}, ${row.rule}`} />,
    },
  ];
  const table = {
    caption: `Rules broken about ${subject}`,
    fileName: `findings-${subject}`,
    columns,
    rows: findings,
    rowKey: (row: FindingRow) => row.finding,
    groupOf: versionGroup,
    clocks,
    minAssurance,
    empty: 'No policy in force was broken at this moment.',
  };
  return <TablePanel name="findings" title="Rules broken" wide {...table} />;
};
