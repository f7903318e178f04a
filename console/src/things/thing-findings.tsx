/**
 * The findings about a thing, open ones first.
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { FindingRow } from '../../../src/client/rows.ts';
import { instantOf } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { findingColumns } from '../findings/finding-columns.tsx';
import { versionGroup } from '../findings/finding-parts.tsx';
import { type FindingFilter, findingsThat } from '../ledger/finding-queries.ts';
import { byBegin, holdsAt } from '../ledger/intervals.ts';
import { counted } from '../parts/counted.ts';
import { useNames } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';
import { TablePanel } from '../parts/table-panel.tsx';

const code = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @param by which thing. */
export const ThingFindings = ({ by, fileName }: { by: FindingFilter; fileName: string }) => {
  const view = useView();
  const names = useNames();
  const findings = useQuery(findingsThat(by, questionOf(view)));
  return (
    <Answered of={findings} what="its findings">
      {(answer) => {
        const at = instantOf(view.validAt) ?? Date.parse(answer.clocks.validAt);
        const rows = [...answer.data].sort(
          (a, b) =>
            code(a.policy, b.policy) ||
            b.version - a.version ||
            Number(holdsAt(b, at)) - Number(holdsAt(a, at)) ||
            byBegin(b.from, a.from),
        );
        const open = rows.filter((row) => holdsAt(row, at)).length;
        const table = {
          caption: 'Findings about it',
          fileName,
          columns: findingColumns(names),
          rows,
          rowKey: (row: FindingRow) => row.finding,
          groupOf: versionGroup,
          clocks: answer.clocks,
          minAssurance: view.minAssurance ?? 'claimed',
          empty: 'No policy was broken here, as far as the ledger knows.',
          rowClass: (row: FindingRow) => (holdsAt(row, at) ? '' : 'row-past'),
        };
        return (
          <TablePanel
            name="thing-findings"
            title={`${counted(rows.length, 'finding', 'findings')}, ${open} open at this moment${answer.next === null ? '' : '; more not shown'}`}
            tools={
              <Link to="/findings" search={{ ...clocksOf(view), ...by }} className="quiet-link">
                Show on the page of findings
              </Link>
            }
            {...table}
          />
        );
      }}
    </Answered>
  );
};
