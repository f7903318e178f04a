/**
 * The parts of a finding: the verdict, the holding, who reached it, and the version.
 */
import type { FindingRow } from '../../../src/client/rows.ts';
import { Icon } from '../parts/icon.tsx';
import { Id, PartyWord, SiteWord } from '../parts/names.tsx';
import { PathChain } from '../parts/path.tsx';
import type { Group } from '../parts/table.tsx';

export const VerdictMark = ({ of, brief = false }: { of: FindingRow['verdict']; brief?: boolean }) => {
  const words = of === 'violated' ? 'broken' : 'cannot be judged';
  return (
    <span className={`verdict verdict-${of}`} title={words}>
      <Icon name={of === 'violated' ? 'warning' : 'question'} />
      <span className={brief ? 'unseen' : undefined}>{words}</span>
    </span>
  );
};

/** A holding in words. */
export const heldText = ({ dataset, site, kind, backup }: FindingRow['holding']): string =>
  [
    dataset,
    kind === 'backup' ? `in backup ${backup}` : kind === 'live' ? 'live' : '',
    site === null ? '' : `at ${site}`,
  ]
    .filter(Boolean)
    .join(' ');

export const Held = ({
  of: { dataset, site, kind, backup },
  population = null,
}: {
  of: FindingRow['holding'];
  population?: string | null;
}) => (
  <>
    <span className="held-what">
      <Id>{dataset}</Id>
      {population === null ? null : (
        <>
          {' '}
          of <Id>{population}</Id>
        </>
      )}
    </span>
    <span className="held-where">
      {kind === 'live' ? 'live ' : ''}
      {site === null ? null : (
        <>
          at <SiteWord id={site} />
          {kind === 'backup' ? ', ' : ''}
        </>
      )}
      {kind === 'backup' ? (
        <>
          in backup <Id>{backup ?? ''}</Id>
        </>
      ) : null}
    </span>
  </>
);

/** Who reached the data; a finding about storage has nobody. */
export const ByWhom = ({ of: { party, path } }: { of: Pick<FindingRow, 'party' | 'path'> }) => {
  if (party === null) return <span className="unknown">stored there</span>;
  return path.length === 0 ? <PartyWord id={party} /> : <PathChain party={party} path={path} />;
};

/** The heading of the findings of one version of a policy. */
export const versionGroup = ({ policy, version }: FindingRow): Group => ({
  key: `${policy} ${version}`,
  heading: (
    <span className="site-heading">
      <strong>
        <Id>{policy}</Id>
      </strong>
      <span className="site-facts">version {version}</span>
    </span>
  ),
});
