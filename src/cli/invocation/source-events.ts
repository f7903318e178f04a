/** The events of one source in a ledger, as known now, with their corrections. */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Client, EventFilter } from '../../client/client.ts';
import { everyRow } from '../../client/client.ts';
import type { WireEvent } from '../../client/rows.ts';
import { decodeEvent, type Event } from '../../domain/events/event.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import { looksLikePseudonym } from '../../people/vault/vault.ts';
import { type Failure, invalidUse, replyFrom } from './failure.ts';

const pageEvents = 1_000;
/** Pages to read of one source's events. */
const pagesMax = 1_000;

const decoded = ({
  specversion,
  id,
  source,
  type,
  time,
  assurance,
  evidence,
  data,
}: WireEvent): Event | undefined => {
  const event = decodeEvent({
    specversion,
    id,
    source,
    type,
    time,
    assurance,
    data,
    ...(evidence === undefined ? {} : { evidence }),
  });
  return E.isRight(event) ? event.right : undefined;
};

/** The corrected events in log order; an event may be given twice. */
const asCorrected = async (given: ReadonlyArray<WireEvent>): Promise<ReadonlyArray<Event>> => {
  const { corrected } = await import('../../import/facts/facts-at.ts');
  const once = new Map(given.map((event) => [event.position, event]));
  return corrected(
    [...once.values()]
      .sort((a, b) => Number(a.position) - Number(b.position))
      .flatMap((event) => decoded(event) ?? []),
  );
};

/**
 * The events of a source in log order, corrected by any source. Events of newer versions that cannot be decoded are
 * left out.
 */
export const eventsOfSource = (
  ledger: Client,
  source: string,
  url: string | undefined,
): TE.TaskEither<Failure, ReadonlyArray<Event>> => {
  const listed = (filter: EventFilter): TE.TaskEither<Failure, ReadonlyArray<WireEvent>> =>
    pipe(
      replyFrom(url, () =>
        everyRow((page) => ledger.events.list(page), { ...filter, limit: pageEvents }, pagesMax),
      ),
      TE.filterOrElse(
        ({ next }) => next === null,
        () =>
          invalidUse(`${source} has more than ${pageEvents * pagesMax} events, which is too many to compare`),
      ),
      TE.map(({ data }) => data),
    );
  const filters: ReadonlyArray<EventFilter> = [
    { source },
    { type: 'EventRetracted' },
    { type: 'EventCorrected' },
  ];
  return pipe(
    replyFrom(url, () => ledger.health.ready()),
    TE.map(({ head }) => (head === '0' ? {} : { atLeast: head })),
    TE.flatMap((latest) =>
      pipe(
        filters,
        TE.traverseSeqArray((filter) => listed({ ...filter, ...latest })),
      ),
    ),
    TE.flatMapTask((lists) => () => asCorrected(lists.flat())),
    TE.map((events) => events.filter((event) => event.source === source)),
    TE.filterOrElse(
      (events) => !events.some((event) => [...subjectsOf(event)].some(looksLikePseudonym)),
      () =>
        invalidUse(
          `this key may not identify the people in the events of ${source}, so they cannot be compared`,
          'Use a key with the scope identify. A source with events about an erased person cannot be compared.',
        ),
    ),
  );
};
