/** Findings as rows of a table: the broken rule, by whom or where, when, and how many people are concerned. */

import type { FindingRow } from '../../contract/rows/policy.ts';
import { inText } from '../../domain/events/in-text.ts';
import { kindText, pathText } from './path-text.ts';
import type { Column } from './table.ts';
import { moment, wholeNumber } from './wording.ts';

const placeText = ({ holding, source }: FindingRow): string => {
  if (source !== undefined) return `the source ${source}`;
  const { dataset, site, kind, backup } = holding;
  const what = dataset === null ? '' : inText(dataset);
  const held = kind === 'backup' ? `${what}, ${kindText({ kind, backup })}` : what;
  return `${held} at ${site === null ? 'an unknown site' : inText(site)}`;
};

const whoText = ({ action, party, path, reason, source }: FindingRow): string => {
  if (source !== undefined) return reason ?? 'has not vouched';
  const way = path.length === 0 ? 'on no known path' : pathText(path);
  const who = action === 'store' ? 'is kept there' : `${party === null ? party : inText(party)}: ${way}`;
  return reason === null ? who : `${who} (${reason})`;
};

/** The columns of findings. */
export const findingColumns: ReadonlyArray<Column<FindingRow>> = [
  { title: 'Policy', cell: ({ policy, version }) => `${inText(policy)} ${version}` },
  { title: 'Rule', cell: ({ rule }) => rule },
  {
    title: 'Verdict',
    cell: ({ verdict }) => verdict,
    style: ({ verdict }) => (verdict === 'violated' ? 'red' : 'yellow'),
  },
  { title: 'Data', cell: placeText },
  { title: 'Whose', cell: ({ population }) => population ?? '' },
  { title: 'How', cell: whoText },
  { title: 'From', cell: ({ from }) => (from === null ? 'ever' : moment(from)) },
  { title: 'To', cell: ({ to }) => (to === null ? 'still so' : moment(to)) },
  { title: 'People', cell: ({ subjects }) => wholeNumber(subjects), align: 'right' },
];
