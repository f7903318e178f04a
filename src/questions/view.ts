/**
 * What one question sees: the facts of the topics it asks for, as known at a position and attested at least so well.
 */

import type { EventType } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import { type Fact, type FactOf, factOf } from '../domain/recording/facts.ts';
import type { Knowledge, RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { EventIndex } from '../projections/event-index.ts';
import { type TopicKind, topic, visitTopics } from '../projections/topics.ts';
import { factsBetweenLooksMax, unattended, type Work } from './work.ts';

/** Events read from the index at a time. */
const knownPageMax = 1_000;

export class View {
  readonly index: EventIndex;
  readonly known: Knowledge;
  /** Of the question that is answered. */
  readonly work: Work;
  private factsRead = 0;
  private readonly byTopic = new Map<number, ReadonlyArray<Fact>>();
  private readonly byPosition = new Map<number, Fact | null>();

  private readonly simulated: ReadonlyMap<number, RecordedEvent>;
  private readonly simulatedTopics = new Map<number, Set<number>>();

  /** @param simulated events that are not recorded, seen as if they were, at positions after all recorded ones. */
  constructor(
    index: EventIndex,
    known: Knowledge,
    simulated: ReadonlyArray<RecordedEvent> = [],
    work: Work = unattended,
  ) {
    this.index = index;
    this.known = known;
    this.work = work;
    this.simulated = new Map(simulated.map((recorded) => [recorded.position, recorded]));
    for (const { position, event } of simulated) {
      this.simulateTopics(position, event.type, encodeData(event));
      if (!isCorrection(event)) continue;
      const target = this.find(event.data.event);
      const corrected = target === undefined ? undefined : this.recorded(target);
      if (corrected === undefined || event.type !== 'EventCorrected' || event.data.data === undefined)
        continue;
      this.simulateTopics(corrected.position, corrected.event.type, event.data.data);
    }
  }

  private simulateTopics(position: number, type: EventType, data: unknown): void {
    visitTopics(type, data as Readonly<Record<string, unknown>>, {
      topic: (kind, name) => {
        const hash = topic(kind, name);
        this.simulatedTopics.set(hash, (this.simulatedTopics.get(hash) ?? new Set()).add(position));
      },
      name: () => {},
    });
  }

  /** The same view with other knowledge, and with empty caches. */
  as(known: Knowledge): View {
    return new View(this.index, known, [...this.simulated.values()], this.work);
  }

  /** The positions of all known events after one, in log order. */
  *knownAfter(position: number): Iterable<number> {
    for (let last = position; ; ) {
      const page = this.index.positionsAfter(last, knownPageMax);
      for (const each of page) {
        if (each > this.known.position) return;
        yield each;
      }
      if (page.length === 0) return;
      last = page.at(-1)!;
    }
  }

  /** The position of a recorded event, whether the view knows it or not. */
  find({ source, id }: { readonly source: string; readonly id: string }): number | undefined {
    return this.index.find(source, id);
  }

  /** The subjects named in simulated events. */
  simulatedSubjects(): ReadonlySet<string> {
    return new Set([...this.simulated.values()].flatMap(({ event }) => [...subjectsOf(event)]));
  }

  /** Whether the event at the position is recorded rather than simulated. */
  isRecorded(position: number): boolean {
    return !this.simulated.has(position);
  }

  /** Whether the view sees simulated events. */
  isSimulated(): boolean {
    return this.simulated.size > 0;
  }

  /** The event at a position as it was recorded, if it is known. */
  recorded(position: number): RecordedEvent | undefined {
    const simulated = this.simulated.get(position);
    if (simulated !== undefined) return simulated;
    return position > this.known.position ? undefined : this.index.at(position);
  }

  /** The known corrections of an event, whether they apply or not, in log order. */
  correctionsOf({ event }: RecordedEvent): ReadonlyArray<RecordedEvent> {
    const positions = this.index.correctionsOf(event.source, event.id, this.known.position);
    if (positions.length === 0 && this.simulated.size === 0) return [];
    return [...positions, ...this.simulated.keys()].flatMap((position) => {
      const recorded = this.recorded(position);
      if (recorded === undefined || !isCorrection(recorded.event)) return [];
      const reference = recorded.event.data.event;
      return reference.source === event.source && reference.id === event.id ? [recorded] : [];
    });
  }

  /** The event at a position as corrected; undefined if it was retracted or is left out. */
  fact(position: number): Fact | undefined {
    const before = this.byPosition.get(position);
    if (before !== undefined) return before ?? undefined;
    if (++this.factsRead % factsBetweenLooksMax === 0) this.work.goOn();
    const recorded = this.recorded(position);
    const fact =
      recorded === undefined ? undefined : factOf(recorded, this.correctionsOf(recorded), this.known);
    this.byPosition.set(position, fact ?? null);
    return fact;
  }

  /** The positions of known events under a topic, after one, in log order. */
  positions(kind: TopicKind, name: string, after = 0): ReadonlyArray<number> {
    return this.positionsOfHash(topic(kind, name), after);
  }

  private positionsOfHash(hash: number, after: number): ReadonlyArray<number> {
    const recorded = this.index.positions(hash, after, this.known.position);
    const simulated = this.simulatedTopics.get(hash);
    if (simulated === undefined) return recorded;
    return [...new Set([...recorded, ...simulated])]
      .filter((position) => position > after)
      .sort((a, b) => a - b);
  }

  /** The facts under a topic, in log order. */
  facts(kind: TopicKind, name: string): ReadonlyArray<Fact> {
    return this.factsOfHash(topic(kind, name));
  }

  /** The facts under a topic given as its hash. */
  factsOfHash(hash: number): ReadonlyArray<Fact> {
    const before = this.byTopic.get(hash);
    if (before !== undefined) return before;
    const facts = this.positionsOfHash(hash, 0).flatMap((position) => this.fact(position) ?? []);
    this.byTopic.set(hash, facts);
    return facts;
  }

  /** The facts of some types under a topic. */
  factsOf<T extends EventType>(
    kind: TopicKind,
    name: string,
    ...types: T[]
  ): ReadonlyArray<{ [K in T]: FactOf<K> }[T]> {
    return this.facts(kind, name).filter((fact) =>
      (types as ReadonlyArray<EventType>).includes(fact.type),
    ) as unknown as ReadonlyArray<{ [K in T]: FactOf<K> }[T]>;
  }

  /** Whether any known event mentions the name. */
  mentions(kind: RegisteredKind, name: string): boolean {
    const first = this.index.firstMention(kind, name);
    return first !== undefined && first <= this.known.position;
  }

  /** Known names of a kind after one, in order. */
  names(kind: RegisteredKind, after: string, limit: number): ReadonlyArray<string> {
    return this.index.names(kind, after, this.known.position, limit);
  }
}
