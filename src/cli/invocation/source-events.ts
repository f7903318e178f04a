/**
 * The events of one source in a ledger, as they are known now, with what corrects them.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Client, EventFilter } from '../../client/client.ts';
import { everyRow } from '../../client/client.ts';
import type { WireEvent } from '../../client/rows.ts';
import { decodeEvent, type Event } from '../../domain/events/event.ts';
import { subjectsOf } from '../../domain/events/subjects.ts';
import { looksLikePseudonym } from '../../people/vault/vault.ts';
import { invalidUsage } from './exit-codes.ts';
import { type Failure, failureOf } from './failure.ts';

const pageEvents = 1_000;
/** Pages of events of one source that are read. */
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

/**
 * The events of a source in the order of the log, as corrected by whomever; with them, up to which position the ledger was
 * asked. An event of a newer version of the ledger, which this one cannot read, is left out.
 */
export const eventsOfSource = async (
  ledger: Client,
  source: string,
  url: string | undefined,
): Promise<E.Either<Failure, ReadonlyArray<Event>>> => {
  const ready = await ledger.health.ready();
  if (E.isLeft(ready)) return E.left(failureOf(ready.left, url));
  const { head } = ready.right;
  const listed = async (filter: EventFilter): Promise<E.Either<Failure, ReadonlyArray<WireEvent>>> => {
    const rows = await everyRow(
      (page) => ledger.events.list(page),
      { ...filter, limit: pageEvents, ...(head === '0' ? {} : { atLeast: head }) },
      pagesMax,
    );
    if (E.isLeft(rows)) return E.left(failureOf(rows.left, url));
    return rows.right.next === null
      ? E.right(rows.right.data)
      : E.left({
          exitCode: invalidUsage,
          message: `${source} has more than ${pageEvents * pagesMax} events, which is more than are compared`,
        });
  };
  const own = await listed({ source });
  if (E.isLeft(own)) return own;
  const all = new Map(own.right.map((event) => [event.position, event]));
  for (const type of ['EventRetracted', 'EventCorrected'] as const) {
    const corrections = await listed({ type });
    if (E.isLeft(corrections)) return corrections;
    for (const correction of corrections.right) all.set(correction.position, correction);
  }
  const { corrected } = await import('../../import/facts/said.ts');
  const events = corrected(
    [...all.values()]
      .sort((a, b) => Number(a.position) - Number(b.position))
      .flatMap((event) => decoded(event) ?? []),
  ).filter((event) => event.source === source);
  const isHidden = events.some((event) => [...subjectsOf(event)].some(looksLikePseudonym));
  return isHidden
    ? E.left({
        exitCode: invalidUsage,
        message: `${source} tells of people whom this key does not identify, so what it says cannot be compared`,
        hint: 'Use a key with the scope identify. Somebody who was erased is nobody any more: list that source without people.',
      })
    : E.right(events);
};
