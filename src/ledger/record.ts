/**
 * Recording events: decode all of a batch, swap people for pseudonyms, append atomically (R2, R21).
 */
import { createHmac } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { BodyFault, Problem } from '../contract/problem.ts';
import { concerns } from '../domain/events/catalogue.ts';
import { decodeEvent, type Event } from '../domain/events/event.ts';
import { decodeStored, encodeStored } from '../domain/events/stored.ts';
import { subjectsOf, withSubjects } from '../domain/events/subjects.ts';
import { describeFault, readPolicy } from '../domain/policy/cedar/read-policy.ts';
import type { AppendError, EventToAppend, Position } from '../store/event-store.ts';
import type { Ledger } from './ledger.ts';
import { diskFull, passingProblem } from './passing-problems.ts';
import { sameButForgotten } from './people.ts';

/** What recording a batch did. */
export interface Recorded {
  readonly recorded: number;
  readonly duplicates: number;
  readonly position: Position;
}

/**
 * An event of a body, parsed and not yet decoded, or why it could not be. `index` is its place in the body, `line`
 * that of its NDJSON line.
 */
export type Given = {
  readonly index: number;
  readonly line?: number;
} & ({ readonly json: unknown } | { readonly fault: string });

/** A batch that was decoded, with people's pseudonyms in place of their identifiers, to be appended. */
export interface Prepared {
  readonly given: ReadonlyArray<Given>;
  readonly decoded: ReadonlyArray<Event>;
  /** The events to append, and the place of each in the batch. */
  readonly batch: ReadonlyArray<EventToAppend>;
  readonly places: ReadonlyArray<number>;
  /** Those recorded already, about people who were forgotten since: their positions, by their place. */
  readonly again: ReadonlyMap<number, Position>;
}

/** What recording a chunk of lines did, and the problem that stopped it, if one did. */
export interface RecordedChunk extends Recorded {
  readonly problem?: Problem;
}

/** Where the ledger's own events come from. */
export const ledgerSource = 'urn:domicile:ledger';

/** Under this name, which no person can have, the vault keeps a random key for fingerprints. */
const fingerprintKey = '(the key of fingerprints)';

/** How often a batch is looked for in the log while people are forgotten elsewhere. */
const looksMax = 5;
/** When to come back after that. */
const lookAgainMs = 1_000;

/** Once so many faults of a body are found, it is not searched for more. */
export const faultsMax = 10_000;

const placeOf = ({ index, line }: Given): { readonly index: number; readonly line?: number } =>
  line === undefined ? { index } : { index, line };

const decodeAll = (batch: ReadonlyArray<Given>): E.Either<ReadonlyArray<BodyFault>, ReadonlyArray<Event>> => {
  const events: Event[] = [];
  const faults: BodyFault[] = [];
  for (const given of batch) {
    if (faults.length >= faultsMax) break;
    const at = placeOf(given);
    if ('fault' in given) {
      faults.push({ ...at, pointer: '', message: given.fault });
      continue;
    }
    const decoded = decodeEvent(given.json);
    if (E.isLeft(decoded)) for (const fault of decoded.left) faults.push({ ...at, ...fault });
    else if (decoded.right.type === 'SubjectForgotten') {
      const message =
        'SubjectForgotten is appended by the ledger itself; erase a person with DELETE /v1/subjects/{id}';
      faults.push({ ...at, pointer: '/type', message });
    } else if (decoded.right.source === ledgerSource) {
      const message = `${ledgerSource} is the ledger's own; expected the source that the event comes from`;
      faults.push({ ...at, pointer: '/source', message });
    } else {
      if (decoded.right.type === 'PolicyAdopted') {
        // R17: what cannot be judged is refused at adoption.
        const read = readPolicy(decoded.right.data.cedar);
        if (E.isLeft(read)) {
          for (const fault of read.left) {
            faults.push({ ...at, pointer: '/data/cedar', message: describeFault(fault) });
          }
        }
      }
      events.push(decoded.right);
    }
  }
  return faults.length > 0 ? E.left(faults) : E.right(events);
};

const refusal = (error: Exclude<AppendError, { kind: 'conflict' }>): Problem => {
  switch (error.kind) {
    case 'full':
      return diskFull;
    case 'too-large':
      return { kind: 'too-large', detail: `${error.what}: the log takes up to ${error.limit} ${error.unit}` };
    case 'unavailable':
      return {
        kind: 'unavailable',
        detail: `${error.reason}; sending the same again is safe`,
        retryAfterMs: error.retryAfterMs,
      };
  }
};

