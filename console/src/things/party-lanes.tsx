/** What a party could reach over time, and which rules were broken, on the page's time scale. */
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { instantOf } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { findingsThat } from '../ledger/finding-queries.ts';
import { beginOf, endOf } from '../ledger/intervals.ts';
import { reachOfPartyEver } from '../ledger/registry-queries.ts';
import { siteNameIn, useNames } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';
import type { Late } from '../timeline/lateness.ts';
import { PageScrubber } from '../timeline/page-scrubber.tsx';
import { findingLanes, reachedSiteLanes } from '../timeline/reach-lanes.ts';
import { useMoment } from '../timeline/use-moment.ts';

/** Late events are unknown for a party, since its page has nobody's trail. */
const noneLate: ReadonlyMap<string, Late> = new Map();

export const PartyLanes = ({ party, validAt }: { party: string; validAt: string }) => {
  const view = useView();
  const names = useNames();
  const question = questionOf(view);
  const reach = useQuery(reachOfPartyEver(party, question));
  const findings = useQuery(findingsThat({ party }, question));
  const moment = useMoment();
  const reached = reach.data?.data;
  const found = findings.data?.data;
  const groups = useMemo(
    () => [
      {
        id: 'reach',
        label: 'What it could reach',
        lanes: reachedSiteLanes(
          reached ?? [],
          (site) => siteNameIn(names, site),
          (site) => names.sites.get(site)?.country ?? null,
        ),
      },
      { id: 'findings', label: 'Rules broken', lanes: findingLanes(found ?? [], noneLate) },
    ],
    [reached, found, names],
  );
  const instants = useMemo(
    () => (reached ?? []).flatMap(({ from, to }) => [beginOf(from), endOf(to)]).filter(Number.isFinite),
    [reached],
  );
  return (
    <Answered of={reach} what="what it could reach over time">
      {({ clocks }) => (
        <PageScrubber
          groups={groups}
          late={[]}
          instants={instants}
          asked={instantOf(view.validAt) ?? Date.parse(validAt)}
          now={Date.parse(clocks.validAt)}
          moment={moment}
          legend={
            <ul className="legend" aria-label="What the bars mean">
              <li>
                <span className="sample bar-live" /> live data
              </li>
              <li>
                <span className="sample bar-backup" /> backup
              </li>
            </ul>
          }
          folded
        />
      )}
    </Answered>
  );
};
