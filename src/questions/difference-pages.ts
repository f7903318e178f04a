/**
 * Pages of a difference between findings. Its four lists are paged as one list, and each page has all four fields.
 */
import { type Answered, type Asked, pageOfMade } from '../contract/asked.ts';
import type { WireDifference } from '../contract/rows/policy.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { ChangedFinding, Difference } from '../domain/policy/findings-difference.ts';
import { formatBound } from '../domain/time/instant.ts';
import type { View } from './view.ts';
import { bytesOfFinding, wireFinding } from './wire-finding.ts';

type Row =
  | { readonly list: 'opened' | 'closed'; readonly finding: Finding }
  | { readonly list: 'lengthened' | 'shortened'; readonly finding: ChangedFinding };

/** What was learned that a finding of a difference depends on. */
export type LearnedOf = (finding: Finding) => 'facts' | 'rules';

/**
 * A page of a difference, as it goes over the wire.
 *
 * @param learnedOf for a difference between two positions.
 */
export const differencePage = (
  view: View,
  { opened, closed, lengthened, shortened }: Difference,
  asked: Asked,
  learnedOf?: LearnedOf,
): Answered<WireDifference> => {
  const learned = (finding: Finding) => (learnedOf === undefined ? {} : { learned: learnedOf(finding) });
  const at = asked.clocks.validAt;
  const rows: ReadonlyArray<Row> = [
    ...opened.map((finding): Row => ({ list: 'opened', finding })),
    ...closed.map((finding): Row => ({ list: 'closed', finding })),
    ...lengthened.map((finding): Row => ({ list: 'lengthened', finding })),
    ...shortened.map((finding): Row => ({ list: 'shortened', finding })),
  ];
  const page = pageOfMade(
    rows,
    asked,
    (row) => row,
    ({ finding }) => bytesOfFinding(finding),
  );
  const plain = (list: 'opened' | 'closed') =>
    page.data.flatMap((row) =>
      row.list === list ? [{ ...wireFinding(view, row.finding, at), ...learned(row.finding) }] : [],
    );
  const changed = (list: 'lengthened' | 'shortened') =>
    page.data.flatMap((row) => {
      if (row.list !== list) return [];
      const was = row.finding.was.map(({ from, to }) => ({ from: formatBound(from), to: formatBound(to) }));
      return [{ ...wireFinding(view, row.finding, at), ...learned(row.finding), was }];
    });
  return {
    ...page,
    data: {
      opened: plain('opened'),
      closed: plain('closed'),
      lengthened: changed('lengthened'),
      shortened: changed('shortened'),
    },
  };
};
