/** The events of the log, updated live. */
import { useQuery } from '@tanstack/react-query';
import type { Answer, EventFilter } from '../../../src/client/client.ts';
import type { WireEvent } from '../../../src/client/rows.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { typeInWords } from '../ledger/event-words.ts';
import { useConnection } from '../ledger/live.ts';
import { eventsThat } from '../ledger/log-queries.ts';
import { countedRows } from '../parts/counted.ts';
import { Icon } from '../parts/icon.tsx';
import { Answered } from '../parts/states.tsx';
import { TablePanel } from '../parts/table-panel.tsx';
import { eventColumns } from './event-columns.tsx';

/** The events to show: those that match every given field. */
export type LogFilter = Omit<EventFilter, 'after'>;

/** Without a filter, the log is shown from this many positions before its end. */
const tailPositions = 2_000;

/** Why no event is shown, and what to enter instead. */
const emptyText = (
  { clocks, matchingNothing = [] }: Answer<unknown>,
  { source, type }: LogFilter,
  filtered: boolean,
): string => {
  if (clocks.knownNothing === true)
    return 'Nothing was known then: the first event of the ledger was recorded later. Choose a later known time.';
  if (matchingNothing.includes('source'))
    return `No known event is from the source ${source}. Type it exactly as in the column Source of the log.`;
  if (matchingNothing.includes('type')) return `No known event is of the type ${typeInWords(type ?? '')}.`;
  return filtered
    ? 'No event matches all of these filters together. Remove one of them.'
    : 'Nothing was recorded up to this position. Choose a later one.';
};

/** @param after show the log after this position; by default the latest events, or all that match a filter. */
export const EventsPanel = ({ filter, after }: { filter: LogFilter; after: string | undefined }) => {
  const view = useView();
  const change = useChangeView();
  const connection = useConnection();
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const known = view.knownPosition ?? (connection.state === 'live' ? connection.head : undefined);
  const tail = known === undefined ? undefined : String(Math.max(0, Number(known) - tailPositions));
  const from = after ?? (filtered || view.knownAt !== undefined ? undefined : tail);
  const ready = filtered || after !== undefined || view.knownAt !== undefined || tail !== undefined;
  const events = useQuery({ ...eventsThat({ ...filter, after: from }, questionOf(view)), enabled: ready });
  const following = view.knownAt === undefined && view.knownPosition === undefined;
  return (
    <>
      <ClockSentence clocks={events.data?.clocks} knownOnly />
      <Answered of={events} what="the log">
        {(answer) => {
          const rows = [...answer.data].reverse();
          const table = {
            caption: 'Events of the log, latest first',
            fileName: 'log',
            columns: eventColumns,
            rows,
            rowKey: (event: WireEvent) => event.position,
            clocks: answer.clocks,
            minAssurance: 'claimed',
            oneLine: true,
            empty: emptyText(answer, filter, filtered),
          };
          const last = answer.data.at(-1)?.position;
          return (
            <TablePanel
              name="events"
              title={`${countedRows(answer, 'event', 'events')}${from === undefined || from === '0' ? '' : ` after position ${from}`}`}
              tools={
                <>
                  <span className="following" role="status">
                    <Icon name={following ? 'live' : 'pin'} />
                    {following ? 'New events appear here' : 'Not following: the known time is pinned'}
                  </span>
                  {from !== undefined && from !== '0' ? (
                    <button type="button" className="quiet" onClick={() => change({ after: '0' })}>
                      From the beginning
                    </button>
                  ) : null}
                  {answer.next !== null && last !== undefined ? (
                    <button type="button" className="quiet" onClick={() => change({ after: last })}>
                      Later events
                    </button>
                  ) : null}
                </>
              }
              {...table}
            />
          );
        }}
      </Answered>
    </>
  );
};
