/** Holdings at a moment at any site. */
import { useQueries } from '@tanstack/react-query';
import type { Clocks } from '../../../src/client/client.ts';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { holdingsOf } from '../ledger/registry-queries.ts';
import { TablePanel } from '../parts/table-panel.tsx';
import { type HeldRow, heldColumns, heldKey } from './held-columns.tsx';

/** Sites whose holdings are requested. */
const sitesAskedMax = 200;

/**
 * @param sites the sites to ask.
 * @param isAbout which holdings to show.
 * @param without the column of the page's own thing.
 */
export const HoldingsPanel = ({
  sites,
  isAbout = () => true,
  without,
  title,
  fileName,
  clocks,
}: {
  sites: ReadonlyArray<string>;
  isAbout?: (row: HeldRow) => boolean;
  without: 'site' | 'dataset' | 'population';
  title: string;
  fileName: string;
  clocks: Clocks;
}) => {
  const view = useView();
  const asked = sites.slice(0, sitesAskedMax);
  const holdings = useQueries({ queries: asked.map((site) => holdingsOf(site, questionOf(view))) });
  const waiting = holdings.filter(({ data, isError }) => data === undefined && !isError).length;
  const failed = asked.filter((_, index) => holdings[index]!.isError);
  const rows = asked
    .flatMap((site, index) => (holdings[index]!.data?.data ?? []).map((row): HeldRow => ({ ...row, site })))
    .filter(isAbout)
    .sort((a, b) => Number(b.overdue) - Number(a.overdue) || b.subjects - a.subjects);
  const overdue = rows.filter((row) => row.overdue).length;
  const table = {
    caption: title,
    fileName,
    columns: heldColumns(without),
    rows,
    rowKey: heldKey,
    clocks,
    minAssurance: view.minAssurance ?? 'claimed',
    empty: waiting > 0 ? 'Loading…' : 'Nothing is held at this moment, as far as the ledger knows.',
    rowClass: (row: HeldRow) => (row.overdue ? 'row-overdue' : ''),
  };
  return (
    <TablePanel
      name="holdings"
      title={`${title}: ${rows.length.toLocaleString('en')}${overdue === 0 ? '' : `, ${overdue} overdue`}`}
      tools={
        <span className="hint" role="status">
          {waiting > 0 ? `Loading ${waiting} more sites…` : ''}
          {failed.length > 0 ? ` No answer about ${failed.join(', ')}.` : ''}
          {sites.length > asked.length ? ` Only ${asked.length} of ${sites.length} sites were asked.` : ''}
        </span>
      }
      {...table}
    />
  );
};