const conflictAt = (given: Given): E.Either<Problem, never> => {
  const message = 'another event is recorded under this source and id; send a correction, or use another id';
  return E.left({
    kind: 'conflict',
    detail: `the event at index ${given.index} has the source and id of a recorded event, and other content`,
    errors: [{ ...placeOf(given), pointer: '/id', message }],
  });
};

/** What a store or vault throws because of its disk or other programs is a problem that passes. */
const orUnavailable = async <A>(act: () => Promise<A>): Promise<E.Either<Problem, A>> => {
  try {
    return E.right(await act());
  } catch (error) {
    const passing = passingProblem(error);
    if (passing === undefined) throw error;
    return E.left(passing);
  }
};

/**
 * What is kept of data that may name a person anywhere: a fingerprint, by which the same data is known again, and from
 * which nobody without the vault can tell what it was.
 */
const withheld = (
  data: Readonly<Record<string, unknown>>,
  key: string,
): Readonly<Record<string, unknown>> => ({
  withheld: createHmac('sha256', key).update(JSON.stringify(data)).digest('base64url'),
});

/** An event that is in the log already. */
interface Before {
  readonly event: Event;
  readonly position: Position;
}

/** What becomes of a batch once people's pseudonyms stand in place of their identifiers. */
interface Pseudonymous {
  /** The events to append, and the place of each in the batch. */
  readonly events: ReadonlyArray<Event>;
  readonly places: ReadonlyArray<number>;
  /** Those recorded already, about people who were forgotten since: their positions, by their place. */
  readonly again: ReadonlyMap<number, Position>;
}

const toAppend = (event: Event): EventToAppend => ({
  source: event.source,
  id: event.id,
  bytes: encodeStored(event),
});

/** Whom the events name that are not in the log yet, and the key of fingerprints where one may be needed. */
const namesIn = (batch: ReadonlyArray<Event>, before: ReadonlyMap<number, Before>): ReadonlyArray<string> => {
  const names = new Set<string>();
  for (const [place, event] of batch.entries()) {
    if (!before.has(place)) for (const subject of subjectsOf(event)) names.add(subject);
    if (event.type === 'EventCorrected' && event.data.data !== undefined) names.add(fingerprintKey);
  }
  return [...names];
};

/** The two halves of a batch that has at least two events to append. */
const halvesOf = (prepared: Prepared): readonly [Prepared, Prepared] => {
  const { given, decoded, batch, places, again } = prepared;
  const middle = Math.ceil(batch.length / 2);
  const start = places[middle]!;
  const before = [...again].filter(([place]) => place < start);
  const after = [...again].filter(([place]) => place >= start);
  return [
    {
      given: given.slice(0, start),
      decoded: decoded.slice(0, start),
      batch: batch.slice(0, middle),
      places: places.slice(0, middle),
      again: new Map(before),
    },
    {
      given: given.slice(start),
      decoded: decoded.slice(start),
      batch: batch.slice(middle),
      places: places.slice(middle).map((place) => place - start),
      again: new Map(after.map(([place, position]) => [place - start, position])),
    },
  ];
};

/** The place of an event whose source and id are recorded with other content. */
interface Conflict {
  readonly conflict: number;
}

/** Records batches. */
export class Recorder {
  readonly ledger: Ledger;
  /** Whether anybody was forgotten, so that events are looked for in the log before people are admitted. */
  private looksFirst = false;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /**
   * Records all of the batch, or nothing of it.
   *
   * @param mayAdopt whether the caller may record events about policies.
   */
  async record(batch: ReadonlyArray<Given>, mayAdopt = true): Promise<E.Either<Problem, Recorded>> {
    const prepared = await this.prepare(batch, mayAdopt);
    return E.isLeft(prepared) ? prepared : this.write(prepared.right);
  }

  /** Decodes all of the batch, and swaps people for pseudonyms. Nothing is recorded yet. */
  async prepare(given: ReadonlyArray<Given>, mayAdopt: boolean): Promise<E.Either<Problem, Prepared>> {
    const decoded = decodeAll(given);
    if (E.isLeft(decoded)) return E.left({ kind: 'invalid-events', errors: decoded.left });
    if (!mayAdopt && decoded.right.some(({ type }) => concerns(type, 'policy'))) {
      return E.left({
        kind: 'forbidden',
        detail: 'the key lacks the scope admin, which events about policies need',
      });
    }
    return this.prepared(given, decoded.right, false);
  }

