/**
 * The difference that a change makes of what was found, over all history: opened, closed, lengthened, shortened.
 */
import type { Clocks } from '../../../src/client/client.ts';
import type { DifferenceRows, FindingRow } from '../ledger/shapes.ts';
import { useNames } from '../parts/names.tsx';
import { Table, TableFiles } from '../parts/table.tsx';
import { findingColumns, mostPeople } from './finding-columns.tsx';

const lists = [
  { key: 'opened', title: 'Opened', words: 'found now, not before' },
  { key: 'closed', title: 'Closed', words: 'found before, not now' },
  { key: 'lengthened', title: 'Lengthened', words: 'found for longer than before' },
  { key: 'shortened', title: 'Shortened', words: 'found for less time than before' },
] as const;

const peopleOf = (rows: ReadonlyArray<FindingRow>): number => Math.max(0, ...rows.map(mostPeople));

export const Difference = ({
  difference,
  clocks,
  minAssurance,
  fileName,
}: {
  difference: DifferenceRows;
  clocks: Clocks;
  minAssurance: string;
  fileName: string;
}) => {
  const names = useNames();
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
                {difference[key].length === 0
                  ? ''
                  : `, up to ${peopleOf(difference[key]).toLocaleString('en')} people in one`}
              </span>
              <span className="unknown">{words}</span>
            </a>
          </li>
        ))}
      </ul>
      {total === 0 ? <p className="hint">It changes nothing, at no time that the ledger knows of.</p> : null}
      {lists.map(({ key, title }) => {
        const rows = difference[key];
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
        };
        return (
          <section className="panel" key={key} id={key} aria-labelledby={`${key}-title`}>
            <header>
              <h2 id={`${key}-title`}>{title}</h2>
              <TableFiles {...table} />
            </header>
            <Table {...table} />
          </section>
        );
      })}
    </div>
  );
};
