/** Groups findings by policy and version, party, site or rule, with their numbers. */
import type { FindingRow, PolicyRow } from '../../../src/client/rows.ts';
import { holdsAt } from '../ledger/intervals.ts';
import { Id, PartyName, SiteName, Title } from '../parts/names.tsx';
import type { Group } from '../parts/table.tsx';

/** How to group findings; undefined means by policy and version. */
export type GroupedBy = 'party' | 'site' | 'rule' | undefined;

/** The common value of a finding's group. */
const commonOf = (by: Exclude<GroupedBy, undefined>, { party, holding, policy, rule }: FindingRow): string =>
  by === 'party' ? (party ?? '') : by === 'site' ? (holding.site ?? '') : JSON.stringify([policy, rule]);

/** Keeps the findings of a group together, and preserves the order within each. */
export const byGroup =
  (by: GroupedBy) =>
  (a: FindingRow, b: FindingRow): number => {
    if (by === undefined) return 0;
    const [first, second] = [commonOf(by, a), commonOf(by, b)];
    return first < second ? -1 : first > second ? 1 : 0;
  };

const Heading = ({ by, row }: { by: Exclude<GroupedBy, undefined>; row: FindingRow }) => {
  switch (by) {
    case 'party':
      return row.party === null ? <span>stored there, without reach</span> : <PartyName id={row.party} />;
    case 'site':
      return row.holding.site === null ? <span>at no site</span> : <SiteName id={row.holding.site} />;
    case 'rule':
      return (
        <span>
          <Id>{row.rule}</Id> of <Id>{row.policy}</Id>
        </span>
      );
  }
};

/** The group of each finding, with its numbers of findings and of open ones. */
export const groupsBy = (
  by: GroupedBy,
  rows: ReadonlyArray<FindingRow>,
  at: number,
  policies: ReadonlyArray<PolicyRow>,
): ((row: FindingRow) => Group) => {
  if (by === undefined)
    return (row) => ({
      key: `${row.policy} ${row.version}`,
      heading: (
        <span className="site-heading">
          <span>
            <Title>{policies.find(({ policy }) => policy === row.policy)?.title ?? row.policy}</Title>
          </span>
          <span className="site-facts">
            <Id>{row.policy}</Id>, version {row.version}
          </span>
        </span>
      ),
    });
  const groups = Map.groupBy(rows, (row) => commonOf(by, row));
  return (row) => {
    const key = commonOf(by, row);
    const all = groups.get(key) ?? [];
    const open = all.filter((each) => holdsAt(each, at)).length;
    return {
      key,
      heading: (
        <span className="site-heading">
          <Heading by={by} row={row} />
          <span className="site-facts">
            {all.length.toLocaleString('en')} {all.length === 1 ? 'finding' : 'findings'}, {open} open at this
            moment
          </span>
        </span>
      ),
    };
  };
};
