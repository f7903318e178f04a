/** Questions about the log and the log of reads. */
import { eventTypes } from '../../domain/events/catalogue.ts';
import { discrepancyCodes } from '../../domain/recording/discrepancy.ts';
import { position, text, word } from './parameter.ts';
import { checkClocks, clockParameters, type ParametersOf, question, questionWith } from './question.ts';

const filterParameters = {
  /** Only events after this position. */
  after: position('Only events after this position.'),
  type: word(eventTypes)('Only events of this type.'),
  source: text('Only events of this source.'),
  subject: text('Only events that name this subject.'),
  site: text('Only events that name this site.'),
  party: text('Only events that name this party.'),
  dataset: text('Only events that name this dataset.'),
};

const streamHasAll =
  'cannot be used with this Accept header, because a stream contains every matching event. Leave it out, or accept application/json';
const followsNow =
  'cannot be used with this Accept header, because events are followed as they are recorded. Leave it out, or accept application/json';

/** The events to follow live. */
export const EventFilter = question(filterParameters, undefined, {
  limit: streamHasAll,
  cursor: streamHasAll,
  ...Object.fromEntries(Object.keys(clockParameters).map((name) => [name, followsNow])),
});
export type EventFilter = ParametersOf<typeof EventFilter>;

/** A page of the log. */
export const EventsQuestion = questionWith(filterParameters);

/** The whole log as a stream. */
export const EventStreamQuestion = question({ ...clockParameters, ...filterParameters }, checkClocks, {
  limit: streamHasAll,
  cursor: streamHasAll,
});

/** Who asked about whom. */
export const ReadsQuestion = questionWith({ subject: text('Only questions about this subject.') });

/** Events with discrepancies. */
export const DiscrepanciesQuestion = questionWith({
  after: position('Only discrepancies of events after this position.'),
  state: word(['open', 'resolved'])('open (default), or resolved: explained by later events.'),
  source: text('Only discrepancies of events of this source, and of events that cannot be read.'),
  code: word(discrepancyCodes)('Only discrepancies of this kind.'),
  event: position('Only discrepancies of the event at this position.'),
});
export type DiscrepanciesQuestion = ParametersOf<typeof DiscrepanciesQuestion>;
