/**
 * The events about a thing, latest first.
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { EventFilter } from '../../../src/client/client.ts';
import type { WireEvent } from '../../../src/client/rows.ts';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { eventsThat } from '../ledger/log-queries.ts';
import { eventColumns } from '../log/event-columns.tsx';
import { countedRows } from '../parts/counted.ts';
import { Answered } from '../parts/states.tsx';
import { TablePanel } from '../parts/table-panel.tsx';

/** The log's filters for events about one thing. */
export type AboutThing = Pick<EventFilter, 'site' | 'party' | 'dataset'>;

export const ThingEvents = ({ about }: { about: AboutThing }) => {
  const view = useView();
  const events = useQuery(eventsThat(about, questionOf(view)));
  return (
    <Answered of={events} what="its events">
      {(answer) => {
        const table = {
          caption: 'Events about it, latest first',
          fileName: `events-${Object.values(about).join('-')}`,
          columns: eventColumns,
          rows: [...answer.data].reverse(),
          rowKey: (event: WireEvent) => event.position,
          clocks: answer.clocks,
          minAssurance: 'claimed',
          oneLine: true,
          empty: 'No event names it.',
        };
        return (
          <TablePanel
            name="thing-events"
            title={countedRows(answer, 'event', 'events')}
            tools={
              <Link to="/log" search={{ ...clocksOf(view), ...about }} className="quiet-link">
                Show in the log
              </Link>
            }
            {...table}
          />
        );
      }}
    </Answered>
  );
};
