/** An event index over a complete log in memory. It scans the events, and everybody is an individual. */
import { type EventType, traitsOf } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import type { JsonObject } from '../domain/events/json-object.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import { subjectsIn, subjectsOf } from '../domain/events/subjects.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import { foldingOrder } from '../domain/recording/folding-order.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { firstNotBefore } from '../domain/time/binary-search.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { EnrolmentList, EventIndex, SomeIndividuals } from '../projections/event-index.ts';
import { type TopicKind, visitTopics } from '../projections/topics.ts';

const unasked = (): never => {
  throw new Error('no question of a bundle asks this of its index');
};

const encoder = new TextEncoder();
/** The order of names in a ledger's index: by their bytes in UTF-8. */
const byteOrder = (a: string, b: string): number => {
  const [left, right] = [encoder.encode(a), encoder.encode(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++)
    if (left[at] !== right[at]) return left[at]! - right[at]!;
  return left.length - right.length;
};

const identityOf = (source: string, id: string): string => `${source}\n${id}`;

/** Adds to a set in a map. */
const put = <A>(map: Map<string, Set<A>>, key: string, value: A): void =>
  void map.set(key, (map.get(key) ?? new Set<A>()).add(value));

const dataOf = ({ event }: RecordedEvent): JsonObject => encodeData(event) as JsonObject;

/** The port of the projections, implemented on all events up to a position. */
export class WholeIndex implements EventIndex {
  private readonly events: ReadonlyMap<number, RecordedEvent>;
  private readonly byIdentity = new Map<string, number>();
  private readonly corrections = new Map<string, Set<number>>();
  private readonly topics = new Map<string, Set<number>>();
  private readonly mentions = new Map<string, number>();
  /** By kind and name: by source, the first position at which it names the thing. */
  private readonly namings = new Map<string, Map<string, number>>();
  private readonly enrolled = new Map<string, Set<string>>();
  private readonly everybody = new Set<string>();
  /** By source: the instants up to which its events vouch, as recorded or as corrected. */
  private readonly vouches = new Map<string, { readonly position: number; readonly upTo: Instant }[]>();

  readonly bytesAt: (position: number) => number;

  /**
   * @param events all events up to a position, in log order.
   * @param bytesAt the size of an event's stored bytes.
   */
  constructor(events: ReadonlyArray<RecordedEvent>, bytesAt: (position: number) => number) {
    this.bytesAt = bytesAt;
    this.events = new Map(events.map((recorded) => [recorded.position, recorded]));
    for (const { position, event } of events)
      this.byIdentity.set(identityOf(event.source, event.id), position);
    for (const recorded of events) {
      for (const subject of subjectsOf(recorded.event)) this.everybody.add(subject);
      if (isCorrection(recorded.event)) this.addCorrection(recorded);
      else {
        const { position, event } = recorded;
        this.add(event.type, dataOf(recorded), [position], event.source, position);
        if (event.type === 'SourceVouched') this.addVouch(event.source, position, event.data.upTo);
      }
    }
  }

  private addVouch(source: string, position: number, upTo: Instant): void {
    this.vouches.set(source, [...(this.vouches.get(source) ?? []), { position, upTo }]);
  }

  private add(
    type: EventType,
    data: JsonObject,
    positions: ReadonlyArray<number>,
    source: string,
    namedAt: number,
  ): void {
    visitTopics(type, data, {
      topic: (kind, name) => {
        for (const position of positions) put(this.topics, `${kind} ${name}`, position);
      },
      name: (kind, name) => {
        const key = `${kind} ${name}`;
        this.mentions.set(key, Math.min(namedAt, this.mentions.get(key) ?? namedAt));
        const sources = this.namings.get(key) ?? new Map<string, number>();
        sources.set(source, Math.min(namedAt, sources.get(source) ?? namedAt));
        this.namings.set(key, sources);
      },
    });
    if (traitsOf(type).enrols && typeof data.population === 'string')
      for (const subject of subjectsIn(data)) put(this.enrolled, data.population, subject);
  }

  private addCorrection(recorded: RecordedEvent): void {
    const { position, event } = recorded;
    if (!isCorrection(event)) return;
    const { source, id } = event.data.event;
    put(this.corrections, identityOf(source, id), position);
    const data = 'data' in event.data ? (event.data.data as JsonObject | undefined) : undefined;
    for (const subject of subjectsIn(data)) put(this.topics, `subject ${subject}`, position);
    const target = this.events.get(this.byIdentity.get(identityOf(source, id)) ?? 0);
    if (target === undefined || isCorrection(target.event)) return;
    const { type } = target.event;
    const knownAt = Math.max(position, target.position);
    visitTopics(type, dataOf(target), {
      topic: (kind, name) => put(this.topics, `${kind} ${name}`, position),
      name: () => {},
    });
    if (data === undefined) return;
    this.add(type, data, [position, target.position], event.source, knownAt);
    if (type === 'SourceVouched' && typeof data.upTo === 'string') {
      const upTo = Date.parse(data.upTo);
      if (!Number.isNaN(upTo)) this.addVouch(target.event.source, target.position, upTo);
    }
  }

  at(position: number): RecordedEvent | undefined {
    return this.events.get(position);
  }

  /** The whole event: other people in it change no answer. */
  about(position: number): RecordedEvent | undefined {
    return this.at(position);
  }

  recordedAtOf(position: number): Instant | undefined {
    return this.at(position)?.recordedAt;
  }

  sourceAt(position: number): string | undefined {
    return this.at(position)?.event.source;
  }

  find(source: string, id: string): number | undefined {
    return this.byIdentity.get(identityOf(source, id));
  }

  positionsAfter(position: number, limit: number): ReadonlyArray<number> {
    return [...this.events.keys()].filter((each) => each > position).slice(0, limit);
  }

  positions(
    kind: TopicKind,
    name: string,
    after: number,
    upTo: number,
    limit = Number.MAX_SAFE_INTEGER,
  ): ReadonlyArray<number> {
    return [...(this.topics.get(`${kind} ${name}`) ?? [])]
      .filter((position) => position > after && position <= upTo)
      .sort((a, b) => a - b)
      .slice(0, limit);
  }

  sources(upTo: number, limit: number): ReadonlyArray<string> {
    const known = [...this.events.values()].filter(({ position }) => position <= upTo);
    return [...new Set(known.map(({ event }) => event.source))].slice(0, limit);
  }

  sourcesNaming(kind: 'site' | 'party', name: string, upTo: number, limit: number): ReadonlyArray<string> {
    const sources = this.namings.get(`${kind} ${name}`) ?? new Map<string, number>();
    return [...sources].flatMap(([source, position]) => (position <= upTo ? [source] : [])).slice(0, limit);
  }

  latestVouch(source: string, holds: (position: number, upTo: Instant) => boolean): Instant | undefined {
    return (this.vouches.get(source) ?? [])
      .toSorted((a, b) => b.upTo - a.upTo)
      .find(({ position, upTo }) => holds(position, upTo))?.upTo;
  }

  correctionsOf(source: string, id: string, upTo: number): ReadonlyArray<number> {
    return [...(this.corrections.get(identityOf(source, id)) ?? [])].filter((position) => position <= upTo);
  }

  lastCorrections(upTo: number, limit: number): ReadonlyArray<number> {
    return [...this.events.values()]
      .filter(({ position, event }) => position <= upTo && isCorrection(event))
      .map(({ position }) => position)
      .slice(-limit);
  }

  firstMention(kind: RegisteredKind, name: string): number | undefined {
    return this.mentions.get(`${kind} ${name}`);
  }

  names(kind: RegisteredKind, after: string, upTo: number, limit: number): ReadonlyArray<string> {
    const start = `${kind} `;
    return [...this.mentions]
      .filter(([key, position]) => key.startsWith(start) && position <= upTo)
      .map(([key]) => key.slice(start.length))
      .filter((name) => byteOrder(name, after) > 0)
      .sort(byteOrder)
      .slice(0, limit);
  }

  enrolmentsIn(population: string, upTo: number): EnrolmentList {
    const places = [...this.events.values()].flatMap(({ position, event }) =>
      position <= upTo &&
      (event.type === 'SubjectEnrolled' || event.type === 'SubjectsEnrolled') &&
      event.data.population === population
        ? [{ time: event.time, position, count: subjectsOf(event).size }]
        : [],
    );
    places.sort(foldingOrder);
    // How many are enrolled before each of them.
    const sums = [0];
    for (const { count } of places) sums.push(sums.at(-1)! + count);
    return {
      enrolments: () => ({
        times: Float64Array.from(places, ({ time }) => time),
        positions: Float64Array.from(places, ({ position }) => position),
        counts: Uint32Array.from(places, ({ count }) => count),
      }),
      before: (place) => sums[firstNotBefore(places.length, (at) => foldingOrder(places[at]!, place) < 0)]!,
    };
  }

  private some(all: Iterable<string>, from: number, limit = Number.MAX_SAFE_INTEGER): SomeIndividuals {
    const subjects = [...all];
    const upTo = Math.min(subjects.length, from + limit);
    return { subjects: subjects.slice(from, upTo), upTo, of: subjects.length };
  }

  /** The events that name a population, as recorded or as corrected, and enrol or may enrol a person in it. */
  enrolmentPositions(population: string, after: number, upTo: number): ReadonlyArray<number> {
    const positions = new Set<number>();
    for (const subject of this.enrolled.get(population) ?? [])
      for (const position of this.positions('subject', subject, after, upTo)) {
        const type = this.events.get(position)?.event.type;
        if (type === 'SubjectEnrolled' || type === 'SubjectsEnrolled') positions.add(position);
      }
    return [...positions].sort((a, b) => a - b);
  }

  individualsOf(population: string, from = 0, limit?: number): SomeIndividuals {
    return this.some(this.enrolled.get(population) ?? [], from, limit);
  }

  typeAt(position: number): EventType | undefined {
    return this.events.get(position)?.event.type;
  }

  /** All events are in memory. */
  readAhead(): void {}
  forgetAhead(): void {}

  everyIndividual(from = 0, limit?: number): SomeIndividuals {
    return this.some(this.everybody, from, limit);
  }

  movedIndividuals(from = 0, limit?: number): SomeIndividuals {
    return this.some(this.everybody, from, limit);
  }

  isIndividual(): boolean {
    return true;
  }

  /** Everybody is followed, so all are read. */
  enrolmentOfMany(): undefined {
    return undefined;
  }

  readonly enrolledAmong = unasked;
  readonly positionsOfKind = unasked;
  readonly firstOfSource = unasked;
  readonly movementsBetween = unasked;
  readonly setAside = unasked;
  readonly correctedRegistrations = unasked;
}
