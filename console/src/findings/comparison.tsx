/**
 * Two states of knowledge, or two versions of a policy, compared over all history. Which two is in the address.
 */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { Answer } from '../../../src/client/client.ts';
import { useChangeView } from '../clocks/use-view.ts';
import { useConnection } from '../ledger/live.ts';
import { findingsBetween } from '../ledger/queries.ts';
import type { DifferenceRows } from '../ledger/shapes.ts';
import { Icon } from '../parts/icon.tsx';
import { NamesAt } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';
import { Difference } from './difference.tsx';

/** How the address says which versions are compared. */
export const betweenVersions = (from: number, to: number): string => `${from}..${to}`;

/** The versions that an address compares, if it does. */
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
  of: UseQueryResult<Answer<DifferenceRows>>;
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
            // It speaks of what is known now, and so by the names of now.
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

/** What was learned since a position makes of the findings. */
export const Learned = ({ since, policy }: { since: string; policy: string | undefined }) => {
  const connection = useConnection();
  const head = connection.state === 'live' ? connection.head : since;
  const learned = useQuery(findingsBetween({ fromPosition: since, toPosition: head, policy }));
  return (
    <Comparison
      title={`What was learned from position ${since} to ${head}`}
      what="what was learned since"
      of={learned}
      fileName={`learned-since-${since}`}
    />
  );
};

/** What another version of a policy made of the findings. */
export const VersionChange = ({ policy, from, to }: { policy: string; from: number; to: number }) => {
  const change = useQuery(findingsBetween({ policy, fromVersion: from, toVersion: to }));
  return (
    <Comparison
      title={`What version ${to} found otherwise than version ${from}`}
      what="what the version changed"
      of={change}
      fileName={`${policy}-version-${from}-to-${to}`}
    />
  );
};
