/**
 * Replaces people's identifiers by pseudonyms before anything is appended (R21).
 *
 * The vault gives new people a pseudonym. Before that, the log is searched for the events of the batch, for three
 * reasons. An event that is sent again must not bring back a forgotten person. A batch refused for a conflict must
 * leave nobody in the vault. And the response time must not reveal whom the recorded event names.
 */
import { createHmac } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import { traitsOf } from '../../domain/events/catalogue.ts';
import { type Event, isSameContent } from '../../domain/events/event.ts';
import { decodeStored } from '../../domain/events/stored.ts';
import { subjectsOf, withSubjects } from '../../domain/events/subjects.ts';
import { type Admitted, fingerprintKey, type LookFirst } from '../../people/vault/vault.ts';
import type { EventToAppend, Position, StoredEvent } from '../../store/event-store.ts';
import { Turns } from '../../threads/turns.ts';
import type { LedgerParts } from '../ledger.ts';
import { type EntriesOfEvent, nobodysEntries } from '../named-entries.ts';
import { AdmittedNames } from './admitted-names.ts';
import { swappedElsewhere } from './carried-identifiers.ts';
import { mayNeedFingerprint, namesToAdmit } from './names-to-admit.ts';
import { type DecodedBatch, type PreparedBatch, storable } from './prepared-batch.ts';
import { conflictAt, orPassingProblem } from './refusals.ts';
import { forgottenHere, sameButForgotten } from './same-but-forgotten.ts';

/** How often the log is searched for a batch while other processes forget people. */
const searchesMax = 5;
/** When the caller may send the batch again after that. */
const retryAfterMs = 1_000;
/** How many people the vault admits at a time: as many as one event may name. */
const admittedPeopleMax = 10_000;

const beingForgotten: Problem = {
  kind: 'unavailable',
  detail: 'people are being erased; sending the same request again is safe',
  retryAfterMs,
};

/**
 * Replaces data that may name a person by a fingerprint. Equal data has equal fingerprints, and without the vault a
 * fingerprint reveals nothing.
 */
