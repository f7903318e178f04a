/**
 * Applying events of the log to the tables, a page in one transaction with the checkpoint.
 *
 * What is kept only says where to look and what may be counted without looking; whether an event holds, for whom and
 * since when is judged by the questions, from the events themselves. So late events and corrections need no undoing.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import type { EventType } from '../domain/events/event-data.ts';
import { eventTypes } from '../domain/events/event-data.ts';
import { decodeStored, parseCurrent, type StoredShape } from '../domain/events/stored.ts';
import { subjectsIn } from '../domain/events/subjects.ts';
import { parseDateTime } from '../domain/time.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { correctedInto, touchedOtherwise } from './census.ts';
import { RunBuilder, RunWriter } from './runs.ts';
import { type NameKind, type TopicVisitor, topic, visitTopics } from './topics.ts';

/** Tells an event of one log from that of another at the same position. */
const fingerprintOf = ({ source, id, recordedAt, bytes }: StoredEvent): number =>
  crc32(bytes, crc32(`${recordedAt}\n${source}\n${id}`));

/** The topic under which the corrections of an event are kept: the hash of its source and id. */
export const correctionTarget = (source: string, id: string): number => topic('policies', `${source}\n${id}`);

const known: ReadonlySet<string> = new Set(eventTypes);
const movements: ReadonlySet<EventType> = new Set<EventType>([
  'DataMoved',
  'DataCopied',
  'BackupTaken',
  'BackupMoved',
  'BackupRestored',
]);
/** Events that can change where a subject's data is, other than its enrolment. */
const stirring: ReadonlySet<EventType> = new Set<EventType>([
  'DataPlaced',
  'DataCopied',
  'DataMoved',
  'DataDeleted',
  'SubjectErased',
  'BackupTaken',
]);
/** Events whose fit depends on what came before them; registrations and graph events are judged whole. */
const fitMatters: ReadonlySet<EventType> = new Set<EventType>([
  'DataMoved',
  'DataCopied',
  'DataDeleted',
  'BackupTaken',
  'BackupMoved',
  'BackupRestored',
  'BackupDestroyed',
  'AccessRevoked',
  'MembershipBegan',
  'MembershipEnded',
  'ControlBegan',
  'ControlEnded',
  'PolicyAdopted',
  'PolicySuspended',
  'PolicyReinstated',
  'PolicyWithdrawn',
  'EventRetracted',
  'EventCorrected',
]);
const registrations: Readonly<Partial<Record<EventType, NameKind>>> = {
  SiteRegistered: 'site',
  PartyRegistered: 'party',
  PopulationRegistered: 'population',
  DatasetRegistered: 'dataset',
  PolicyAdopted: 'policy',
};

type Json = Readonly<Record<string, unknown>>;

const isEnrolment = (type: EventType): boolean => type === 'SubjectEnrolled' || type === 'SubjectsEnrolled';

const asJson = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;

/** An error of SQLite, or of the store: of the file, and not of an event. */
const isStoreError = (error: unknown): boolean =>
  error instanceof Error &&
  ('errcode' in error || '_tag' in error || ('code' in error && error.code === 'ERR_SQLITE_ERROR'));

interface Name {
  readonly id: number;
  registered: boolean;
}

/** Fills the tables. One instance a writer connection; after an error it is of no more use. */
export class Applier {
  readonly database: DatabaseSync;
  readonly log: LogReader;
  private readonly statements;
  private readonly runs: RunWriter;
  private readonly names = new Map<string, Name>();
  private readonly correctedTargets = new Set<number>();
  private position = 0;
  // Of the page that is being applied.
  private page = new RunBuilder();
  private doubtful = false;
  private mentionedAt = 0;
  private readonly visitor: TopicVisitor = {
    topic: (kind, name) => this.page.touch(topic(kind, name)),
    name: (kind, name) => {
      if (!this.name(kind, name, this.mentionedAt).registered) this.doubtful = true;
    },
  };

