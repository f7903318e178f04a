/**
 * Reads the index in a projections file: implements the port `EventIndex` over the runs and tables that the
 * projector writes.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { EventType } from '../../domain/events/catalogue.ts';
import type { RegisteredKind } from '../../domain/events/places.ts';
import type { RecordedEvent } from '../../domain/recording/recorded-event.ts';
import type { Instant } from '../../domain/time/instant.ts';
import { origin } from '../../store/event-store.ts';
import type { LogReader } from '../../store/log-reader.ts';
import type { EventIndex, EventKind, SomeIndividuals } from '../event-index.ts';
import type { Topic } from '../topic-hash.ts';
import { type TopicKind, topic } from '../topics.ts';
import { type CheckedTable, checkedQuery, compareSmallTables } from './checked-rows.ts';
import { correctionKey } from './correction-key.ts';
import { EventCache } from './event-cache.ts';
import { Individuals } from './individuals.ts';
import { KindTable } from './kind-table.ts';
import { NamingSources } from './naming-sources.ts';
import { PostedEnrolments } from './posted-enrolments.ts';
import { allMovements, enrolmentsIn, vouchesOf } from './posting-list.ts';
import { readerCaches } from './reader-caches.ts';
import { RunReader } from './run-reader.ts';
import { SubjectNames } from './subject-names.ts';

/** The index of one generation, on a connection that only reads. */
export class IndexReader implements EventIndex {
  readonly database: DatabaseSync;
  private readonly log: LogReader;
  private readonly events: EventCache;
  readonly runs: RunReader;
  private readonly kinds: KindTable;
  readonly individuals: Individuals;
  private readonly statements;
  private readonly subjectNames: SubjectNames;
  private refreshedAt = -1;
  private readonly naming: NamingSources;
  /** The hashes of corrected events: most events need no lookup of corrections. */
  private readonly corrected = new Set<number>();

  /**
   * @param cacheBytes what it may keep decoded in memory, about.
   * @param filterBytes what it may keep of filters besides.
   */
  constructor(database: DatabaseSync, log: LogReader, cacheBytes?: number, filterBytes?: number) {
    const caches = readerCaches(cacheBytes, filterBytes);
    this.database = database;
    this.log = log;
    this.events = new EventCache(log, caches.events);
    this.runs = new RunReader(database, caches);
    this.kinds = new KindTable(database);
    this.individuals = new Individuals(this.runs);
    this.subjectNames = new SubjectNames(this.runs, this.events, caches.names);
    this.naming = new NamingSources(database);
    const query = (table: CheckedTable, rest: string) => checkedQuery(database, table, rest);
    this.statements = {
      corrections: query('correction', 'WHERE target = ? AND position <= ? ORDER BY position'),
      lastCorrections: query('correction', 'WHERE position <= ? ORDER BY position DESC LIMIT ?'),
      correctedAfter: query('correction', 'WHERE position > ?'),
      names: query('name', 'WHERE kind = ? AND position <= ? AND name > ? ORDER BY name LIMIT ?'),
      name: query('name', 'WHERE kind = ? AND name = ?'),
      correctedRegistrations: query('shaken', ''),
      setAside: query('set_aside', 'WHERE position > ? AND position <= ? ORDER BY position'),
      checkpoint: database.prepare("SELECT value FROM meta WHERE name = 'position'"),
    };
  }

  /** Reads within one snapshot of the projections, and gives its checkpoint. */
  snapshot<A>(read: (checkpoint: number) => A): A {
    this.database.exec('BEGIN');
    try {
      this.refresh();
      return read(this.refreshedAt);
    } finally {
      this.database.exec('COMMIT');
    }
  }

  /** The position up to which events are applied. */
  checkpoint(): number {
    return this.statements.checkpoint.get()!.value as number;
  }

  /** Takes in what was applied since; call it within the reading transaction. */
  refresh(): void {
    const checkpoint = this.checkpoint();
    if (checkpoint === this.refreshedAt) return;
    if (this.refreshedAt < 0) compareSmallTables(this.database);
    this.runs.refresh(checkpoint);
    this.kinds.refresh();
    this.naming.clear();
    for (const { target } of this.statements.correctedAfter.all(this.refreshedAt))
      this.corrected.add(target as number);
    this.refreshedAt = checkpoint;
  }

  at(position: number): RecordedEvent | undefined {
    return this.events.at(position);
  }

  about(position: number, subject: string): RecordedEvent | undefined {
    return this.events.about(position, subject);
  }

  readAhead(
    subjects: ReadonlyArray<string>,
    upTo: number,
    goOn: () => void,
    isWanted: (position: number) => boolean = () => true,
  ): void {
    this.subjectNames.readAhead(
      subjects.map((subject) => topic('subject', subject)),
      upTo,
      goOn,
      isWanted,
    );
  }

  forgetAhead(): void {
    this.events.forgetAhead();
  }

  typeAt(position: number): EventType | undefined {
    return this.kinds.kind(this.runs.kinds.codeAt(position))?.type;
  }

  bytesAt(position: number): number {
    return this.log.lend(position, (stored) => stored?.bytes.length ?? 0);
  }

  recordedAtOf(position: number): Instant | undefined {
    return this.log.recordedAtOf(position);
  }

  find(source: string, id: string): number | undefined {
    return this.log.positionOf(source, id);
  }

  positionsAfter(position: number, limit: number): ReadonlyArray<number> {
    return this.log.after(position, limit).map((stored) => stored.position);
  }

  positions(
    kind: TopicKind,
    name: string,
    after: number,
    upTo: number,
    limit?: number,
  ): ReadonlyArray<number> {
    return this.runs.positions(topic(kind, name), after, upTo, limit);
  }

