/**
 * Recording events: decode all of a batch, swap people for pseudonyms, append atomically (R2, R21).
 */
import * as E from 'fp-ts/lib/Either.js';
import { decodeEvent, type Event } from '../domain/events/event.ts';
import { decodeStored, encodeStored } from '../domain/events/stored.ts';
import { subjectsOf, withSubjects } from '../domain/events/subjects.ts';
import type { AppendError, EventToAppend, Position } from '../store/event-store.ts';
import { looksLikePseudonym } from '../vault/vault.ts';
import type { Ledger } from './ledger.ts';
import { sameButForgotten } from './people.ts';
import type { BodyFault, Problem } from './problem.ts';

/** What recording a batch did. */
export interface Recorded {
  readonly recorded: number;
  readonly duplicates: number;
  readonly position: Position;
}

/** An event of a body, parsed and not yet decoded. `index` is its place in the body, `line` that of its NDJSON line. */
export interface Given {
  readonly index: number;
  readonly line?: number;
  readonly json: unknown;
}

/** Where the ledger's own events come from. */
export const ledgerSource = 'urn:domicile:ledger';

const decodeAll = (batch: ReadonlyArray<Given>): E.Either<ReadonlyArray<BodyFault>, ReadonlyArray<Event>> => {
  const events: Event[] = [];
  const faults: BodyFault[] = [];
  for (const { index, line, json } of batch) {
    const at = line === undefined ? { index } : { index, line };
    const decoded = decodeEvent(json);
    if (E.isLeft(decoded)) for (const fault of decoded.left) faults.push({ ...at, ...fault });
    else if (decoded.right.type === 'SubjectForgotten') {
      const message =
        'SubjectForgotten is appended by the ledger itself; erase a person with DELETE /v1/subjects/{id}';
      faults.push({ ...at, pointer: '/type', message });
    } else events.push(decoded.right);
  }
  return faults.length > 0 ? E.left(faults) : E.right(events);
};

const refusal = (error: Exclude<AppendError, { kind: 'conflict' }>): Problem => {
  switch (error.kind) {
    case 'full':
      return {
        kind: 'full',
        detail: 'the disk of the log is full; nothing is lost, and recording goes on once there is space',
      };
    case 'too-large':
      return { kind: 'too-large', detail: `${error.what}: the log takes up to ${error.limit} ${error.unit}` };
    case 'wrong-revision':
      return { kind: 'busy', detail: 'another writer of this source was faster; send the same again' };
    case 'unavailable':
      return {
        kind: 'unavailable',
        detail: `${error.reason}; sending the same again is safe`,
        retryAfterMs: error.retryAfterMs,
      };
  }
};

/** Records batches. */
export class Recorder {
  readonly ledger: Ledger;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** Records all of the batch, or nothing of it. */
  async record(batch: ReadonlyArray<Given>): Promise<E.Either<Problem, Recorded>> {
    const decoded = decodeAll(batch);
    if (E.isLeft(decoded)) return E.left({ kind: 'invalid-events', errors: decoded.left });
    const again = this.alreadyRecorded(decoded.right);
    const events = decoded.right.filter((_, index) => !again.has(index));
    if (events.length === 0) {
      return E.right({
        recorded: 0,
        duplicates: decoded.right.length,
        position: Math.max(0, ...again.values()),
      });
    }
    const appended = await this.append(this.pseudonymous(events));
    if (E.isRight(appended)) {
      this.ledger.grown();
      return E.right({ ...appended.right, duplicates: appended.right.duplicates + again.size });
    }
    if (appended.left.kind !== 'conflict') return E.left(refusal(appended.left));
    const { source, id } = appended.left;
    const place = decoded.right.findIndex((event) => event.source === source && event.id === id);
    const { index, line } = batch[place] ?? { index: 0 };
    const message =
      'another event is recorded under this source and id; send a correction, or use another id';
    return E.left({
      kind: 'conflict',
      detail: `the event at index ${index} has the source and id of a recorded event, and other content`,
      errors: [{ index, ...(line === undefined ? {} : { line }), pointer: '/id', message }],
    });
  }

  private append(events: ReadonlyArray<Event>) {
    const batch: EventToAppend[] = events.map((event) => ({
      source: event.source,
      id: event.id,
      bytes: encodeStored(event),
    }));
    return this.ledger.parts.store.append(batch);
  }

  /** The events with people's pseudonyms in place of their identifiers. */
  private pseudonymous(events: ReadonlyArray<Event>): ReadonlyArray<Event> {
    const { vault } = this.ledger.parts;
    const named = new Set<string>();
    for (const event of events) for (const subject of subjectsOf(event)) named.add(subject);
    if (named.size === 0) return events;
    const identifiers = [...named].filter((name) => !(looksLikePseudonym(name) && vault.knows(name)));
    const pseudonyms = vault.pseudonymsFor(identifiers);
    return events.map((event) => withSubjects(event, (subject) => pseudonyms.get(subject) ?? subject));
  }

  /**
   * Events about people who were forgotten since, sent once more: they are recorded already, and must neither bring
   * the person back into the vault nor count as other content. By index, with their position.
   */
  private alreadyRecorded(events: ReadonlyArray<Event>): ReadonlyMap<number, Position> {
    const { vault, log } = this.ledger.parts;
    const out = new Map<number, Position>();
    if (!vault.hasForgotten()) return out;
    events.forEach((event, index) => {
      if (subjectsOf(event).size === 0) return;
      const stored = log.find(event.source, event.id);
      const before = stored === undefined ? undefined : decodeStored(stored.bytes);
      if (stored === undefined || before === undefined || E.isLeft(before)) return;
      if (![...subjectsOf(before.right)].some((subject) => vault.isForgotten(subject))) return;
      const given = withSubjects(event, (subject) => vault.pseudonymOf(subject) ?? subject);
      if (sameButForgotten(given, before.right, (name) => vault.isForgotten(name)))
        out.set(index, stored.position);
    });
    return out;
  }

  /**
   * Erases a person (R21): says so in the log, about the pseudonym, and then destroys the vault's entry. If it stops
   * in between, erasing again finishes it.
   *
   * @returns whether there was such a person.
   */
  async forget(identifier: string): Promise<E.Either<Problem, boolean>> {
    const { vault, log, now } = this.ledger.parts;
    const pseudonym = vault.pseudonymOf(identifier);
    if (pseudonym === undefined) return E.right(false);
    const id = `forgotten:${pseudonym}`;
    if (log.find(ledgerSource, id) === undefined) {
      const event: Event = {
        id,
        source: ledgerSource,
        type: 'SubjectForgotten',
        time: now(),
        assurance: 'verified',
        data: { subject: pseudonym },
      };
      const appended = await this.append([event]);
      if (E.isLeft(appended)) {
        return E.left(
          appended.left.kind === 'conflict'
            ? { kind: 'busy', detail: 'the person is being erased; send the same again' }
            : refusal(appended.left),
        );
      }
      this.ledger.grown();
    }
    vault.forget(identifier);
    return E.right(true);
  }
}
