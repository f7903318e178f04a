/**
 * Recording events: decode all of a batch, swap people for pseudonyms, append atomically (R2, R21).
 */
import { createHmac } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { decodeEvent, type Event } from '../domain/events/event.ts';
import { decodeStored, encodeStored } from '../domain/events/stored.ts';
import { subjectsOf, withSubjects } from '../domain/events/subjects.ts';
import { describeFault, readPolicy } from '../policy-language/read-policy.ts';
import type { AppendError, EventToAppend, Position } from '../store/event-store.ts';
import { looksLikePseudonym } from '../vault/vault.ts';
import type { Ledger } from './ledger.ts';
import { sameButForgotten } from './people.ts';
import { type BodyFault, diskFull, type Problem, passingProblem } from './problem.ts';

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

/** A batch of which every event is well-formed. */
export interface Checked {
  readonly given: ReadonlyArray<Given>;
  readonly events: ReadonlyArray<Event>;
}

/** Where the ledger's own events come from. */
export const ledgerSource = 'urn:domicile:ledger';

/** Under this name, which no person can have, the vault keeps a random key for fingerprints. */
const fingerprintKey = '(the key of fingerprints)';

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

const conflictAt = (given: Given): E.Either<Problem, never> => {
  const message = 'another event is recorded under this source and id; send a correction, or use another id';
  return E.left({
    kind: 'conflict',
    detail: `the event at index ${given.index} has the source and id of a recorded event, and other content`,
    errors: [{ ...placeOf(given), pointer: '/id', message }],
  });
};

/** What a store or vault throws because of its disk or other programs is a problem that passes. */
const orUnavailable = <A>(act: () => A): E.Either<Problem, A> => {
  try {
    return E.right(act());
  } catch (error) {
    const passing = passingProblem(error);
    if (passing === undefined) throw error;
    return E.left(passing);
  }
};

/** Records batches. */
export class Recorder {
  readonly ledger: Ledger;

  constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /**
   * Records all of the batch, or nothing of it.
   *
   * @param mayAdopt whether the caller may record events about policies.
   */
  async record(batch: ReadonlyArray<Given>, mayAdopt = true): Promise<E.Either<Problem, Recorded>> {
    const checked = this.check(batch, mayAdopt);
    return E.isLeft(checked) ? checked : this.write(checked.right);
  }

  /** Decodes all of the batch, without looking at what is recorded. */
  check(given: ReadonlyArray<Given>, mayAdopt: boolean): E.Either<Problem, Checked> {
    const decoded = decodeAll(given);
    if (E.isLeft(decoded)) return E.left({ kind: 'invalid-events', errors: decoded.left });
    if (!mayAdopt && decoded.right.some(({ type }) => type.startsWith('Policy'))) {
      return E.left({
        kind: 'forbidden',
        detail: 'the key lacks the scope admin, which events about policies need',
      });
    }
    return E.right({ given, events: decoded.right });
  }

  /** Records all of a batch that was checked, or nothing of it. */
  async write({ given: batch, events: checked }: Checked): Promise<E.Either<Problem, Recorded>> {
    const { again, conflict } = this.aboutForgotten(checked);
    if (conflict !== undefined) return conflictAt(batch[conflict]!);
    const places = checked.flatMap((_, place) => (again.has(place) ? [] : [place]));
    const position = Math.max(0, ...again.values());
    if (places.length === 0) return E.right({ recorded: 0, duplicates: again.size, position });
    const events = places.map((place) => checked[place]!);
    const pseudonymous = orUnavailable(() => this.pseudonymous(events));
    if (E.isLeft(pseudonymous)) return pseudonymous;
    const appended = await this.append(pseudonymous.right);
    if (E.isRight(appended)) {
      this.ledger.grown();
      const { recorded, duplicates, position: last } = appended.right;
      return E.right({
        recorded,
        duplicates: duplicates + again.size,
        position: Math.max(last, position),
      });
    }
    return appended.left.kind === 'conflict'
      ? conflictAt(batch[places[appended.left.index]!]!)
      : E.left(refusal(appended.left));
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
    const identifiers = [...named].filter((name) => !(looksLikePseudonym(name) && vault.knows(name)));
    const pseudonyms = vault.pseudonymsFor(identifiers);
    const swap = (subject: string): string => pseudonyms.get(subject) ?? subject;
    return events.map((event) => withSubjects(event, swap, (data) => this.withheld(data)));
  }

  /**
   * What is kept of data that may name a person anywhere: a fingerprint, by which the same data is known again, and
   * from which nobody without the vault can tell what it was.
   */
  private withheld(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const key = this.ledger.parts.vault.pseudonymsFor([fingerprintKey]).get(fingerprintKey)!;
    return { withheld: createHmac('sha256', key).update(JSON.stringify(data)).digest('base64url') };
  }

  /**
   * Events that are recorded already, about people who were forgotten since. Sent once more they must neither count as
   * other content nor bring the person back into the vault; nor must one that does have other content.
   *
   * @returns the positions of those that are the same, by their place in the batch, and the place of one that is not.
   */
  private aboutForgotten(events: ReadonlyArray<Event>): {
    readonly again: ReadonlyMap<number, Position>;
    readonly conflict?: number;
  } {
    const { vault, log } = this.ledger.parts;
    const again = new Map<number, Position>();
    if (!vault.hasForgotten()) return { again };
    for (const [place, event] of events.entries()) {
      if (subjectsOf(event).size === 0) continue;
      const stored = log.find(event.source, event.id);
      const before = stored === undefined ? undefined : decodeStored(stored.bytes);
      if (stored === undefined || before === undefined || E.isLeft(before)) continue;
      if (![...subjectsOf(before.right)].some((subject) => vault.isForgotten(subject))) continue;
      const given = withSubjects(event, (subject) => vault.pseudonymOf(subject) ?? subject);
      if (!sameButForgotten(given, before.right, (name) => vault.isForgotten(name)))
        return { again, conflict: place };
      again.set(place, stored.position);
    }
    return { again };
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
      // Another request to erase the same person may have said so in the meantime.
      if (E.isLeft(appended) && appended.left.kind !== 'conflict') return E.left(refusal(appended.left));
      this.ledger.grown();
    }
    vault.forget(identifier);
    return E.right(true);
  }
}