  positionsOfKind(kind: EventKind, after: number, upTo: number, limit: number): ReadonlyArray<number> {
    return this.runs.kinds.positionsOf(this.kinds.codesOf(kind), after, upTo, limit);
  }

  sourceAt(position: number): string | undefined {
    return this.kinds.kind(this.runs.kinds.codeAt(position))?.source;
  }

  firstOfSource(source: string): number | undefined {
    return this.kinds.firstOf(source);
  }

  sources(upTo: number, limit: number): ReadonlyArray<string> {
    const sources: string[] = [];
    for (const { source, position } of this.kinds.sources()) {
      if (sources.length >= limit) break;
      if (position <= upTo) sources.push(source);
    }
    return sources;
  }

  sourcesNaming(kind: 'site' | 'party', name: string, upTo: number, limit: number): ReadonlyArray<string> {
    const sources: string[] = [];
    for (const { source, position } of this.naming.of(kind, name, upTo, limit)) {
      if (sources.length >= limit) break;
      const known = position <= upTo ? this.kinds.sourceName(source) : undefined;
      if (known !== undefined) sources.push(known);
    }
    return sources;
  }

  latestVouch(source: string, holds: (position: number, upTo: Instant) => boolean): Instant | undefined {
    let latest: Instant | undefined;
    for (const { postings } of this.runs.postings(vouchesOf(source))) {
      for (let group = postings.groups - 1; group >= 0; group--) {
        const upTo = postings.times[group]!;
        if (latest !== undefined && upTo <= latest) break;
        if (holds(postings.positions[group]!, upTo)) latest = upTo;
      }
    }
    return latest;
  }

  correctionsOf(source: string, id: string, upTo: number): ReadonlyArray<number> {
    if (this.corrected.size === 0) return [];
    const target = correctionKey(source, id);
    if (!this.corrected.has(target)) return [];
    return this.statements.corrections.all(target, upTo).map((row) => row.position as number);
  }

  lastCorrections(upTo: number, limit: number): ReadonlyArray<number> {
    if (this.corrected.size === 0) return [];
    return this.statements.lastCorrections
      .all(upTo, limit)
      .map((row) => row.position as number)
      .reverse();
  }

  movementsBetween(from: Instant, to: Instant): ReadonlySet<number> {
    const positions = new Set<number>();
    for (const { postings } of this.runs.postings(allMovements)) {
      const end = postings.groupsBefore(to, origin);
      for (let group = postings.groupsBefore(from, origin); group < end; group++)
        positions.add(postings.positions[group]!);
    }
    return positions;
  }

  setAside(after: number, upTo: number): ReadonlyArray<{ position: number; reason: string }> {
    return this.statements.setAside
      .all(after, upTo)
      .map((row) => ({ position: row.position as number, reason: row.reason as string }));
  }

  firstMention(kind: RegisteredKind, name: string): number | undefined {
    return this.statements.name.get(kind, name)?.position as number | undefined;
  }

  names(kind: RegisteredKind, after: string, upTo: number, limit: number): ReadonlyArray<string> {
    return this.statements.names.all(kind, upTo, after, limit).map((row) => row.name as string);
  }

  correctedRegistrations(): ReadonlyArray<{ kind: RegisteredKind; name: string }> {
    return this.statements.correctedRegistrations
      .all()
      .map((row) => ({ kind: row.kind as RegisteredKind, name: row.name as string }));
  }

  enrolmentsIn(population: string, upTo: number): PostedEnrolments | undefined {
    const id = this.populationId(population);
    return id === undefined ? undefined : new PostedEnrolments(this.runs, id, upTo);
  }

  enrolmentPositions(population: string, after: number, upTo: number): ReadonlyArray<number> {
    const id = this.populationId(population);
    const positions: number[] = [];
    for (const { postings } of id === undefined ? [] : this.runs.postings(enrolmentsIn(id))) {
      for (const position of postings.positions)
        if (position > after && position <= upTo) positions.push(position);
    }
    return positions;
  }

  individualsOf(population: string, from = 0, limit?: number): SomeIndividuals {
    const id = this.populationId(population);
    return this.some(id === undefined ? [] : this.individuals.in(id), from, limit);
  }

  everyIndividual(from = 0, limit?: number): SomeIndividuals {
    return this.some(this.individuals.all(), from, limit);
  }

  movedIndividuals(from = 0, limit?: number): SomeIndividuals {
    return this.some(this.individuals.moved(), from, limit);
  }

  private some(hashes: ReadonlyArray<Topic>, from: number, limit = hashes.length): SomeIndividuals {
    const upTo = Math.min(hashes.length, from + limit);
    return {
      subjects: this.subjectNames.under(hashes.slice(from, upTo), this.refreshedAt),
      upTo,
      of: hashes.length,
    };
  }

  isIndividual(subject: string): boolean {
    return this.individuals.has(topic('subject', subject));
  }

  enrolmentOfMany(position: number): RecordedEvent | undefined {
    return this.typeAt(position) === 'SubjectsEnrolled' ? this.events.aboutFirst(position) : undefined;
  }

  enrolledAmong(subjects: Iterable<string>, after: number, upTo: number): ReadonlySet<string> {
    const followed = new Map<Topic, string>();
    for (const subject of subjects) followed.set(topic('subject', subject), subject);
    const hashes = this.individuals.enrolledAmong(followed, after, upTo);
    const named = new Set(this.subjectNames.under([...hashes], this.refreshedAt));
    for (const hash of hashes) {
      const subject = followed.get(hash);
      if (subject !== undefined) named.add(subject);
    }
    return named;
  }

  /** The projections' id of a population, if any event mentions it. */
  private populationId(population: string): number | undefined {
    return this.statements.name.get('population', population)?.id as number | undefined;
  }
}
