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
import { Answered } from '../parts/states.tsx';
import { Table, TableFiles } from '../parts/table.tsx';

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
          <section className="panel" aria-labelledby="thing-events-title">
            <header>
              <h2 id="thing-events-title">
                {answer.next === null ? '' : 'First '}
                {answer.data.length.toLocaleString('en')} {answer.data.length === 1 ? 'event' : 'events'}
              </h2>
              <span className="panel-tools">
                <Link to="/log" search={{ ...clocksOf(view), ...about }} className="quiet-link">
                  Show in the log
                </Link>
                <TableFiles {...table} />
              </span>
            </header>
            <Table {...table} />
          </section>
        );
      }}
    </Answered>
  );
};