  /** @param isAgain whether another event was found in the place of one of these. */
  private async prepared(
    given: ReadonlyArray<Given>,
    decoded: ReadonlyArray<Event>,
    isAgain: boolean,
  ): Promise<E.Either<Problem, Prepared>> {
    const swapped = await orUnavailable(() => this.pseudonymous(decoded, isAgain));
    if (E.isLeft(swapped)) return swapped;
    if (swapped.right === 'look again') {
      const detail = 'people are being forgotten; sending the same again is safe';
      return E.left({ kind: 'unavailable', detail, retryAfterMs: lookAgainMs });
    }
    if ('conflict' in swapped.right) return conflictAt(given[swapped.right.conflict]!);
    const { events, places, again } = swapped.right;
    return E.right({ given, decoded, batch: events.map(toAppend), places, again });
  }

  /** Records all of a batch that was prepared, or nothing of it. */
  async write(prepared: Prepared): Promise<E.Either<Problem, Recorded>> {
    const { given, decoded, places } = prepared;
    const appended = await this.append(prepared);
    if (E.isRight(appended)) return appended;
    if (appended.left.kind !== 'conflict') return E.left(refusal(appended.left));
    // Somebody may have been forgotten while two requests brought the same event, so that each knew them by another
    // pseudonym. It is in the log now, and tells.
    const isAboutPeople = places.some((place) => subjectsOf(decoded[place]!).size > 0);
    const again = isAboutPeople ? await this.prepared(given, decoded, true) : undefined;
    if (again === undefined) return conflictAt(given[places[appended.left.index]!]!);
    if (E.isLeft(again)) return again;
    const once = await this.append(again.right);
    if (E.isRight(once)) return once;
    return once.left.kind === 'conflict'
      ? conflictAt(given[again.right.places[once.left.index]!]!)
      : E.left(refusal(once.left));
  }

