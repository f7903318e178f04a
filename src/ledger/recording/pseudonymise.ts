/**
 * Putting pseudonyms in place of people's identifiers before anything is appended (R21).
 *
 * The vault admits people: those it does not know yet get a pseudonym. Once anybody was forgotten, the log is searched
 * first for the events of the batch, because an event that is sent again must not bring a forgotten person back.
 */
import { createHmac } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import type { Problem } from '../../contract/problem.ts';
import type { Event } from '../../domain/events/event.ts';
import { decodeStored } from '../../domain/events/stored.ts';
import { subjectsOf, withSubjects } from '../../domain/events/subjects.ts';
import type { LookFirst } from '../../people/vault/vault.ts';
import type { EventToAppend, Position } from '../../store/event-store.ts';
import { Turns } from '../../threads/turns.ts';
import type { LedgerParts } from '../ledger.ts';
import { fingerprintKey, swappedElsewhere } from './carried-identifiers.ts';
import { type DecodedBatch, type PreparedBatch, storable } from './prepared-batch.ts';
import { conflictAt, orPassingProblem } from './refusals.ts';
import { forgottenHere, sameButForgotten } from './same-but-forgotten.ts';

/** How often the log is searched for a batch while another process forgets people. */
const searchesMax = 5;
/** When the caller may send the batch again after that. */
const retryAfterMs = 1_000;
/** How many people the vault is asked to admit at a time: others get their turn in between. */
const admittedPeopleMax = 2_000;

const beingForgotten: Problem = {
  kind: 'unavailable',
  detail: 'people are being forgotten; sending the same again is safe',
  retryAfterMs,
};

/**
 * Replaces data that may name a person anywhere by a fingerprint, which recognises the same data and tells nobody
 * without the vault what it was.
 */