const withheld = (
  data: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> => ({
  withheld: createHmac('sha256', key).update(JSON.stringify(data)).digest('base64url'),
});

/** The place of an event whose `source` and `id` are in the log, or earlier in the batch, with other content. */
interface Conflict {
  readonly conflict: number;
}

/**
 * The events, with repetitions replaced by what was sent first; or the place of one that repeats a `source` and
 * `id` with other content.
 */
const asFirstSent = (events: ReadonlyArray<Event>): ReadonlyArray<Event> | Conflict => {
  const bySource = new Map<string, Map<string, Event>>();
  const first: Event[] = [];
  for (const [place, event] of events.entries()) {
    let ids = bySource.get(event.source);
    if (ids === undefined) {
      ids = new Map();
      bySource.set(event.source, ids);
    }
    const earlier = ids.get(event.id);
    if (earlier === undefined) ids.set(event.id, event);
    else if (!isSameContent(earlier, event)) return { conflict: place };
    first.push(earlier ?? event);
  }
  return first;
};

/** Replaces identifiers in batches by pseudonyms, through the vault (R21). */
export class Pseudonymiser {
  private readonly parts: LedgerParts;

  constructor(parts: LedgerParts) {
    this.parts = parts;
  }

  /** The batch with pseudonyms for identifiers and without events that are recorded already; or a conflict. */
  prepare(decoded: DecodedBatch): TE.TaskEither<Problem, PreparedBatch> {
    return pipe(
      orPassingProblem(() => this.swapped(decoded)),
      TE.flatMap((swapped) => {
        if (swapped === 'being forgotten') return TE.left(beingForgotten);
        return 'conflict' in swapped
          ? TE.left(conflictAt(decoded.given[swapped.conflict]!))
          : TE.right(swapped);
      }),
    );
  }

  /** The event with carried identifiers replaced, if the setting says so. */
  private withoutCarried(event: Event, swap: (name: string) => string): Event {
    const { carriedIdentifiers, log } = this.parts;
    return carriedIdentifiers === 'swap' ? swappedElsewhere(event, swap, log) : event;
  }

  /** @returns `being forgotten` if other processes forgot people faster than this log learned of it. */
  private async swapped(decoded: DecodedBatch): Promise<PreparedBatch | Conflict | 'being forgotten'> {
    const { log, store } = this.parts;
    const events = asFirstSent(decoded.events);
    if ('conflict' in events) return events;
    for (let searches = 0; searches < searchesMax; searches++) {
      const searchedUpTo = log.head();
      const recordedAlready = await this.compared(events, this.inTheLog(events));
      if ('conflict' in recordedAlready) return recordedAlready;
      const toAdmit = await namesToAdmit(events, recordedAlready);
      const admitted = await this.admitted(toAdmit, searchedUpTo);
      if (E.isRight(admitted)) {
        const names = new AdmittedNames(toAdmit, admitted.right);
        return await swapAll({ ...decoded, events }, recordedAlready, names, (event) =>
          this.withoutCarried(event, (name) => names.pseudonymOf(name)),
        );
      }
      // Asking the store for its head also updates a replica of the log.
      if (log.head() < admitted.left.upTo) await store.head();
    }
    return 'being forgotten';
  }

  /** Admits people to the vault, some at a time. A failure of one part is the result of all. */
  private async admitted(
    names: ReadonlyArray<string>,
    searchedUpTo: Position,
  ): Promise<E.Either<LookFirst, ReadonlyArray<Admitted>>> {
    const turns = new Turns();
    const admitted: Admitted[] = [];
    for (let start = 0; start < names.length; start += admittedPeopleMax) {
      const some = await this.parts.vault.admit(names.slice(start, start + admittedPeopleMax), searchedUpTo);
      if (E.isLeft(some)) return some;
      admitted.push(some.right);
      if (turns.isOver()) await turns.next();
    }
    return E.right(admitted);
  }

  /** Events that the log has under the same source and id, by place in the batch. */
  private inTheLog(events: ReadonlyArray<Event>): ReadonlyMap<number, StoredEvent> {
    const idsOf = new Map<string, string[]>();
    for (const { source, id } of events) {
      const ids = idsOf.get(source);
      if (ids === undefined) idsOf.set(source, [id]);
      else ids.push(id);
    }
    const found = new Map<string, ReadonlyMap<string, StoredEvent>>();
    for (const [source, ids] of idsOf) {
      const stored = this.parts.log.findSome(source, ids);
      if (stored.length > 0) found.set(source, new Map(stored.map((event) => [event.id, event])));
    }
    const logged = new Map<number, StoredEvent>();
    if (found.size === 0) return logged;
    for (const [place, { source, id }] of events.entries()) {
      const stored = found.get(source)?.get(id);
      if (stored !== undefined) logged.set(place, stored);
    }
    return logged;
  }

  /**
   * Compares events with those in the log. It admits nobody: neither a person who was forgotten since, nor one whom
   * the logged event does not name.
   *
   * It asks the vault about the people of the logged events, never about those whom the sender names. So neither
   * its effect nor its duration depends on a sender's guess.
   *
   * @returns the positions of equal events, by place in the batch; or the place of one that differs.
   */
  private async compared(
    events: ReadonlyArray<Event>,
    logged: ReadonlyMap<number, StoredEvent>,
  ): Promise<ReadonlyMap<number, Position> | Conflict> {
    const recordedAlready = new Map<number, Position>();
    const aboutPeople = new Map<number, Event>();
    for (const [place, { bytes, position }] of logged) {
      const event = decodeStored(bytes);
      // The store compares an event that cannot be decoded byte by byte.
      if (E.isLeft(event)) continue;
      const given = events[place]!;
      if (subjectsOf(event.right).size > 0 || subjectsOf(given).size > 0 || mayNeedFingerprint(given))
        aboutPeople.set(place, event.right);
      else if (!isSameContent(given, event.right)) return { conflict: place };
      recordedAlready.set(place, position);
    }
    if (aboutPeople.size === 0) return recordedAlready;
    const { people, key } = await this.peopleOf([...aboutPeople.values()]);
    const isForgotten = (pseudonym: string): boolean => people.get(pseudonym) === null;
    for (const [place, stored] of aboutPeople) {
      const named = new Map<string, string>();
      for (const pseudonym of subjectsOf(stored)) named.set(people.get(pseudonym) ?? pseudonym, pseudonym);
      const given = withSubjects(
        this.withoutCarried(events[place]!, (name) => named.get(name) ?? forgottenHere),
        (name) => named.get(name) ?? name,
        (data) => withheld(data, key),
      );
      if (!sameButForgotten(given, stored, isForgotten)) return { conflict: place };
    }
    return recordedAlready;
  }

  /** The identifiers of people in logged events, and the fingerprint key if there is one. */
  private async peopleOf(
    events: ReadonlyArray<Event>,
  ): Promise<{ readonly people: ReadonlyMap<string, string | null>; readonly key: string }> {
    const stored = new Set(events.flatMap((event) => [...subjectsOf(event)]));
    const names = events.some(mayNeedFingerprint) ? [fingerprintKey] : [];
    const { people, pseudonyms } = await this.parts.vault.find({ names, pseudonyms: [...stored] });
    return { people, key: pseudonyms.get(fingerprintKey) ?? '' };
  }
}

/** A correction also concerns the people of the event that it corrects, and those of others are looked up. */
const entriesNamedBy = ({ type }: Event, entries: EntriesOfEvent): EntriesOfEvent =>
  traitsOf(type).enrols === true || (entries === nobodysEntries && type !== 'EventCorrected')
    ? entries
    : undefined;

const swapAll = async (
  decoded: DecodedBatch,
  recordedAlready: ReadonlyMap<number, Position>,
  names: AdmittedNames,
  withoutCarried: (event: Event) => Event,
): Promise<PreparedBatch> => {
  const turns = new Turns();
  const places = decoded.events.flatMap((_, place) => (recordedAlready.has(place) ? [] : [place]));
  const toAppend: EventToAppend[] = [];
  const entriesOf: EntriesOfEvent[] = [];
  const swap = (name: string): string => names.pseudonymOf(name);
  for (const place of places) {
    const event = withoutCarried(decoded.events[place]!);
    const swapped = withSubjects(event, swap, (data) => withheld(data, swap(fingerprintKey)));
    // An event of ten thousand people takes a turn for each of these.
    if (turns.isOver()) await turns.next();
    toAppend.push(storable(swapped, decoded.by));
    entriesOf.push(entriesNamedBy(event, names.takeEntries()));
    if (turns.isOver()) await turns.next();
  }
  return { decoded, toAppend, places, entriesOf, recordedAlready };
};