  constructor(database: DatabaseSync, log: LogReader) {
    this.database = database;
    this.log = log;
    this.runs = new RunWriter(database);
    const prepare = (sql: string) => database.prepare(sql);
    this.statements = {
      correction: prepare('INSERT OR IGNORE INTO correction VALUES (?, ?)'),
      correctionsOf: prepare('SELECT position FROM correction WHERE target = ? ORDER BY position'),
      name: prepare('INSERT INTO name (kind, name, position, registered) VALUES (?, ?, ?, 0)'),
      registered: prepare('UPDATE name SET registered = 1 WHERE id = ?'),
      shaken: prepare('INSERT OR IGNORE INTO shaken VALUES (?, ?)'),
      movement: prepare('INSERT OR IGNORE INTO movement VALUES (?, ?)'),
      doubt: prepare('INSERT OR IGNORE INTO doubt VALUES (?)'),
      setAside: prepare('INSERT OR REPLACE INTO set_aside VALUES (?, ?)'),
      checkpoint: prepare("UPDATE meta SET value = ? WHERE name = 'position'"),
      last: prepare("INSERT OR REPLACE INTO meta VALUES ('last', ?)"),
      lastApplied: prepare("SELECT value FROM meta WHERE name = 'last'"),
    };
    for (const { id, kind, name, registered } of database.prepare('SELECT * FROM name').iterate()) {
      this.names.set(`${kind} ${name}`, { id: id as number, registered: registered === 1 });
    }
    for (const row of database.prepare('SELECT DISTINCT target FROM correction').iterate()) {
      this.correctedTargets.add(row.target as number);
    }
    this.position = database.prepare("SELECT value FROM meta WHERE name = 'position'").get()!.value as number;
  }

  /** The position of the last event applied. */
  checkpoint(): number {
    return this.position;
  }

  /** Whether the log holds, where the tables end, the event applied there: not so where an older log was put back. */
  isOfThisLog(): boolean {
    if (this.position === 0) return true;
    const last = this.log.at(this.position);
    return last !== undefined && this.statements.lastApplied.get()?.value === fingerprintOf(last);
  }