  /**
   * Records a chunk of lines, which need not be recorded together: in smaller and smaller pieces, in order, where the
   * log does not take so much at once. A line that is too large by itself stops it and is named.
   */
  async writeLines(prepared: Prepared): Promise<RecordedChunk> {
    const pieces = [prepared];
    let done: Recorded = { recorded: 0, duplicates: 0, position: 0 };
    for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
      const written = await this.write(piece);
      if (E.isRight(written)) {
        done = {
          recorded: done.recorded + written.right.recorded,
          duplicates: done.duplicates + written.right.duplicates,
          position: Math.max(done.position, written.right.position),
        };
      } else if (written.left.kind !== 'too-large') return { ...done, problem: written.left };
      else if (piece.batch.length > 1) pieces.push(...halvesOf(piece).toReversed());
      else {
        const { line } = piece.given[piece.places[0]!]!;
        return { ...done, problem: { ...written.left, detail: `line ${line}: ${written.left.detail}` } };
      }
    }
    return done;
  }

  private async append({ batch, again }: Prepared): Promise<E.Either<AppendError, Recorded>> {
    const position = Math.max(0, ...again.values());
    if (batch.length === 0) return E.right({ recorded: 0, duplicates: again.size, position });
    const appended = await this.ledger.parts.store.append(batch);
    if (E.isLeft(appended)) return appended;
    this.ledger.grown();
    const { recorded, duplicates, position: last } = appended.right;
    return E.right({ recorded, duplicates: duplicates + again.size, position: Math.max(last, position) });
  }

  /**
   * Swaps people's identifiers for their pseudonyms; those who have none get one, unless the event is in the log.
   *
   * @param look whether the events are looked for in the log first in any case.
   * @returns `look again` if people were forgotten elsewhere faster than this log learned of it.
   */
  private async pseudonymous(
    batch: ReadonlyArray<Event>,
    look: boolean,
  ): Promise<Pseudonymous | Conflict | 'look again'> {
    const { vault, log, store } = this.ledger.parts;
    for (let looks = 0; looks < looksMax; looks++) {
      const looksNow = look || this.looksFirst;
      const lookedUpTo = looksNow ? log.head() : undefined;
      const before = looksNow ? this.recordedBefore(batch) : new Map<number, Before>();
      const settled = await this.settled(batch, before);
      if ('conflict' in settled) return settled;
      const names = namesIn(batch, before);
      const admitted =
        names.length === 0 ? E.right(new Map<string, string>()) : await vault.admit(names, lookedUpTo);
      if (E.isLeft(admitted)) {
        this.looksFirst = true;
        // Asking for its end brings a mirror of the log there.
        if (log.head() < admitted.left.upTo) await store.head();
        continue;
      }
      const swap = (name: string): string => {
        const pseudonym = admitted.right.get(name) ?? settled.pseudonyms.get(name);
        if (pseudonym === undefined) throw new Error('somebody is left without a pseudonym');
        return pseudonym;
      };
      const places = batch.flatMap((_, place) => (settled.again.has(place) ? [] : [place]));
      const events = places.map((place) =>
        withSubjects(batch[place]!, swap, (data) => withheld(data, swap(fingerprintKey))),
      );
      return { events, places, again: settled.again };
    }
    return 'look again';
  }

  /** The events that name people and are in the log already, by their place in the batch. */
  private recordedBefore(batch: ReadonlyArray<Event>): ReadonlyMap<number, Before> {
    const { log } = this.ledger.parts;
    const before = new Map<number, Before>();
    for (const [place, event] of batch.entries()) {
      if (subjectsOf(event).size === 0) continue;
      const stored = log.find(event.source, event.id);
      const decoded = stored === undefined ? undefined : decodeStored(stored.bytes);
      if (stored === undefined || decoded === undefined || E.isLeft(decoded)) continue;
      before.set(place, { event: decoded.right, position: stored.position });
    }
    return before;
  }

  /**
   * What is clear of events that are in the log already. Sent once more they bring nobody into the vault: neither
   * somebody forgotten since, nor somebody whom the recorded event does not name, for then it has other content.
   *
   * @returns the pseudonyms of those named, and the positions of those about people who were forgotten since.
   */
  private async settled(
    batch: ReadonlyArray<Event>,
    before: ReadonlyMap<number, Before>,
  ): Promise<Conflict | { again: Map<number, Position>; pseudonyms: ReadonlyMap<string, string> }> {
    const again = new Map<number, Position>();
    if (before.size === 0) return { again, pseudonyms: new Map() };
    const names = new Set([...before.keys()].flatMap((place) => [...subjectsOf(batch[place]!)]));
    const stored = new Set([...before.values()].flatMap(({ event }) => [...subjectsOf(event)]));
    const asked = { names: [...names], pseudonyms: [...stored] };
    const { pseudonyms, people } = await this.ledger.parts.vault.find(asked);
    const isForgotten = (pseudonym: string): boolean => people.get(pseudonym) === null;
    for (const [place, { event, position }] of before) {
      const given = batch[place]!;
      if ([...subjectsOf(event)].some(isForgotten)) {
        const swapped = withSubjects(given, (name) => pseudonyms.get(name) ?? name);
        if (!sameButForgotten(swapped, event, isForgotten)) return { conflict: place };
        again.set(place, position);
      } else if ([...subjectsOf(given)].some((name) => !pseudonyms.has(name))) return { conflict: place };
    }
    return { again, pseudonyms };
  }

  /**
   * Erases a person (R21): says so in the log, about the pseudonym, and then destroys the vault's entry. If it stops
   * in between, erasing again finishes it.
   *
   * @returns whether there was such a person.
   */
  async forget(pseudonym: string): Promise<E.Either<Problem, boolean>> {
    const { vault, log, now } = this.ledger.parts;
    const { people } = await vault.find({ names: [], pseudonyms: [pseudonym] });
    if (typeof people.get(pseudonym) !== 'string') return E.right(false);
    const id = `forgotten:${pseudonym}`;
    let saidAt = log.find(ledgerSource, id)?.position;
    if (saidAt === undefined) {
      const event: Event = {
        id,
        source: ledgerSource,
        type: 'SubjectForgotten',
        time: now(),
        assurance: 'verified',
        data: { subject: pseudonym },
      };
      const appended = await this.ledger.parts.store.append([toAppend(event)]);
      // Another request to erase the same person may have said so in the meantime.
      if (E.isLeft(appended) && appended.left.kind !== 'conflict') return E.left(refusal(appended.left));
      this.ledger.grown();
      saidAt = E.isRight(appended) ? appended.right.position : log.head();
    }
    await vault.forget(pseudonym, saidAt);
    return E.right(true);
  }
}
