/**
 * The policies with their open findings at a moment, and the versions of the chosen one.
 */

import { Link } from '@tanstack/react-router';
import type { FindingRow, PolicyRow } from '../../../src/client/rows.ts';
import { shownText } from '../../../src/contract/shown-text.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { holdsAt } from '../ledger/intervals.ts';
import { Icon } from '../parts/icon.tsx';
import { Since, Until } from '../parts/moment.tsx';
import { Id, Title } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { betweenVersions } from './comparison.tsx';
import { EndPolicy } from './end-policy.tsx';
import { readReason } from './reason.ts';

type Version = PolicyRow['versions'][number];

const isInForce = ({ inForce }: Version, at: number): boolean =>
  inForce.some((interval) => holdsAt(interval, at));

export const PolicyCard = ({
  policy,
  findings,
  at,
  chosen,
}: {
  policy: PolicyRow;
  findings: ReadonlyArray<FindingRow>;
  at: number;
  chosen: boolean;
}) => {
  const mine = findings.filter((finding) => finding.policy === policy.policy);
  const open = mine.filter((finding) => holdsAt(finding, at)).length;
  const inForce = policy.versions.some((version) => isInForce(version, at));
  return (
    <li className={chosen ? 'policy-card chosen' : 'policy-card'}>
      <Link
        from="/findings"
        to="/findings"
        search={(previous) => ({
          ...previous,
          policy: chosen ? undefined : policy.policy,
          version: undefined,
          compare: undefined,
          proof: undefined,
        })}
        aria-current={chosen ? 'true' : undefined}
      >
        <span className="policy-title">
          <Title>{policy.title}</Title>
        </span>
        <span className="policy-facts">
          <Id>{policy.policy}</Id>
          <span>{inForce ? 'in force' : 'not in force'}</span>
        </span>
        <span className="policy-facts">
          {open > 0 ? (
            <span className="verdict verdict-violated">
              <Icon name="warning" />
              {open} open
            </span>
          ) : (
            <span>none open</span>
          )}
          <span>{mine.length} in total</span>
        </span>
      </Link>
    </li>
  );
};

const VersionDetails = ({
  policy,
  version,
  at,
  only,
}: {
  policy: string;
  version: Version;
  at: number;
  /** Whether only the findings of this version are shown. */
  only: boolean;
}) => {
  const { reason, cedar } = readReason(version.cedar ?? '');
  const number = version.version;
  return (
    <details open={only}>
      <summary>
        <strong>Version {number}</strong>{' '}
        <span className={isInForce(version, at) ? 'in-force' : 'unknown'}>
          {isInForce(version, at) ? 'in force' : 'not in force'}
        </span>{' '}
        <span className="unknown">
          effective <Since at={version.effectiveFrom} />
          {version.effectiveUntil === null ? '' : ' to '}
          {version.effectiveUntil === null ? null : <Until at={version.effectiveUntil} />}
        </span>
      </summary>
      <p className="version-links">
        {version.adoptedBy === null ? null : (
          <ProofLink events={[version.adoptedBy]} of={`version ${number} of ${policy}`} label="Adoption" />
        )}
        <Link
          from="/findings"
          to="/findings"
          search={(previous) => ({ ...previous, version: only ? undefined : String(number) })}
        >
          {only ? 'Show findings of all versions' : 'Show only its findings'}
        </Link>
        {number === 1 ? null : (
          <Link
            from="/findings"
            to="/findings"
            search={(previous) => ({ ...previous, compare: betweenVersions(number - 1, number) })}
          >
            Show what it changed
          </Link>
        )}
      </p>
      {reason === undefined ? null : (
        <p className="reason">
          <span className="unknown">Reason: </span>
          <bdi>{reason.split('\n').map(shownText).join('\n')}</bdi>
        </p>
      )}
      {version.limits.length === 0 ? null : (
        <div className="reason">
          <span className="unknown">What it does not model:</span>
          <ul>
            {version.limits.map(({ rule, limits }) => (
              <li key={rule}>
                <Id>{rule}</Id>: <bdi>{shownText(limits)}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
      <pre>
        <code>{version.cedar === null ? 'Built into the ledger, without rules in Cedar.' : cedar}</code>
      </pre>
    </details>
  );
};

export const Versions = ({
  policy,
  at,
  version: chosen,
}: {
  policy: PolicyRow;
  at: number;
  version: string | undefined;
}) => {
  const view = useView();
  return (
    <section className="panel policy-detail" aria-label={`Versions of ${policy.policy}`}>
      <header>
        <h2>
          <Title>{policy.title}</Title>
        </h2>
        {policy.builtIn ? (
          <span className="unknown">built in</span>
        ) : (
          <Link
            to="/findings/try"
            search={clocksOf(view)}
            hash={new URLSearchParams({ policy: policy.policy }).toString()}
          >
            Try a change
          </Link>
        )}
      </header>
      <div className="panel-text">
        {policy.builtIn ? null : <EndPolicy policy={policy.policy} />}
        {policy.authority === null ? null : (
          <p>
            <Title>{policy.authority}</Title>
          </p>
        )}
        <ul className="versions">
          {[...policy.versions].reverse().map((version) => (
            <li key={version.version}>
              <VersionDetails
                policy={policy.policy}
                version={version}
                at={at}
                only={String(version.version) === chosen}
              />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
};
