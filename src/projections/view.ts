/**
 * What one question sees: the facts of the topics it asks for, as known at a position and attested at least so well.
 */
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import { encodeData } from '../domain/events/event.ts';
import type { EventType } from '../domain/events/event-data.ts';
import { decodeStored } from '../domain/events/stored.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import type { Assurance } from '../domain/events/words.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { ReachIndex } from '../domain/reach/reach-index.ts';
import {
  type Fact,
  type FactOf,
  factOf,
  isCorrection,
  type Knowledge,
  type RecordedEvent,
} from '../domain/recording/facts.ts';
import type { Tally } from '../questions/tally.ts';
import type { World } from '../questions/world.ts';
import type { LogReader } from '../store/log-reader.ts';
import { Census } from './engine/census.ts';
import { RunReader } from './engine/runs.ts';
import { correctionTarget } from './engine/scanner.ts';
import { type NameKind, type Topic, type TopicKind, topic, visitTopics } from './topics.ts';

/** Decoded events kept in memory, at the most, where an event counts once for each subject it names. */
const decodedWeightMax = 200_000;

/** The events read lately, decoded: the log never changes, so neither do they. */
export class EventCache {
  private readonly events = new Map<number, RecordedEvent>();
  private weight = 0;
  readonly log: LogReader;

  constructor(log: LogReader) {
    this.log = log;
  }

  /** The event at a position; none where there is none, or one that cannot be decoded. */
  at(position: number): RecordedEvent | undefined {
    const cached = this.events.get(position);
    if (cached !== undefined) return cached;
    const stored = this.log.at(position);
    const decoded = stored === undefined ? undefined : decodeStored(stored.bytes);
    if (stored === undefined || decoded === undefined || E.isLeft(decoded)) return undefined;
    const recorded = { position, recordedAt: stored.recordedAt, event: decoded.right };
    this.weight += weightOf(recorded);
    if (this.weight > decodedWeightMax) this.forgetOldest();
    this.events.set(position, recorded);
    return recorded;
  }

  private forgetOldest(): void {
    for (const [position, recorded] of this.events) {
      if (this.weight <= decodedWeightMax / 2) return;
      this.events.delete(position);
      this.weight -= weightOf(recorded);
    }
  }
}

const weightOf = ({ event }: RecordedEvent): number =>
  event.type === 'SubjectsEnrolled' ? 1 + event.data.subjects.length : 1;

/** The prepared statements of the read connection. */
export class IndexReader {
  readonly database: DatabaseSync;
  readonly events: EventCache;
  readonly runs: RunReader;
  readonly census: Census;
  /** Who reaches what, as of the last question of each assurance. */
  readonly reach = new Map<Assurance, { readonly position: number; readonly reach: ReachIndex }>();
  /** Everything held and reached, as of the last question of each assurance. */
  readonly worlds = new Map<Assurance, { readonly position: number; readonly world: World }>();
  /** How many people are where, by the last question of each assurance. */
  readonly tallies = new Map<Assurance, Tally>();
  /** All findings, as of the last question of each assurance. */
  readonly findings = new Map<
    Assurance,
    { readonly position: number; readonly findings: ReadonlyArray<Finding> }
  >();
  readonly corrections;
  readonly correctedAfter;
  readonly names;
  readonly nameOf;
  readonly shaken;
  readonly setAside;
  readonly checkpointOf;

  constructor(database: DatabaseSync, log: LogReader) {
    this.database = database;
    this.events = new EventCache(log);
    this.runs = new RunReader(database);
    this.census = new Census(this.runs);
    const prepare = (sql: string) => database.prepare(sql);
    this.corrections = prepare(
      'SELECT position FROM correction WHERE target = ? AND position <= ? ORDER BY position',
    );
    this.correctedAfter = prepare('SELECT target FROM correction WHERE position > ?');
    this.names = prepare(
      'SELECT name, id FROM name WHERE kind = ? AND position <= ? AND name > ? ORDER BY name LIMIT ?',
    );
    this.nameOf = prepare('SELECT id, position FROM name WHERE kind = ? AND name = ?');
    this.shaken = prepare('SELECT kind, name FROM shaken');
    this.setAside = prepare(
      'SELECT position, reason FROM set_aside WHERE position > ? AND position <= ? ORDER BY position',
    );
    this.checkpointOf = prepare("SELECT value FROM meta WHERE name = 'position'");
  }

  /**
   * Asks within one snapshot of the projections.
   *
   * @param position the last position to know, or the checkpoint if that is less.
   */
  within<A>(position: number, minAssurance: Assurance, question: (view: View) => A): A {
    this.database.exec('BEGIN');
    try {
      this.refresh();
      return question(new View(this, { position: Math.min(position, this.checkpoint()), minAssurance }));
    } finally {
      this.database.exec('COMMIT');
    }
  }

  private readonly named = new Map<Topic, Named>();

