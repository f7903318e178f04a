/** The differences between findings over all history: opened, closed, lengthened, shortened. */

import type { Clocks } from '../../../src/client/client.ts';
import type { FindingRow, WireDifference } from '../../../src/client/rows.ts';
import { useNames } from '../parts/names.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { findingColumns, mostPeople } from './finding-columns.tsx';
import { versionGroup } from './finding-parts.tsx';

const lists = [
  { key: 'opened', title: 'Opened', words: 'found now, not before' },
  { key: 'closed', title: 'Closed', words: 'found before, not now' },
  { key: 'lengthened', title: 'Lengthened', words: 'found for longer than before' },
  { key: 'shortened', title: 'Shortened', words: 'found for less time than before' },
] as const;

/** Groups the findings of each version. */
const byVersion = (a: FindingRow, b: FindingRow): number =>
  (a.policy < b.policy ? -1 : a.policy > b.policy ? 1 : 0) || a.version - b.version;

const people = (count: number): string =>
  count === 1 ? 'one person' : `${count.toLocaleString('en')} people`;

const peopleOf = (rows: ReadonlyArray<FindingRow>): number => Math.max(0, ...rows.map(mostPeople));

export const Difference = ({
  difference,
  clocks,
  minAssurance,
  fileName,
}: {
  difference: WireDifference;
  clocks: Clocks;
  minAssurance: string;
  fileName: string;
}) => {
  const names = useNames();
  const policies = new Set(lists.flatMap(({ key }) => difference[key].map(({ policy }) => policy)));
  const total = lists.reduce((sum, { key }) => sum + difference[key].length, 0);
  return (
    <div className="panel-column" data-testid="difference">
      <ul className="difference-figures" aria-label="The difference in short">
        {lists.map(({ key, title, words }) => (
          <li key={key}>
            <a href={`#${key}`}>
              <strong>{difference[key].length.toLocaleString('en')}</strong>
              <span>
                {title.toLowerCase()}
                {difference[key].length === 0 ? '' : `, of up to ${people(peopleOf(difference[key]))}`}
              </span>
              <span className="unknown">{words}</span>
            </a>
          </li>
        ))}
      </ul>
      {total === 0 ? <p className="hint">Over the whole history there is no difference.</p> : null}
      {lists.map(({ key, title }) => {
        const rows = [...difference[key]].sort(byVersion);
        if (rows.length === 0) return null;
        const table = {
          caption: `${title} findings`,
          fileName: `${fileName}-${key}`,
          columns: findingColumns(names),
          rows,
          rowKey: (row: FindingRow) => row.finding,
          clocks,
          minAssurance,
          empty: '',
          ...(policies.size > 1 ? { groupOf: versionGroup } : {}),
        };
        return <TablePanel key={key} name={key} title={title} {...table} />;
      })}
    </div>
  );
};
