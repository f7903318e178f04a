/** Where the data was at a moment, derived from its history while the moment is dragged. */
import type { HistoryRow, ResidencyRow } from '../../../src/client/rows.ts';

const code = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The rows of the ledger's answer for this instant, by dataset, site and backup. */
export const residencyIn = (
  history: ReadonlyArray<HistoryRow>,
  at: number,
  expires: ReadonlyMap<string, number>,
): ReadonlyArray<ResidencyRow> =>
  history
    .filter(({ from, to }) => Date.parse(from) <= at && (to === null || at < Date.parse(to)))
    .map(({ from, to: _, ...row }) => {
      const until = row.backup === null ? undefined : expires.get(row.backup);
      return { ...row, since: from, overdue: until !== undefined && until <= at };
    })
    .sort(
      (a, b) => code(a.dataset, b.dataset) || code(a.site, b.site) || code(a.backup ?? '', b.backup ?? ''),
    );

/** A duration in words: `2 years 3 months`. */
export const lengthInWords = (from: number, to: number): string => {
  const [a, b] = [new Date(from), new Date(to)];
  let months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  if (b.getUTCDate() < a.getUTCDate()) months--;
  const some = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  if (months < 1) return some(Math.max(1, Math.round((to - from) / 86_400_000)), 'day');
  const years = Math.floor(months / 12);
  const rest = months % 12;
  return [years > 0 ? some(years, 'year') : '', rest > 0 ? some(rest, 'month') : '']
    .filter(Boolean)
    .join(' ');
};
