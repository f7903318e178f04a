/**
 * Applying events of the log to the tables, a page in one transaction with the checkpoint.
 *
 * What is kept only says where to look and what may be counted without looking; whether an event holds, for whom and
 * since when is judged by the questions, from the events themselves. So late events and corrections need no undoing.
 */
import type { DatabaseSync } from 'node:sqlite';
import * as E from 'fp-ts/lib/Either.js';
import type { Event } from '../domain/events/event.ts';
import type { EventType } from '../domain/events/event-data.ts';
import { decodeStored } from '../domain/events/stored.ts';
import { subjectsIn, subjectsOf } from '../domain/events/subjects.ts';
import { isCorrection } from '../domain/facts.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import { type NameKind, type TopicKind, topic, visitTopics } from './topics.ts';

/** The topic under which the corrections of an event are kept: the hash of its source and id. */
export const correctionTarget = (source: string, id: string): number => topic('policies', `${source}\n${id}`);

const enrolments: ReadonlySet<EventType> = new Set<EventType>(['SubjectEnrolled', 'SubjectsEnrolled']);
const movements: ReadonlySet<EventType> = new Set<EventType>([
  'DataMoved',
  'DataCopied',
  'BackupTaken',
  'BackupMoved',
  'BackupRestored',
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
  'EventRetracted',
  'EventCorrected',
]);
const registrations: Readonly<Partial<Record<EventType, NameKind>>> = {
  SiteRegistered: 'site',
  PartyRegistered: 'party',
  PopulationRegistered: 'population',
  DatasetRegistered: 'dataset',
};

type Json = Readonly<Record<string, unknown>>;

/** Fills the tables. One instance a writer connection. */
export class Applier {
  readonly database: DatabaseSync;
  readonly log: LogReader;
  private readonly statements;
  /** Ids of names, and which names are registered: both small beside what names them. */
  private readonly names = new Map<string, number>();
  private readonly registered = new Set<string>();
  private readonly correctedTargets = new Set<number>();
  private position = 0;

  constructor(database: DatabaseSync, log: LogReader) {
    this.database = database;
    this.log = log;
    const prepare = (sql: string) => database.prepare(sql);
    this.statements = {
      touch: prepare('INSERT OR IGNORE INTO touch VALUES (?, ?)'),
      touched: prepare('SELECT position FROM touch WHERE topic = ? LIMIT 2'),
      correction: prepare('INSERT OR IGNORE INTO correction VALUES (?, ?)'),
      correctionsOf: prepare('SELECT position FROM correction WHERE target = ? ORDER BY position'),
      name: prepare('INSERT INTO name (kind, name, position) VALUES (?, ?, ?)'),
      lone: prepare('INSERT INTO lone VALUES (?, ?, ?, ?)'),
      noLongerLone: prepare('DELETE FROM lone WHERE subject = ? RETURNING population'),
      storied: prepare('INSERT OR IGNORE INTO storied VALUES (?, ?)'),
      movement: prepare('INSERT OR IGNORE INTO movement VALUES (?, ?)'),
      doubt: prepare('INSERT OR IGNORE INTO doubt VALUES (?)'),
      doubtTopic: prepare('INSERT OR IGNORE INTO doubt SELECT position FROM touch WHERE topic = ?'),
      doubtEnrolments: prepare('INSERT OR IGNORE INTO doubt SELECT position FROM lone WHERE population = ?'),
      setAside: prepare('INSERT OR REPLACE INTO set_aside VALUES (?, ?)'),
      tick: prepare('INSERT INTO tick VALUES (?, ?) ON CONFLICT DO UPDATE SET position = excluded.position'),
      checkpoint: prepare("UPDATE meta SET value = ? WHERE name = 'position'"),
    };
    for (const row of database.prepare('SELECT id, kind, name FROM name').iterate()) {
      this.names.set(`${row.kind} ${row.name}`, row.id as number);
    }
    for (const row of database.prepare("SELECT value, name FROM meta WHERE name = 'position'").all()) {
      this.position = row.value as number;
    }
    for (const row of database.prepare('SELECT DISTINCT target FROM correction').iterate()) {
      this.correctedTargets.add(row.target as number);
    }
    for (const [kind, topicKind] of [
      ['site', 'site'],
      ['dataset', 'dataset'],
      ['party', 'party'],
    ] as const) {
      for (const key of this.names.keys()) {
        if (
          key.startsWith(`${kind} `) &&
          this.statements.touched.get(topic(topicKind, key.slice(kind.length + 1)))
        ) {
          this.registered.add(key);
        }
      }
    }
  }