const withheld = (
  data: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> => ({
  withheld: createHmac('sha256', key).update(JSON.stringify(data)).digest('base64url'),
});

/** An event that is in the log already. */
interface Logged {
  readonly event: Event;
  readonly position: Position;
}

/** What the vault says of the events that are in the log already. */
interface Known {
  readonly pseudonyms: ReadonlyMap<string, string>;
  /** Positions of the events about people who were forgotten since, by place in the batch. */
  readonly recordedAlready: ReadonlyMap<number, Position>;
}

/** The place of an event whose `source` and `id` are recorded with other content. */
interface Conflict {
  readonly conflict: number;
}

/** The names for the vault to admit: the subjects of new events, and the key of fingerprints if one may be needed. */
const namesToAdmit = (
  events: ReadonlyArray<Event>,
  logged: ReadonlyMap<number, Logged>,
): ReadonlyArray<string> => {
  const names = new Set<string>();
  for (const [place, event] of events.entries()) {
    if (!logged.has(place)) for (const subject of subjectsOf(event)) names.add(subject);
    if (event.type === 'EventCorrected' && event.data.data !== undefined) names.add(fingerprintKey);
  }
  return [...names];
};

export class Pseudonymiser {
  private readonly parts: LedgerParts;
  /** Whether anybody was forgotten, so that the log has to be searched before people are admitted. */
  private searchesFirst = false;

  constructor(parts: LedgerParts) {
    this.parts = parts;
  }

  /**
   * The batch with pseudonyms in place of identifiers. A conflict is found here only if the log was searched.
   *
   * @param search whether to search the log in any case.
   */
  prepare(decoded: DecodedBatch, search: boolean): TE.TaskEither<Problem, PreparedBatch> {
    return pipe(
      orPassingProblem(() => this.swapped(decoded, search)),
      TE.flatMap((swapped) => {
        if (swapped === 'being forgotten') return TE.left(beingForgotten);
        return 'conflict' in swapped
          ? TE.left(conflictAt(decoded.given[swapped.conflict]!))
          : TE.right(swapped);
      }),
    );
  }

  /** The event with carried identifiers swapped, where the setting has it so. */
  private withoutCarried(event: Event, swap: (name: string) => string): Event {
    const { carriedIdentifiers, log } = this.parts;
    return carriedIdentifiers === 'swap' ? swappedElsewhere(event, swap, log) : event;
  }

  /** @returns `being forgotten` if another process forgot people faster than this log learned of it. */
  private async swapped(
    decoded: DecodedBatch,
    search: boolean,
  ): Promise<PreparedBatch | Conflict | 'being forgotten'> {
    const { log, store } = this.parts;
    const { events } = decoded;
    for (let searches = 0; searches < searchesMax; searches++) {
      const searchesNow = search || this.searchesFirst;
      const searchedUpTo = searchesNow ? log.head() : undefined;
      const logged = searchesNow ? this.inTheLog(events) : new Map<number, Logged>();
      const known = await this.known(events, logged);
      if ('conflict' in known) return known;
      const names = namesToAdmit(events, logged);
      const admitted = await this.admitted(names, searchedUpTo);
      if (E.isRight(admitted)) {
        const swap = (name: string): string => {
          const pseudonym = admitted.right.get(name) ?? known.pseudonyms.get(name);
          if (pseudonym === undefined) throw new Error('a subject was left without a pseudonym');
          return pseudonym;
        };
        return await swapAll(decoded, known.recordedAlready, swap, (event) =>
          this.withoutCarried(event, swap),
        );
      }
      this.searchesFirst = true;
      // Asking the store for its head also brings a replica of the log up to date.
      if (log.head() < admitted.left.upTo) await store.head();
    }
    return 'being forgotten';
  }

  /** Has the vault admit people, some at a time; what it says of any part stands for all. */
  private async admitted(
    names: ReadonlyArray<string>,
    searchedUpTo: Position | undefined,
  ): Promise<E.Either<LookFirst, ReadonlyMap<string, string>>> {
    const { vault } = this.parts;
    if (names.length === 0) return E.right(new Map());
    if (names.length <= admittedPeopleMax) return vault.admit(names, searchedUpTo);
    const turns = new Turns();
    const admitted = new Map<string, string>();
    for (let start = 0; start < names.length; start += admittedPeopleMax) {
      const some = await vault.admit(names.slice(start, start + admittedPeopleMax), searchedUpTo);
      if (E.isLeft(some)) return some;
      for (const [name, pseudonym] of some.right) admitted.set(name, pseudonym);
      await turns.next();
    }
    return E.right(admitted);
  }

  /** The events about people that are in the log already, by place in the batch. */
  private inTheLog(events: ReadonlyArray<Event>): ReadonlyMap<number, Logged> {
    const logged = new Map<number, Logged>();
    for (const [place, event] of events.entries()) {
      if (subjectsOf(event).size === 0) continue;
      const stored = this.parts.log.find(event.source, event.id);
      if (stored === undefined) continue;
      const decoded = decodeStored(stored.bytes);
      if (E.isRight(decoded)) logged.set(place, { event: decoded.right, position: stored.position });
    }
    return logged;
  }

  /**
   * Asks the vault about events that are in the log already. Nobody is admitted because of them: neither somebody
   * forgotten since, nor somebody whom the logged event does not name, which makes it a conflict.
   */
  private async known(
    events: ReadonlyArray<Event>,
    logged: ReadonlyMap<number, Logged>,
  ): Promise<Conflict | Known> {
    const recordedAlready = new Map<number, Position>();
    if (logged.size === 0) return { recordedAlready, pseudonyms: new Map() };
    const names = new Set([...logged.keys()].flatMap((place) => [...subjectsOf(events[place]!)]));
    const stored = new Set([...logged.values()].flatMap(({ event }) => [...subjectsOf(event)]));
    const asked = { names: [...names], pseudonyms: [...stored] };
    const { pseudonyms, people } = await this.parts.vault.find(asked);
    const isForgotten = (pseudonym: string): boolean => people.get(pseudonym) === null;
    for (const [place, { event, position }] of logged) {
      const given = events[place]!;
      if ([...subjectsOf(event)].some(isForgotten)) {
        const pseudonymOr = (otherwise: (name: string) => string) => (name: string) =>
          pseudonyms.get(name) ?? otherwise(name);
        const swapped = withSubjects(
          this.withoutCarried(
            given,
            pseudonymOr(() => forgottenHere),
          ),
          pseudonymOr((name) => name),
        );
        if (!sameButForgotten(swapped, event, isForgotten)) return { conflict: place };
        recordedAlready.set(place, position);
      } else if ([...subjectsOf(given)].some((name) => !pseudonyms.has(name))) return { conflict: place };
    }
    return { recordedAlready, pseudonyms };
  }
}

const swapAll = async (
  decoded: DecodedBatch,
  recordedAlready: ReadonlyMap<number, Position>,
  swap: (name: string) => string,
  withoutCarried: (event: Event) => Event,
): Promise<PreparedBatch> => {
  const turns = new Turns();
  const places = decoded.events.flatMap((_, place) => (recordedAlready.has(place) ? [] : [place]));
  const toAppend: EventToAppend[] = [];
  for (const place of places) {
    const event = withoutCarried(decoded.events[place]!);
    const swapped = withSubjects(event, swap, (data) => withheld(data, swap(fingerprintKey)));
    toAppend.push(storable(swapped, decoded.by));
    if (turns.isOver()) await turns.next();
  }
  return { decoded, toAppend, places, recordedAlready };
};
