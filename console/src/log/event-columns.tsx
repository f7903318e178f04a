/**
 * The columns of events.
 */
import type { WireEvent } from '../../../src/client/rows.ts';
import { sentenceOfEvent, typeInWords } from '../ledger/event-words.ts';
import { AssuranceMark } from '../parts/assurance.tsx';
import { Moment } from '../parts/moment.tsx';
import { Id } from '../parts/names.tsx';
import { ProofLink } from '../parts/proof-link.tsx';
import { EventSentence } from '../parts/proof-panel.tsx';
import type { Column } from '../parts/table.tsx';

const wordsOf = (event: WireEvent): string =>
  sentenceOfEvent(event)
    .map((piece) => (typeof piece === 'string' ? piece : piece.id))
    .join('');

export const eventColumns: ReadonlyArray<Column<WireEvent>> = [
  {
    key: 'position',
    head: 'Position',
    align: 'end',
    value: (event) => event.position,
    cell: (event) => (
      <ProofLink
        events={[event.position]}
        of={`${event.type} at position ${event.position}`}
        label={event.position}
      />
    ),
  },
  {
    key: 'time',
    head: 'Valid from (UTC)',
    value: (event) => event.time,
    cell: (event) => <Moment at={event.time} />,
  },
  {
    key: 'says',
    head: 'Event',
    value: wordsOf,
    cell: (event) => (
      <span className="says">
        <EventSentence event={event} />
      </span>
    ),
  },
  {
    key: 'assurance',
    head: 'Assurance',
    value: (event) => event.assurance,
    cell: (event) => <AssuranceMark of={event.assurance} />,
  },
  {
    key: 'recordedat',
    head: 'Recorded (UTC)',
    value: (event) => event.recordedat,
    cell: (event) => <Moment at={event.recordedat} />,
  },
  { key: 'type', head: 'Type', value: (event) => event.type, cell: (event) => typeInWords(event.type) },
  { key: 'source', head: 'Source', value: (event) => event.source, cell: (event) => <Id>{event.source}</Id> },
  { key: 'id', head: 'Id', value: (event) => event.id, fileOnly: true },
];
