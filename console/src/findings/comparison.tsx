/** A comparison of findings over all history: as known at two positions, or of two versions of a policy. */

import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Answer } from '../../../src/client/client.ts';
import type { WireDifference } from '../../../src/client/rows.ts';
import { useChangeView } from '../clocks/use-view.ts';
import { findingsBetween } from '../ledger/finding-queries.ts';
import { useConnection } from '../ledger/live.ts';
import { Icon } from '../parts/icon.tsx';
import { NamesAt } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';
import { Difference } from './difference.tsx';

/** Two versions in the form of the address. */
export const betweenVersions = (from: number, to: number): string => `${from}..${to}`;

/** The two versions in an address, if any. */
export const versionsIn = (compare: string | undefined): readonly [from: number, to: number] | undefined => {
  const [, from, to] = /^(\d{1,6})\.\.(\d{1,6})$/.exec(compare ?? '') ?? [];
  return from === undefined || to === undefined ? undefined : [Number(from), Number(to)];
};

const Comparison = ({
  title,
  what,
  of,
  fileName,
}: {
  title: string;
  what: string;
  of: UseQueryResult<Answer<WireDifference>>;
  fileName: string;
}) => {
  const change = useChangeView();
  return (
    <section className="panel learned" aria-labelledby="comparison-title">
      <header>
        <h2 id="comparison-title">{title}</h2>
        <button type="button" className="quiet" onClick={() => change({ compare: undefined })}>
          <Icon name="close" />
          Close
        </button>
      </header>
      <div className="panel-text">
        <Answered of={of} what={what}>
          {(answer) => (
            // The comparison is as known now, and so are the names.
            <NamesAt question={{}}>
              <Difference
                difference={answer.data}
                clocks={answer.clocks}
                minAssurance="claimed"
                fileName={fileName}
              />
            </NamesAt>
          )}
        </Answered>
      </div>
    </section>
  );
};

/** How the findings changed through what was learned since a position. */
export const Learned = ({ since, policy }: { since: string; policy: string | undefined }) => {
  const connection = useConnection();
  const head = connection.state === 'live' ? connection.head : since;
  const learned = useQuery(findingsBetween({ fromPosition: since, toPosition: head, policy }));
  return (
    <Comparison
      title={`Findings changed by what was learned from position ${since} to ${head}`}
      what="the comparison"
      of={learned}
      fileName={`learned-since-${since}`}
    />
  );
};

/** How the findings of two versions differ. */
export const VersionChange = ({ policy, from, to }: { policy: string; from: number; to: number }) => {
  const change = useQuery(findingsBetween({ policy, fromVersion: from, toVersion: to }));
  return (
    <Comparison
      title={`How version ${to} differs from version ${from}`}
      what="the comparison"
      of={change}
      fileName={`${policy}-version-${from}-to-${to}`}
    />
  );
};