  /**
   * Applies a page of the log, all of it in one transaction with the checkpoint, or nothing of it.
   * An event that cannot be applied is set aside with its reason and does not stop the others.
   */
  apply(page: ReadonlyArray<StoredEvent>): void {
    const last = page.at(-1);
    if (last === undefined) return;
    this.page = new RunBuilder();
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const stored of page) this.applyOne(stored);
      this.runs.write(this.page);
      this.statements.checkpoint.run(last.position);
      this.statements.last.run(fingerprintOf(last));
      this.database.exec('COMMIT');
      this.position = last.position;
    } catch (error) {
      // Where the disk is full, SQLite has rolled back already.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private applyOne(stored: StoredEvent): void {
    this.page.event(stored.position);
    this.mentionedAt = stored.position;
    const event = this.shapeOf(stored.bytes, stored.position);
    if (event === undefined) return;
    try {
      this.applyShape(event, stored);
    } catch (error) {
      // What is wrong with the file ends the page; what is wrong with one event does not stop the others.
      if (isStoreError(error)) throw error;
      this.statements.setAside.run(stored.position, error instanceof Error ? error.name : 'an unknown error');
    }
  }

  private applyShape(event: StoredShape, { position, source, id }: StoredEvent): void {
    const parsed = parseDateTime(event.time);
    const time = E.isRight(parsed) ? parsed.right : 0;
    if (event.type === 'EventRetracted' || event.type === 'EventCorrected')
      return this.applyCorrection(event, position);
    this.index(event.type, event.data, position, time);
    const target = correctionTarget(source, id);
    if (!this.correctedTargets.has(target)) return;
    // A correction came before what it corrects.
    for (const row of this.statements.correctionsOf.all(target)) {
      this.indexCorrected(event, position, row.position as number);
    }
  }

  /** What the log wrote in today's form is taken as it is; older forms are lifted, and anything else is set aside. */
  private shapeOf(bytes: Uint8Array, position: number): StoredShape | undefined {
    const current = parseCurrent(bytes);
    if (current !== undefined && known.has(current.type)) return current;
    const decoded = decodeStored(bytes);
    if (E.isRight(decoded)) {
      const { type, data, time } = decoded.right;
      return { type, data: data as Json, time: new Date(time).toISOString() };
    }
    const reasons = decoded.left.map((fault) => `${fault.pointer} ${fault.message}`.trim());
    this.statements.setAside.run(position, reasons.join('; '));
    return undefined;
  }

  private applyCorrection(event: StoredShape, position: number): void {
    const reference = asJson(event.data.event);
    if (typeof reference?.source !== 'string' || typeof reference.id !== 'string') return;
    const target = correctionTarget(reference.source, reference.id);
    this.correctedTargets.add(target);
    this.statements.correction.run(target, position);
    this.statements.doubt.run(position);
    for (const subject of subjectsIn(event.data.data)) this.page.touch(topic('subject', subject));
    const found = this.log.find(reference.source, reference.id);
    // What comes later in the log indexes itself with its corrections when it is applied.
    if (found === undefined || found.position > position) return;
    const shape = parseCurrent(found.bytes) ?? this.lifted(found.bytes);
    if (shape !== undefined) this.indexCorrected(shape, found.position, position);
  }

  private lifted(bytes: Uint8Array): StoredShape | undefined {
    const decoded = decodeStored(bytes);
    if (E.isLeft(decoded)) return undefined;
    const { type, data, time } = decoded.right;
    return { type, data: data as Json, time: new Date(time).toISOString() };
  }

  /** Finds an event under the topics of a correction too, and takes nobody it names for a lone enrolment. */
  private indexCorrected(
    { type, data: original, time: at }: StoredShape,
    position: number,
    correctedBy: number,
  ): void {
    if (type === 'EventRetracted' || type === 'EventCorrected') return;
    const stored = this.log.at(correctedBy);
    const correction =
      stored === undefined ? undefined : (parseCurrent(stored.bytes) ?? this.lifted(stored.bytes));
    if (correction === undefined) return;
    const data = asJson(correction.data.data);
    const moved = typeof correction.data.time === 'string' ? correction.data.time : undefined;
    this.makeStoried(type, original);
    if (data !== undefined) {
      this.makeStoried(type, data);
      this.touchAll(type, data, position);
      this.touchAll(type, data, correctedBy);
    }
    // A correction is found by what it corrects.
    this.touchAll(type, original, correctedBy);
    if (movements.has(type)) {
      const parsed = parseDateTime(moved ?? at);
      if (E.isRight(parsed)) this.statements.movement.run(parsed.right, position);
    }
    this.statements.doubt.run(position);
    const kind = registrations[type];
    const name = kind === undefined ? undefined : original[kind];
    // Whatever names a thing may no longer fit when its registration changes.
    if (kind !== undefined && typeof name === 'string') this.statements.shaken.run(kind, name);
  }

  private touchAll(type: EventType, data: Json, position: number): void {
    visitTopics(type, data, {
      topic: (kind, name) => this.page.touchAt(position, topic(kind, name)),
      name: this.visitor.name,
    });
  }

  private name(kind: NameKind, name: string, position: number): Name {
    const key = `${kind} ${name}`;
    let known = this.names.get(key);
    if (known === undefined) {
      const id = Number(this.statements.name.run(kind, name, position).lastInsertRowid);
      known = { id, registered: false };
      this.names.set(key, known);
    }
    return known;
  }

  private index(type: EventType, data: Json, position: number, time: number): void {
    this.doubtful =
      fitMatters.has(type) || (type === 'AccessGranted' && 'backup' in (asJson(data.over) ?? {}));
    const registers = registrations[type];
    if (registers !== undefined && typeof data[registers] === 'string') {
      const name = this.name(registers, data[registers], position);
      if (!name.registered) this.statements.registered.run(name.id);
      name.registered = true;
    }
    visitTopics(type, data, this.visitor);
    if (isEnrolment(type) && typeof data.population === 'string') {
      const population = this.name('population', data.population, position).id;
      for (const subject of subjectsIn(data))
        this.page.enrol(population, time, position, topic('subject', subject));
    } else if (stirring.has(type)) this.stir(data, position);
    if (this.doubtful) this.statements.doubt.run(position);
    if (movements.has(type)) this.statements.movement.run(time, position);
  }

  private stir(data: Json, position: number): void {
    for (const subject of subjectsIn(data))
      this.page.enrol(touchedOtherwise, 0, position, topic('subject', subject));
  }

  private makeStoried(type: EventType, data: Json): void {
    const position = this.mentionedAt;
    this.stir(data, position);
    if (!isEnrolment(type) || typeof data.population !== 'string') return;
    const population = this.name('population', data.population, position).id;
    for (const subject of subjectsIn(data)) {
      this.page.enrol(correctedInto(population), 0, position, topic('subject', subject));
    }
  }
}
