/** What one question sees: the facts of its topics, as known at a position and with sufficient assurance. */

import type { EventType } from '../domain/events/catalogue.ts';
import type { RegisteredKind } from '../domain/events/places.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import { type Fact, type FactOf, factOf } from '../domain/recording/facts.ts';
import type { Knowledge, RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { EventIndex } from '../projections/event-index.ts';
import type { TopicKind } from '../projections/topics.ts';
import { SimulatedEventIndex } from './simulated-events.ts';
import { factsBetweenLooksMax, stepsOfFact, unattended, type Work } from './work.ts';

/** Events to read from the index at a time. */
const knownPageMax = 1_000;

interface FactAboutOne {
  readonly subject: string;
  readonly fact: Fact | undefined;
}

/** The facts of the log that a question may know. It caches them and counts its work. */
export class View {
  readonly index: EventIndex;
  /** Its knowledge; a view that simulates also knows the simulated events. */
  readonly known: Knowledge;
  /** The last recorded position that it knows. */
  readonly recordedUpTo: number;
  /** The work of the current question. */
  readonly work: Work;
  private factsRead = 0;
  /** Which events about people this view reads, by position. */
  private readsAbout: (position: number) => boolean = () => true;
  /** By kind and name, separated by a space; no kind contains a space. */
  private readonly byTopic = new Map<string, ReadonlyArray<Fact>>();
  private ofPopulations = new Map<string, ReadonlyArray<Fact>>();
  private readonly aboutSubject = new Map<string, Fact[]>();
  private readonly byPosition = new Map<number, Fact | null>();
  /** Facts about one subject; for an event with many subjects, the first for whom this view was asked. */
  private readonly byPositionAboutOne = new Map<number, FactAboutOne>();

  private readonly simulated: SimulatedEventIndex;

  /**
   * @param known the knowledge of recorded events.
   * @param simulated events that are treated as recorded: those of `asIfRecorded`.
   */
  constructor(
    index: EventIndex,
    known: Knowledge,
    simulated: ReadonlyArray<RecordedEvent> = [],
    work: Work = unattended,
  ) {
    this.index = index;
    this.recordedUpTo = known.position;
    this.known = { ...known, position: simulated.at(-1)?.position ?? known.position };
    this.work = work;
    this.simulated = new SimulatedEventIndex(simulated);
    for (const recorded of simulated) {
      this.simulated.add(recorded, this.correctionsOf(recorded));
      const target = isCorrection(recorded.event) ? this.find(recorded.event.data.event) : undefined;
      const corrected = target === undefined ? undefined : this.recorded(target);
      if (corrected !== undefined)
        this.simulated.addCorrection(corrected, this.correctionsOf(corrected), recorded);
    }
  }

  /** The same view with other knowledge, and with empty caches. */
  as(known: Knowledge): View {
    const position = this.isSimulated() ? Math.min(known.position, this.recordedUpTo) : known.position;
    return new View(this.index, { ...known, position }, [...this.simulated.events.values()], this.work);
  }

  /**
   * The same view for a question about some people. Facts about people are cached in the new view and freed with it;
   * facts about populations are cached in this one.
   *
   * @param reads which events about people the new view reads, by position; by default all.
   */
  aboutSome(reads = this.readsAbout): View {
    const view = this.as(this.known);
    view.ofPopulations = this.ofPopulations;
    view.readsAbout = reads;
    return view;
  }

  /** The positions of all known events after a position, in log order; simulated ones come last. */
  *knownAfter(position: number): Iterable<number> {
    yield* this.recordedAfter(position);
    for (const each of this.simulated.events.keys()) if (each > position) yield each;
  }

  private *recordedAfter(position: number): Iterable<number> {
    for (let last = position; ; ) {
      const page = this.index.positionsAfter(last, knownPageMax);
      for (const each of page) {
        if (each > this.recordedUpTo) return;
        yield each;
      }
      if (page.length === 0) return;
      last = page.at(-1)!;
    }
  }

  /** The position of a recorded event, even an unknown one, or of a simulated one. */
  find({ source, id }: { readonly source: string; readonly id: string }): number | undefined {
    for (const { position, event } of this.simulated.events.values())
      if (event.source === source && event.id === id) return position;
    return this.index.find(source, id);
  }

  /** The subjects of the simulated events. */
  simulatedSubjects(): ReadonlySet<string> {
    return this.simulated.subjects;
  }

  /** Whether the event at the position is recorded rather than simulated. */
  isRecorded(position: number): boolean {
    return !this.simulated.events.has(position);
  }

  /** Whether the view includes simulated events. */
  isSimulated(): boolean {
    return this.simulated.events.size > 0;
  }

  /** The event at a position as recorded, if it is known. */
  recorded(position: number): RecordedEvent | undefined {
    const simulated = this.simulated.events.get(position);
    if (simulated !== undefined) return simulated;
    return position > this.recordedUpTo ? undefined : this.index.at(position);
  }

  /**
   * The event at a position as recorded, if it is known, reduced to one subject: the others of an event with many
   * subjects are not read.
   */
  recordedAbout(position: number, subject: string): RecordedEvent | undefined {
    return this.simulated.events.has(position) || position > this.recordedUpTo
      ? this.recorded(position)
      : this.index.about(position, subject);
  }

  /** The type of the event at a position, known or not; undefined if there is none, or if it is unreadable. */
  typeAt(position: number): EventType | undefined {
    return this.simulated.events.get(position)?.event.type ?? this.index.typeAt(position);
  }

  /** The known corrections of an event, effective or not, in log order. */
  correctionsOf({ event }: RecordedEvent): ReadonlyArray<RecordedEvent> {
    const positions = this.index.correctionsOf(event.source, event.id, this.recordedUpTo);
    if (positions.length === 0 && !this.isSimulated()) return [];
    this.work.goOn(positions.length * stepsOfFact);
    return [...positions, ...this.simulated.events.keys()].flatMap((position) => {
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
    const fact = this.factOf(this.recorded(position));
    this.byPosition.set(position, fact ?? null);
    return fact;
  }

  private factOf(recorded: RecordedEvent | undefined): Fact | undefined {
    if (++this.factsRead % factsBetweenLooksMax === 0) this.work.goOn(factsBetweenLooksMax * stepsOfFact);
    return recorded === undefined ? undefined : factOf(recorded, this.correctionsOf(recorded), this.known);
  }

  /**
   * The fact at a position, reduced to one subject. A question about a second subject of the event reads the whole
   * event, because more may follow.
   */
  private factAbout(position: number, subject: string): Fact | undefined {
    if (this.byPosition.has(position)) return this.fact(position);
    const before = this.byPositionAboutOne.get(position);
    if (before !== undefined) return before.subject === subject ? before.fact : this.fact(position);
    const fact = this.factOf(this.recordedAbout(position, subject));
    this.byPositionAboutOne.set(position, { subject, fact });
    return fact;
  }

  /** The facts that name a subject, in log order. Facts with many subjects may be reduced to it. */
  factsAbout(subject: string): ReadonlyArray<Fact> {
    let facts: Fact[] | undefined = this.aboutSubject.get(subject);
    if (facts === undefined) {
      facts = [];
      for (const position of this.positions('subject', subject)) {
        const fact = this.readsAbout(position) ? this.factAbout(position, subject) : undefined;
        if (fact !== undefined) facts.push(fact);
      }
      this.aboutSubject.set(subject, facts);
    }
    return facts;
  }

  /** The part of a fact that does not depend on its subjects: type, assurance and corrections. */
  outline(position: number): Pick<Fact, 'type' | 'assurance' | 'corrections'> | undefined {
    const about = this.byPositionAboutOne.get(position);
    return about === undefined ? this.fact(position) : about.fact;
  }

  /** The positions of known events under a topic, after a position, in log order. */
  positions(kind: TopicKind, name: string, after = 0): ReadonlyArray<number> {
    const recorded = this.index.positions(kind, name, after, this.recordedUpTo);
    const simulated = this.simulated.positions(kind, name);
    if (simulated === undefined) return recorded;
    return [...new Set([...recorded, ...simulated])]
      .filter((position) => position > after)
      .sort((a, b) => a - b);
  }

  /** The facts under a topic, in log order. */
  facts(kind: TopicKind, name: string): ReadonlyArray<Fact> {
    const [known, key] =
      kind === 'population' ? [this.ofPopulations, name] : [this.byTopic, `${kind} ${name}`];
    const before = known.get(key);
    if (before !== undefined) return before;
    const facts = this.positions(kind, name).flatMap((position) => this.fact(position) ?? []);
    known.set(key, facts);
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
    return (first !== undefined && first <= this.recordedUpTo) || this.simulated.names(kind).has(name);
  }

  /** Every population that a known event mentions. */
  populations(): ReadonlyArray<string> {
    return this.names('population', '', Number.MAX_SAFE_INTEGER);
  }

  /** Known names of a kind after a name, in order. */
  names(kind: RegisteredKind, after: string, limit: number): ReadonlyArray<string> {
    const recorded = this.index.names(kind, after, this.recordedUpTo, limit);
    const simulated = [...this.simulated.names(kind)].filter((name) => name > after);
    if (simulated.length === 0) return recorded;
    // The order of the index, which is that of UTF-8.
    const order = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
    return [...new Set([...recorded, ...simulated])].sort(order).slice(0, limit);
  }
}