  /** The subjects whose topic has a hash: one, as good as always. */
  subjectsUnder(hash: Topic): ReadonlySet<string> {
    const named = this.named.get(hash) ?? { subjects: new Set(), upTo: 0 };
    if (named.upTo === this.refreshedAt) return named.subjects;
    for (const position of this.runs.positions(hash, named.upTo, this.refreshedAt)) {
      const event = this.events.at(position)?.event;
      for (const subject of event === undefined ? [] : subjectsOf(event))
        if (topic('subject', subject) === hash) named.subjects.add(subject);
    }
    if (this.named.size >= namedMax) this.named.clear();
    named.upTo = this.refreshedAt;
    this.named.set(hash, named);
    return named.subjects;
  }

  /** The position up to which events are applied. */
  checkpoint(): number {
    return this.checkpointOf.get()!.value as number;
  }

  private refreshedAt = -1;
  /** What any correction is of, as hashes: events of which nothing needs to be looked up are nearly all. */
  readonly corrected = new Set<number>();

  /** Sees what was applied since; call within the transaction that reads. */
  refresh(): void {
    const checkpoint = this.checkpoint();
    if (checkpoint === this.refreshedAt) return;
    this.runs.refresh(checkpoint);
    for (const { target } of this.correctedAfter.all(this.refreshedAt)) this.corrected.add(target as number);
    this.refreshedAt = checkpoint;
  }
}

/** Subjects whose names are kept at hand. */
const namedMax = 2_000_000;

/** Events looked through at a time. */
const knownPageMax = 1_000;

/** The subjects under a hash, as far as its events were read. */
interface Named {
  readonly subjects: Set<string>;
  upTo: number;
}

export class View {
  readonly index: IndexReader;
  readonly known: Knowledge;
  private readonly byTopic = new Map<number, ReadonlyArray<Fact>>();
  private readonly byPosition = new Map<number, Fact | null>();

  private readonly simulated: ReadonlyMap<number, RecordedEvent>;
  private readonly simulatedTopics = new Map<number, Set<number>>();

  /** @param simulated events that are not recorded, at positions after all that are, to be seen as if they were. */
  constructor(index: IndexReader, known: Knowledge, simulated: ReadonlyArray<RecordedEvent> = []) {
    this.index = index;
    this.known = known;
    this.simulated = new Map(simulated.map((recorded) => [recorded.position, recorded]));
    for (const { position, event } of simulated) {
      this.simulateTopics(position, event.type, encodeData(event));
      if (!isCorrection(event)) continue;
      const target = index.events.log.find(event.data.event.source, event.data.event.id);
      const corrected = target === undefined ? undefined : this.recorded(target.position);
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

  /** The same, as known otherwise, and with nothing at hand yet. */
  as(known: Knowledge): View {
    return new View(this.index, known, [...this.simulated.values()]);
  }

  /** The positions of all known events after one, in log order. */
  *knownAfter(position: number): Iterable<number> {
    const { log } = this.index.events;
    for (let last = position; ; ) {
      const page = log.after(last, knownPageMax);
      for (const each of page) {
        if (each.position > this.known.position) return;
        yield each.position;
      }
      if (page.length === 0) return;
      last = page.at(-1)!.position;
    }
  }

  /** The subjects whom events that are not recorded name. */
  simulatedSubjects(): ReadonlySet<string> {
    return new Set([...this.simulated.values()].flatMap(({ event }) => [...subjectsOf(event)]));
  }

  /** Whether the event at the position is recorded, and not merely simulated. */
  isRecorded(position: number): boolean {
    return !this.simulated.has(position);
  }

  /** Whether it sees events that are not recorded. */
  isSimulated(): boolean {
    return this.simulated.size > 0;
  }

  /** The event at a position as it was recorded, if it is known. */
  recorded(position: number): RecordedEvent | undefined {
    const simulated = this.simulated.get(position);
    if (simulated !== undefined) return simulated;
    return position > this.known.position ? undefined : this.index.events.at(position);
  }

  /** The known corrections of an event, whether they apply or not, in log order. */
  correctionsOf({ event }: RecordedEvent): ReadonlyArray<RecordedEvent> {
    if (this.index.corrected.size === 0 && this.simulated.size === 0) return [];
    const target = correctionTarget(event.source, event.id);
    if (!this.index.corrected.has(target) && this.simulated.size === 0) return [];
    const rows = this.index.corrections.all(target, this.known.position);
    const positions = rows.map((row) => row.position as number);
    return [...positions, ...this.simulated.keys()].flatMap((position) => {
      const recorded = this.recorded(position);
      if (recorded === undefined || !isCorrection(recorded.event)) return [];
      const reference = recorded.event.data.event;
      return reference.source === event.source && reference.id === event.id ? [recorded] : [];
    });
  }

  /** The event at a position as it holds, if it does. */
  fact(position: number): Fact | undefined {
    const before = this.byPosition.get(position);
    if (before !== undefined) return before ?? undefined;
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
    const recorded = this.index.runs.positions(hash, after, this.known.position);
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
  mentions(kind: NameKind, name: string): boolean {
    const row = this.index.nameOf.get(kind, name);
    return row !== undefined && (row.position as number) <= this.known.position;
  }

  /** Known names of a kind after one, in order. */
  names(kind: NameKind, after: string, limit: number): ReadonlyArray<string> {
    return this.index.names.all(kind, this.known.position, after, limit).map((row) => row.name as string);
  }
}
