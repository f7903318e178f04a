/** The answer about a person in five figures, which link to their panels. */
import type { FindingRow, ResidencyRow } from '../../../src/client/rows.ts';
import { Icon } from '../parts/icon.tsx';
import { countryName } from '../parts/names.tsx';

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

export const Figures = ({
  rows,
  parties,
  broken,
}: {
  rows: ReadonlyArray<ResidencyRow>;
  /** The number of parties that could reach the data; undefined until it is known. */
  parties: number | undefined;
  /** Undefined until it is known. */
  broken: ReadonlyArray<FindingRow> | undefined;
}) => {
  const live = rows.filter(({ kind }) => kind === 'live');
  const backups = rows.filter(({ kind }) => kind === 'backup');
  const overdue = backups.filter((row) => row.overdue);
  const rules = broken && new Set(broken.map(({ policy, rule }) => `${policy}\n${rule}`));
  const isBroken = rules !== undefined && rules.size > 0;
  const countries = [...new Set(rows.map(({ country }) => country ?? '?'))].sort();
  return (
    <ul className="figures" aria-label="In short">
      <li>
        <a href="#where">
          <strong>
            {live.length === 0
              ? 'Nowhere'
              : count(new Set(live.map(({ site }) => site)).size, 'site', 'sites')}
          </strong>
          <span>{live.length === 0 ? 'no live data' : 'with live data'}</span>
        </a>
      </li>
      <li>
        <a href="#where">
          <strong>{countries.length === 0 ? 'None' : countries.join(' ')}</strong>
          <span title={countries.map(countryName).join(', ')}>
            {countries.length === 1 ? 'country' : 'countries'}
          </span>
        </a>
      </li>
      <li>
        <a href="#who">
          <strong>{parties === undefined ? '…' : count(parties, 'party', 'parties')}</strong>
          <span>could reach it</span>
        </a>
      </li>
      <li className={overdue.length > 0 ? 'figure-overdue' : undefined}>
        <a href="#backups">
          <strong>{count(backups.length, 'backup', 'backups')}</strong>
          <span>
            {overdue.length > 0 ? <Icon name="warning" /> : null}
            {overdue.length === 0 ? 'none overdue' : `${overdue.length} overdue`}
          </span>
        </a>
      </li>
      <li className={isBroken ? 'figure-violated' : undefined}>
        <a href="#findings">
          <strong>
            {rules === undefined ? '…' : isBroken ? count(rules.size, 'rule', 'rules') : 'No rule'}
          </strong>
          <span>
            {isBroken ? <Icon name="warning" /> : null}
            broken
          </span>
        </a>
      </li>
    </ul>
  );
};
