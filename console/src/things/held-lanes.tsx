/**
 * What a site held over time, or where a dataset was held, and which rules that broke: on the time scale of the page.
 */
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { Answer } from '../../../src/client/client.ts';
import type { FindingRow, HoldingStayRow } from '../../../src/client/rows.ts';
import { instantOf } from '../clocks/instants.ts';
import { useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { findingsThat } from '../ledger/finding-queries.ts';
import { beginOf, endOf } from '../ledger/intervals.ts';
import { eventsThat, firstEvent } from '../ledger/log-queries.ts';
import { staysAtSite, staysOfDataset } from '../ledger/registry-queries.ts';
import { siteNameIn, useNames } from '../parts/names.tsx';
import { Answered } from '../parts/states.tsx';
import { eventsOfStay, lanesOfDataset, lanesOfSite } from '../timeline/held-lanes.ts';
import type { Lane } from '../timeline/lanes.ts';
import { type Late, lateEvents } from '../timeline/lateness.ts';
import { Legend } from '../timeline/legend.tsx';
import { PageScrubber } from '../timeline/page-scrubber.tsx';
import { findingLanes } from '../timeline/reach-lanes.ts';
import { useMoment } from '../timeline/use-moment.ts';
import type { AboutThing } from './thing-events.tsx';

/** No rows yet. One array for all renders, so that memoised values stay the same. */
const none: ReadonlyArray<never> = [];

/** The events about a thing that were learned late, by position. */
const useLate = (about: AboutThing): ReadonlyMap<string, Late> => {
  const events = useQuery(eventsThat(about, questionOf(useView()))).data?.data ?? none;
  const began = Date.parse(useQuery(firstEvent).data?.data[0]?.recordedat ?? '');
  return useMemo(
    () =>
      lateEvents(
        events.map((event) => ({ event })),
        began,
      ),
    [events, began],
  );
};

interface HeldLanesProps {
  readonly validAt: string;
  readonly stays: UseQueryResult<Answer<ReadonlyArray<HoldingStayRow>>>;
  readonly lanes: ReadonlyArray<Lane>;
  readonly findings: ReadonlyArray<FindingRow>;
  /** Whether there are findings that were not read. */
  readonly isCut: boolean;
  readonly late: ReadonlyMap<string, Late>;
  /** What the lanes show, and the text if there are none. */
  readonly label: string;
  readonly empty: string;
}

const HeldLanes = ({ validAt, stays, lanes, findings, isCut, late, label, empty }: HeldLanesProps) => {
  const view = useView();
  const moment = useMoment();
  const rows = stays.data?.data ?? none;
  const groups = useMemo(
    () => [
      { id: 'held', label, lanes },
      {
        id: 'findings',
        label: isCut ? 'Rules broken; more not shown' : 'Rules broken',
        lanes: findingLanes(findings, late),
      },
    ],
    [label, lanes, findings, isCut, late],
  );
  const lateHere = useMemo(() => {
    const shown = new Set(rows.flatMap(eventsOfStay));
    return [...new Set(late.values())].filter(({ event }) => shown.has(event.position));
  }, [rows, late]);
  const instants = useMemo(
    () => rows.flatMap(({ from, to }) => [beginOf(from), endOf(to)]).filter(Number.isFinite),
    [rows],
  );
  return (
    <Answered of={stays} what={label.toLowerCase()}>
      {({ clocks, data }) =>
        data.length === 0 ? (
          <section className="panel" aria-labelledby="over-time-title">
            <header>
              <h2 id="over-time-title">Over time</h2>
            </header>
            <p className="empty">{empty}</p>
          </section>
        ) : (
          <PageScrubber
            groups={groups}
            late={lateHere}
            instants={instants}
            asked={instantOf(view.validAt) ?? Date.parse(validAt)}
            now={Date.parse(clocks.validAt)}
            moment={moment}
            legend={<Legend />}
            folded
          />
        )
      }
    </Answered>
  );
};

/** What a site held over time. */
export const SiteLanes = ({ site, validAt }: { site: string; validAt: string }) => {
  const question = questionOf(useView());
  const names = useNames();
  const late = useLate({ site });
  const stays = useQuery(staysAtSite(site, question));
  const found = useQuery(findingsThat({ site }, question)).data;
  const findings = found?.data ?? none;
  const rows = stays.data?.data ?? none;
  const lanes = useMemo(() => lanesOfSite(rows, (id) => siteNameIn(names, id), late), [rows, names, late]);
  const empty = 'It never held any data, as far as the ledger knows.';
  return (
    <HeldLanes
      {...{ validAt, stays, lanes, findings, late, empty }}
      isCut={(found?.next ?? null) !== null}
      label="What it held"
    />
  );
};

/** Where a dataset was held over time. */
export const DatasetLanes = ({ dataset, validAt }: { dataset: string; validAt: string }) => {
  const question = questionOf(useView());
  const names = useNames();
  const late = useLate({ dataset });
  const stays = useQuery(staysOfDataset(dataset, question));
  const found = useQuery(findingsThat({ dataset }, question)).data;
  const findings = found?.data ?? none;
  const rows = stays.data?.data ?? none;
  const lanes = useMemo(
    () =>
      lanesOfDataset(
        rows,
        (id) => siteNameIn(names, id),
        (id) => names.sites.get(id)?.country ?? null,
        late,
      ),
    [rows, names, late],
  );
  const empty = 'It was never held anywhere, as far as the ledger knows.';
  return (
    <HeldLanes
      {...{ validAt, stays, lanes, findings, late, empty }}
      isCut={(found?.next ?? null) !== null}
      label="Where it was held"
    />
  );
};