  /** The position of the last event applied. */
  checkpoint(): number {
    return this.position;
  }

  /**
   * Applies a page of the log, all of it in one transaction with the checkpoint, or nothing of it.
   * An event that cannot be applied is set aside with its reason and does not stop the others.
   */
  apply(page: ReadonlyArray<StoredEvent>): void {
    const last = page.at(-1);
    if (last === undefined) return;
    this.database.exec('BEGIN IMMEDIATE');
    try {
      for (const stored of page) this.applyOne(stored);
      this.statements.tick.run(last.recordedAt, last.position);
      this.statements.checkpoint.run(last.position);
      this.database.exec('COMMIT');
      this.position = last.position;
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private lastTick = -1;

  private applyOne(stored: StoredEvent): void {
    if (stored.recordedAt !== this.lastTick) {
      this.statements.tick.run(stored.recordedAt, stored.position);
      this.lastTick = stored.recordedAt;
    }
    const decoded = decodeStored(stored.bytes);
    if (E.isLeft(decoded)) {
      const reasons = decoded.left.map((fault) => `${fault.pointer} ${fault.message}`.trim());
      this.statements.setAside.run(stored.position, reasons.join('; '));
      return;
    }
    const event = decoded.right;
    if (isCorrection(event)) this.applyCorrection(event, stored.position);
    else this.applyEvent(event, stored);
  }

  private applyEvent(event: Event, { position, source, id }: StoredEvent): void {
    this.index(event.type, event.data as Json, position, event.time);
    const target = correctionTarget(source, id);
    if (!this.correctedTargets.has(target)) return;
    // A correction came before what it corrects.
    for (const row of this.statements.correctionsOf.all(target)) {
      this.indexCorrected(event, position, row.position as number);
    }
  }

  private applyCorrection(event: Event, position: number): void {
    if (!isCorrection(event)) return;
    const reference = event.data.event;
    const target = correctionTarget(reference.source, reference.id);
    this.correctedTargets.add(target);
    this.statements.correction.run(target, position);
    this.statements.doubt.run(position);
    for (const subject of subjectsOf(event)) this.touch('subject', subject, position);
    const found = this.log.find(reference.source, reference.id);
    // What comes later in the log indexes itself with its corrections when it is applied.
    if (found === undefined || found.position > position) return;
    const decoded = decodeStored(found.bytes);
    if (E.isRight(decoded)) this.indexCorrected(decoded.right, found.position, position);
  }

  /** Finds an event under the topics of a correction too, and takes nobody it names for a lone enrolment. */
  private indexCorrected(event: Event, position: number, correctedBy: number): void {
    if (isCorrection(event)) return;
    const stored = this.log.at(correctedBy);
    const decoded = stored === undefined ? undefined : decodeStored(stored.bytes);
    if (decoded === undefined || E.isLeft(decoded) || !isCorrection(decoded.right)) return;
    const correction = decoded.right;
    const [data, time] =
      correction.type === 'EventCorrected'
        ? [correction.data.data, correction.data.time]
        : [undefined, undefined];
    this.makeStoried(event.type, event.data as Json);
    if (data !== undefined) {
      this.makeStoried(event.type, data);
      this.index(event.type, data, position, time ?? event.time, Math.max(position, correctedBy));
      // The correction itself is found by what it names.
      visitTopics(event.type, data, {
        topic: (kind, name) => this.touch(kind, name, correctedBy),
        name: () => {},
      });
    }
    if (time !== undefined && movements.has(event.type)) this.statements.movement.run(time, position);
    this.statements.doubt.run(position);
    const kind = registrations[event.type];
    if (kind !== undefined) this.doubtAll(kind, event.data as Json);
  }

  /** Whatever names a thing is in doubt when its registration is corrected. */
  private doubtAll(kind: NameKind, data: Json): void {
    const name = data[kind];
    if (typeof name !== 'string') return;
    const kinds: Readonly<Record<NameKind, ReadonlyArray<TopicKind>>> = {
      site: ['site', 'data-at', 'grants-over-site'],
      dataset: ['dataset', 'data-of', 'grants-over-dataset'],
      population: ['population', 'grants-over-population'],
      party: ['party-named'],
      policy: ['policy'],
    };
    for (const each of kinds[kind]) this.statements.doubtTopic.run(topic(each, name));
    const id = this.names.get(`${kind} ${name}`);
    if (kind === 'population' && id !== undefined) this.statements.doubtEnrolments.run(id);
  }

  private touch(kind: TopicKind, name: string, position: number): void {
    this.statements.touch.run(topic(kind, name), position);
  }

  private nameId(kind: NameKind, name: string, position: number): number {
    const key = `${kind} ${name}`;
    let id = this.names.get(key);
    if (id === undefined) {
      id = Number(this.statements.name.run(kind, name, position).lastInsertRowid);
      this.names.set(key, id);
    }
    return id;
  }

  /** @param correctedAt since when the data is known, where it is that of a correction. */
  private index(type: EventType, data: Json, position: number, time: number, correctedAt?: number): void {
    const mentionedAt = correctedAt ?? position;
    const corrected = correctedAt !== undefined;
    if (enrolments.has(type)) this.enrol(data, position, time, corrected);
    else {
      const subjects = subjectsIn(data);
      for (const subject of subjects) this.makeSubjectStoried(subject);
    }
    let doubtful = fitMatters.has(type);
    const registers = registrations[type];
    if (registers !== undefined && !corrected && typeof data[registers] === 'string') {
      this.registered.add(`${registers} ${data[registers]}`);
    }
    visitTopics(type, data, {
      topic: (kind, name) => this.touch(kind, name, position),
      name: (kind, name) => {
        this.nameId(kind, name, mentionedAt);
        if (kind !== 'policy' && !this.registered.has(`${kind} ${name}`)) doubtful = true;
      },
    });
    if (doubtful) this.statements.doubt.run(position);
    if (movements.has(type)) this.statements.movement.run(time, position);
  }

  /** A subject of whom this enrolment is all that is known is lone; any other is storied. */
  private enrol(data: Json, position: number, time: number, corrected: boolean): void {
    if (typeof data.population !== 'string') return;
    const population = this.nameId('population', data.population, position);
    for (const subject of subjectsIn(data)) {
      const hash = topic('subject', subject);
      if (!corrected && this.statements.touched.get(hash) === undefined) {
        this.touch('subject', subject, position);
        this.statements.lone.run(hash, population, time, position);
      } else {
        this.makeSubjectStoried(subject);
        this.statements.storied.run(population, hash);
      }
    }
  }

  private makeStoried(type: EventType, data: Json): void {
    const population =
      enrolments.has(type) && typeof data.population === 'string' ? data.population : undefined;
    for (const subject of subjectsIn(data)) {
      this.makeSubjectStoried(subject);
      const id = population === undefined ? undefined : this.names.get(`population ${population}`);
      if (id !== undefined) this.statements.storied.run(id, topic('subject', subject));
    }
  }

  private makeSubjectStoried(subject: string): void {
    const hash = topic('subject', subject);
    const row = this.statements.noLongerLone.get(hash);
    if (row !== undefined) this.statements.storied.run(row.population as number, hash);
  }
}
