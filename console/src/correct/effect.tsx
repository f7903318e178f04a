/** The effect of a correction: the corrected event, and who would gain or lose reach. */

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

/** The event as corrected; undefined if it would no longer count. */
const corrected = (event: WireEvent, { type, data }: EventInput): WireEvent | undefined =>
  type === 'EventCorrected'
    ? ({
        ...event,
        ...('time' in data && data.time !== undefined ? { time: data.time } : {}),
        ...('data' in data && data.data !== undefined ? { data: data.data } : {}),
      } as WireEvent)
    : undefined;

const columnsOf = (names: ReturnType<typeof useNames>): ReadonlyArray<Column<SimulatedReachRow>> => [
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

const rowKey = ({ party, dataset, population, site, backup, from, path }: SimulatedReachRow): string =>
  JSON.stringify([party, dataset, population, site, backup, from, pathKey(path)]);

const changes = {
  began: { title: 'Who would gain access to what', empty: 'Nobody would newly reach anything.' },
  ended: { title: 'Who would reach what no more', empty: 'Nobody would lose reach to anything.' },
} as const;

/** Who would gain or lose reach from an instant on. */
const Changed = ({
  correction,
  event,
  since,
  change,
}: {
  correction: EventInput;
  event: WireEvent;
  since: string;
  change: keyof typeof changes;
}) => {
  const names = useNames();
  const changed = useQuery(reachIf(correction, since, change));
  const { title, empty } = changes[change];
  return (
    <Answered of={changed} what="the effect">
      {(answer) => {
        const table = {
          caption: title,
          fileName: `effect-on-${event.position}-${change}`,
          columns: columnsOf(names),
          rows: answer.data,
          rowKey,
          clocks: answer.clocks,
          minAssurance: 'claimed',
          empty,
        };
        return (
          <>
            <header>
              <h3>{title}</h3>
              <TableFiles {...table} />
            </header>
            <Table {...table} />
          </>
        );
      }}
    </Answered>
  );
};

export const Effect = ({
  correction,
  event,
  children,
}: {
  correction: EventInput;
  event: WireEvent;
  /** The button that records it. */
  children: ReactNode;
}) => {
  const then = corrected(event, correction);
  // The time before the event is not affected.
  const since = then !== undefined && then.time < event.time ? then.time : event.time;
  const began = useQuery(reachIf(correction, since, 'began'));
  const ended = useQuery(reachIf(correction, since, 'ended'));
  if (began.isError) return <Refused error={began.error} />;
  return (
    <section className="panel" aria-labelledby="effect-title">
      <header>
        <h2 id="effect-title">The effect, if it were recorded now</h2>
      </header>
      <div className="panel-text">
        <p>
          {then === undefined ? (
            'The event would no longer count.'
          ) : (
            <span>
              It would read: <EventSentence event={then} />, valid from <Moment at={then.time} />.
            </span>
          )}
        </p>
        <p className="hint">
          The tables show what would change of who reaches data, from <Moment at={since} /> on.
        </p>
      </div>
      <Changed correction={correction} event={event} since={since} change="began" />
      <Changed correction={correction} event={event} since={since} change="ended" />
      {began.isSuccess && ended.isSuccess ? <div className="panel-text correction">{children}</div> : null}
    </section>
  );
};
