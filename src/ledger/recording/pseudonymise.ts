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
import type { Position } from '../../store/event-store.ts';
import type { LedgerParts } from '../ledger.ts';
import { type DecodedBatch, type PreparedBatch, storable } from './prepared-batch.ts';
import { conflictAt, orPassingProblem } from './refusals.ts';
import { sameButForgotten } from './same-but-forgotten.ts';

/** The vault keeps a random key for fingerprints under this name, which no person can have. */
const fingerprintKey = '(the key of fingerprints)';

/** How often the log is searched for a batch while another process forgets people. */
const searchesMax = 5;
/** When the caller may send the batch again after that. */
const retryAfterMs = 1_000;

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

  /** @returns `being forgotten` if another process forgot people faster than this log learned of it. */
  private async swapped(
    decoded: DecodedBatch,
    search: boolean,
  ): Promise<PreparedBatch | Conflict | 'being forgotten'> {
    const { vault, log, store } = this.parts;
    const { events } = decoded;
    for (let searches = 0; searches < searchesMax; searches++) {
      const searchesNow = search || this.searchesFirst;
      const searchedUpTo = searchesNow ? log.head() : undefined;
      const logged = searchesNow ? this.inTheLog(events) : new Map<number, Logged>();
      const known = await this.known(events, logged);
      if ('conflict' in known) return known;
      const names = namesToAdmit(events, logged);
      const admitted =
        names.length === 0 ? E.right(new Map<string, string>()) : await vault.admit(names, searchedUpTo);
      if (E.isRight(admitted)) {
        const swap = (name: string): string => {
          const pseudonym = admitted.right.get(name) ?? known.pseudonyms.get(name);
          if (pseudonym === undefined) throw new Error('a subject was left without a pseudonym');
          return pseudonym;
        };
        return swapAll(decoded, known.recordedAlready, swap);
      }
      this.searchesFirst = true;
      // Asking the store for its head also brings a replica of the log up to date.
      if (log.head() < admitted.left.upTo) await store.head();
    }
    return 'being forgotten';
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
        const swapped = withSubjects(given, (name) => pseudonyms.get(name) ?? name);
        if (!sameButForgotten(swapped, event, isForgotten)) return { conflict: place };
        recordedAlready.set(place, position);
      } else if ([...subjectsOf(given)].some((name) => !pseudonyms.has(name))) return { conflict: place };
    }
    return { recordedAlready, pseudonyms };
  }
}

const swapAll = (
  decoded: DecodedBatch,
  recordedAlready: ReadonlyMap<number, Position>,
  swap: (name: string) => string,
): PreparedBatch => {
  const places = decoded.events.flatMap((_, place) => (recordedAlready.has(place) ? [] : [place]));
  const toAppend = places.map((place) =>
    storable(
      withSubjects(decoded.events[place]!, swap, (data) => withheld(data, swap(fingerprintKey))),
      decoded.by,
    ),
  );
  return { decoded, toAppend, places, recordedAlready };
};
