/**
 * The parts of a finding: the verdict, the holding, who reached it, and the version.
 */
import { Link } from '@tanstack/react-router';
import type { FindingRow } from '../../../src/client/rows.ts';
import { shownText } from '../../../src/contract/shown-text.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { Icon } from '../parts/icon.tsx';
import { BackupId, DatasetId, Id, PartyWord, PopulationId, SiteWord } from '../parts/names.tsx';
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

/** The rule of a finding, as a link to the finding's page. */
export const FindingLink = ({ of: { finding, rule } }: { of: Pick<FindingRow, 'finding' | 'rule'> }) => (
  <Link to="/finding" search={{ ...clocksOf(useView()), finding }} className="thing-link">
    <Id>{rule}</Id>
  </Link>
);

/** The subject of a finding in words: a holding or a silent source. */
export const heldText = ({
  holding: { dataset, site, kind, backup },
  source,
}: Pick<FindingRow, 'holding' | 'source'>): string =>
  [
    source === undefined ? '' : `the source ${source}`,
    dataset,
    kind === 'backup' ? `in backup ${backup}` : kind === 'live' ? 'live' : '',
    site === null ? '' : `at ${site}`,
  ]
    .filter(Boolean)
    .join(' ');

export const Held = ({
  of: {
    holding: { dataset, site, kind, backup },
    source,
  },
  population = null,
}: {
  of: Pick<FindingRow, 'holding' | 'source'>;
  population?: string | null;
}) => (
  <>
    <span className="held-what">
      {source === undefined ? null : (
        <>
          the source <Id>{source}</Id>
        </>
      )}
      {dataset === null ? null : <DatasetId id={dataset} />}
      {population === null ? null : (
        <>
          {' '}
          of <PopulationId id={population} />
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
          in backup <BackupId id={backup ?? ''} />
        </>
      ) : null}
    </span>
  </>
);

/** Who reached the data. A finding about storage names nobody, and one about a source says what it did not do. */
export const ByWhom = ({
  of: { party, path, source, reason },
}: {
  of: Pick<FindingRow, 'party' | 'path' | 'source' | 'reason'>;
}) => {
  if (source !== undefined) return <span>{reason}</span>;
  if (party === null) return <span className="unknown">stored there</span>;
  return path.length === 0 ? <PartyWord id={party} /> : <PathChain party={party} path={path} />;
};

/** The heading of the findings of one version of a policy. */
export const versionGroup = ({ policy, version, limits }: FindingRow): Group => ({
  key: `${policy} ${version}`,
  heading: (
    <span className="site-heading">
      <strong>
        <Id>{policy}</Id>
      </strong>
      <span className="site-facts">version {version}</span>
      {limits === null ? null : (
        <details className="site-facts">
          <summary>What it does not model</summary>
          <bdi>{shownText(limits)}</bdi>
        </details>
      )}
    </span>
  ),
});
