/** The reach matrix as a table. A cell opens its paths. */
import { Link, useSearch } from '@tanstack/react-router';
import type { PartyRow } from '../../../src/client/rows.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { Country, Id, PartyName, SiteWord, useNames } from '../parts/names.tsx';
import { ScrollBox } from '../parts/scroll-box.tsx';
import { type Cell, cellKey, type Matrix, shadeOf, type Target } from './matrix-cells.ts';

const TargetHead = ({ target: { site, dataset, population, backup } }: { target: Target }) => (
  <span className="matrix-head">
    <SiteWord id={site} />
    <Country code={useNames().sites.get(site)?.country ?? null} />
    {dataset === undefined ? null : (
      <span className="matrix-holding">
        <Id>{dataset}</Id>
        {population === undefined ? null : <Id>{population}</Id>}
        {backup === undefined ? null : (
          <span>
            backup <Id>{backup}</Id>
          </span>
        )}
      </span>
    )}
  </span>
);

const CellLink = ({ cell: { party, target, subjects, holdings, edges } }: { cell: Cell }) => {
  const search = useSearch({ from: '/reach' });
  const chosen = party === search.party && target.site === search.site && target.dataset === search.dataset;
  const steps = `${edges} ${edges === 1 ? 'edge' : 'edges'}`;
  return (
    <Link
      to="/reach"
      search={{
        ...clocksOf(search),
        by: search.by,
        kind: search.kind,
        party,
        site: target.site,
        dataset: target.dataset,
        population: target.population,
        backup: target.backup,
      }}
      resetScroll
      aria-current={chosen ? 'true' : undefined}
      title={`${holdings} holdings of up to ${subjects} people each; the shortest path has ${steps}`}
    >
      <strong>{subjects.toLocaleString('en')}</strong>
      <span className="matrix-way">{edges === 1 ? 'directly' : steps}</span>
    </Link>
  );
};

const MatrixRow = ({ row, matrix }: { row: PartyRow; matrix: Matrix }) => (
  <tr>
    <th scope="row">
      <PartyName id={row.party} />{' '}
      <span className="site-facts">
        <Country code={row.country} /> {row.kind ?? ''}
      </span>
    </th>
    {matrix.targets.map((target) => {
      const cell = matrix.cells.get(cellKey(row.party, target));
      return cell === undefined ? (
        <td key={target.key} className="none">
          <span className="unseen">cannot reach it</span>
        </td>
      ) : (
        <td key={target.key} className={`shade-${shadeOf(cell.subjects, matrix.subjectsMax)}`}>
          <CellLink cell={cell} />
        </td>
      );
    })}
  </tr>
);

export const MatrixTable = ({ rows, matrix }: { rows: ReadonlyArray<PartyRow>; matrix: Matrix }) => (
  <ScrollBox className="matrix-box" label="Matrix of parties and what they could reach">
    <table className="matrix">
      <thead>
        <tr>
          <th scope="col">Party</th>
          {matrix.targets.map((target) => (
            <th scope="col" key={target.key}>
              <TargetHead target={target} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <MatrixRow key={row.party} row={row} matrix={matrix} />
        ))}
      </tbody>
    </table>
  </ScrollBox>
);
