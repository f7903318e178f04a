/**
 * What a correction would change: how the event would read, and who would newly reach what.
 */

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { EventInput } from '../../../src/client/client.ts';
import type { SimulatedReachRow, WireEvent } from '../../../src/client/rows.ts';
import { reachIf } from '../ledger/log-queries.ts';
import {
  datasetColumn,
  peopleColumn,
  populationColumn,
  sinceColumn,
  siteColumn,
  untilColumn,
} from '../parts/holding-columns.tsx';
import { Moment } from '../parts/moment.tsx';
import { PartyName, useNames } from '../parts/names.tsx';
import { PathChain, pathKey, pathText } from '../parts/path.tsx';
import { EventSentence } from '../parts/proof-panel.tsx';
import { Refusal } from '../parts/refusal.tsx';
import { Answered } from '../parts/states.tsx';
import { type Column, Table, TableFiles } from '../parts/table.tsx';

/** Why the ledger refuses a correction, with the place of each error. */
export const Refused = ({ error }: { error: unknown }) => (
  <Refusal error={error} what="This correction cannot be recorded." withPlaces />
);

/** The event as it would count from the correction on; undefined where it would count no more. */
const corrected = (event: WireEvent, { type, data }: EventInput): WireEvent | undefined =>
  type === 'EventCorrected'
    ? ({
        ...event,
        ...('time' in data && data.time !== undefined ? { time: data.time } : {}),
        ...('data' in data && data.data !== undefined ? { data: data.data } : {}),
      } as WireEvent)
    : undefined;

export const Effect = ({
  correction,
  event,
  children,
}: {
  correction: EventInput;
  event: WireEvent;
  /** What records it. */
  children: ReactNode;
}) => {
  const names = useNames();
  const newly = useQuery(reachIf(correction));
  const then = corrected(event, correction);
  const columns: ReadonlyArray<Column<SimulatedReachRow>> = [
    { key: 'party', head: 'Party', value: (row) => row.party, cell: (row) => <PartyName id={row.party} /> },
    datasetColumn,
    populationColumn,
    siteColumn,
    peopleColumn,
    {
      key: 'path',
      head: 'Path',
      value: (row) => pathText(names, row.party, row.path),
      cell: (row) => <PathChain party={row.party} path={row.path} withParty={false} />,
    },
    sinceColumn,
    untilColumn,
  ];
  if (newly.isError) return <Refused error={newly.error} />;
  return (
    <Answered of={newly} what="the effect">
      {(answer) => {
        const table = {
          caption: 'Who would newly reach what',
          fileName: `effect-on-${event.position}`,
          columns,
          rows: answer.data,
          rowKey: (row: SimulatedReachRow) =>
            JSON.stringify([
              row.party,
              row.dataset,
              row.population,
              row.site,
              row.backup,
              row.from,
              pathKey(row.path),
            ]),
          clocks: answer.clocks,
          minAssurance: 'claimed',
          empty: 'Nobody would newly reach anything from now on.',
        };
        return (
          <section className="panel" aria-labelledby="effect-title">
            <header>
              <h2 id="effect-title">The effect, if it were recorded now</h2>
              <TableFiles {...table} />
            </header>
            <div className="panel-text">
              <p>
                {then === undefined ? (
                  'The event would count no more.'
                ) : (
                  <span>
                    It would read: <EventSentence event={then} />, valid from <Moment at={then.time} />.
                  </span>
                )}
              </p>
              <p className="hint">
                The table shows who would newly reach data from now on. What nobody could reach any more, and
                where data would be shown instead, is to be seen once the correction is recorded: the clock
                “as known” then leads to both.
              </p>
            </div>
            <Table {...table} />
            <div className="panel-text correction">{children}</div>
          </section>
        );
      }}
    </Answered>
  );
};
